// SPDX-License-Identifier: MIT
// The queue of lookups, the thread that answers them, and the translation of getaddrinfo(3)'s
// errors.
#include "loop/posix/system_resolver.hpp"

#include <netdb.h>

#include <cerrno>
#include <functional>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#include <weft/loop/resolve_error.hpp>

#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

std::error_code no_memory() noexcept {
    return std::make_error_code(std::errc::not_enough_memory);
}

void start_detached(std::function<void()> body) {
    start_thread(std::move(body)).detach();
}

/// Reports the failure of `asked`, which may itself find no memory.
void fail(lookup& asked, std::error_code why) noexcept {
    try {
        asked.fail(why);
    } catch (const std::bad_alloc&) {
        // The failure is not reported, and the caller times out.
    }
}

} // namespace

std::error_code address_info_error(int code) noexcept {
    switch (code) {
    case 0: return {};
    case EAI_NONAME: return resolve_error::host_not_found;
#ifdef EAI_NODATA
    case EAI_NODATA: return resolve_error::no_address;
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY: return resolve_error::no_address;
#endif
    case EAI_AGAIN: return resolve_error::no_server;
    case EAI_MEMORY: return no_memory();
    default: return resolve_error::server_failure;
    }
}

result<std::vector<address>> system_addresses(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM; // so that each address is returned once
    addrinfo* all = nullptr;
    const int code = getaddrinfo(host.c_str(), nullptr, &hints, &all);
    if (code == EAI_SYSTEM) return failure(last_error());
    if (code != 0) return failure(address_info_error(code));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(all, freeaddrinfo);
    std::vector<address> found;
    for (const addrinfo* one = all; one; one = one->ai_next) {
        found.push_back(as_address(one->ai_addr, one->ai_addrlen));
    }
    return found;
}

/// Exists until both the resolver and its thread have released it.
class system_resolver::queue : public std::enable_shared_from_this<queue> {
public:
    queue(finder find, thread_starter start) : find_(std::move(find)), start_(std::move(start)) {}

    void add(lookup&& asked) {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(std::move(asked));
        if (has_thread_) return;
        try {
            start_([self = shared_from_this()] { self->work(); });
            has_thread_ = true;
        } catch (const std::system_error& refused) {
            lookup unanswered = take(waiting_.size() - 1);
            weft::fail(unanswered, refused.code());
        } catch (...) {
            waiting_.pop_back();
            throw;
        }
    }

    void end() noexcept {
        if (fork_generation_ != weft::fork_generation()) return; // the thread may hold the lock
        std::vector<lookup> unanswered;
        {
            const std::scoped_lock lock(mutex_);
            unanswered.swap(waiting_);
        }
        for (lookup& one : unanswered) weft::fail(one, resolve_error::cancelled);
    }

private:
    lookup take(std::size_t at) noexcept {
        lookup taken = std::move(waiting_[at]);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
        return taken;
    }

    // --- on the thread

    void work() noexcept {
        for (;;) {
            std::unique_lock lock(mutex_);
            if (waiting_.empty()) {
                has_thread_ = false;
                return;
            }
            lookup next = take(0);
            lock.unlock();
            answer(next);
        }
    }

    void answer(lookup& asked) noexcept {
        if (asked.cancelled()) return;
        try {
            auto found = find_(asked.host());
            if (!found) return weft::fail(asked, found.error());
            asked.found(std::move(*found));
            asked.finish();
        } catch (const std::bad_alloc&) {
            weft::fail(asked, no_memory());
        } catch (...) {
            weft::fail(asked, resolve_error::server_failure);
        }
    }

    const finder find_;
    const thread_starter start_;
    const unsigned fork_generation_ = weft::fork_generation();
    std::mutex mutex_;
    std::vector<lookup> waiting_;
    bool has_thread_ = false;
};

system_resolver::system_resolver() : system_resolver(system_addresses, start_detached) {}

system_resolver::system_resolver(finder find, thread_starter start)
    : queue_(std::make_shared<queue>(std::move(find), std::move(start))) {}

system_resolver::~system_resolver() {
    if (queue_) queue_->end();
}

void system_resolver::operator()(lookup asked) {
    queue_->add(std::move(asked));
}

resolver make_system_resolver() {
    return system_resolver();
}

} // namespace weft
