// SPDX-License-Identifier: MIT
// Accepts connections, and waits when the system has no descriptor left.
#include "loop/posix/readiness_listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/adopted_socket.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/posix/socket_options.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

constexpr int accepts_per_run = 64;
constexpr duration pause_when_starved = std::chrono::milliseconds(100);

} // namespace

/// Retries at a time when another process may have closed a descriptor.
class readiness_listener::retry final : public timed_work_item {
public:
    explicit retry(readiness_listener& owner) noexcept : owner_(owner) {}

private:
    void expire() noexcept override { owner_.retry_accept(); }

    readiness_listener& owner_;
};

result<listener*> readiness_listener::open(loop_state& loop, const address& where,
                                           listen_options options, accepted then,
                                           starved otherwise) {
    if (const auto why = loop.check_alive()) return failure(why);
    // Allocated first: if memory is short, nothing has been bound yet.
    auto* const made = new readiness_listener(loop, std::move(then), std::move(otherwise));
    std::unique_ptr<work_item> held(made);
    auto bound = bind_and_listen(where, options);
    if (!bound) return failure(bound.error());
    if (const auto why = made->begin(*bound)) return failure(why);
    static_cast<void>(held.release());
    return static_cast<listener*>(made);
}

result<listener*> readiness_listener::adopt(loop_state& loop, int descriptor, accepted then,
                                            starved otherwise) {
    if (const auto why = loop.check_alive()) return failure(why);
    if (const auto why = check_listening(descriptor)) return failure(why);
    if (const auto why = prepare_socket(descriptor)) return failure(why);
    const auto where = find_local_address(descriptor);
    if (!where) return failure(where.error());
    auto* const made = new readiness_listener(loop, std::move(then), std::move(otherwise));
    std::unique_ptr<work_item> held(made);
    bound_socket bound{{}, *where, {}};
    bound.descriptor = owned_descriptor(descriptor); // from here on nothing allocates
    if (const auto why = made->begin(bound)) {
        static_cast<void>(bound.descriptor.release());
        return failure(why);
    }
    static_cast<void>(held.release());
    return static_cast<listener*>(made);
}

/// On error `bound` is unchanged, except that a file that it has created is removed.
std::error_code readiness_listener::begin(bound_socket& bound) noexcept {
    if (const auto why = loop_.engine().add(bound.descriptor.get(), *this, {.read = true})) {
        bound.file.remove();
        return why;
    }
    bound_ = std::move(bound);
    loop_.work_started();
    return {};
}

readiness_listener::readiness_listener(loop_state& loop, accepted then, starved otherwise)
    : loop_(loop), then_(std::move(then)), otherwise_(std::move(otherwise)),
      retry_(std::make_unique<retry>(*this)) {
    loop_.take_place(*retry_);
}

readiness_listener::~readiness_listener() = default;

void readiness_listener::close() noexcept {
    if (!bound_.descriptor) return;
    leave();
    bound_.descriptor.reset();
    if (loop_.engine().in_own_process()) bound_.file.remove();
    loop_.retire(this);
}

native_socket readiness_listener::give_back() noexcept {
    leave();
    const native_socket socket = bound_.descriptor.release();
    loop_.retire(this);
    return socket;
}

void readiness_listener::leave() noexcept {
    loop_.cancel(*this);
    loop_.disarm(*retry_);
    loop_.engine().remove(bound_.descriptor.get());
    loop_.work_finished();
}

void readiness_listener::retry_accept() noexcept {
    if (starved_ && bound_.descriptor) loop_.defer(*this);
}

void readiness_listener::ready(readiness) noexcept {
    loop_.defer(*this);
}

void readiness_listener::run() noexcept {
    std::error_code why;
    bool any = false;
    for (int left = accepts_per_run; left != 0; --left) {
        why = accept_one();
        if (!bound_.descriptor) return;
        if (would_block(why)) {
            starved_ = false;
            return loop_.engine().drained(bound_.descriptor.get(), {.read = true});
        }
        if (why && !native::concerns_one_connection(why.value())) return starve(why);
        any |= !why;
    }
    if (!any) return starve(why); // a sandbox may refuse all and dequeue none
    loop_.defer(*this); // other sources run first
}

/// Accepts one connection, or returns why there is none.
std::error_code readiness_listener::accept_one() {
    socket_address peer;
    owned_descriptor connected(sys::accept(bound_.descriptor.get(), peer.get(), &peer.size));
    if (!connected) return last_error();
    if (bound_.where.is_ip()) switch_on(connected.get(), IPPROTO_TCP, TCP_NODELAY);
    try {
        then_(std::move(connected), as_address(peer));
    } catch (const std::bad_alloc&) {
        return std::make_error_code(std::errc::not_enough_memory);
    }
    return {};
}

/// Arms the retry: the edge has been reported and does not come again.
void readiness_listener::starve(std::error_code why) {
    loop_.arm(*retry_, loop_.now() + pause_when_starved);
    const bool begins = !std::exchange(starved_, true);
    if (otherwise_) otherwise_(why, begins);
}

} // namespace weft
