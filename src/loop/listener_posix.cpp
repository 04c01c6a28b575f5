// SPDX-License-Identifier: MIT
// Binding, listening and accepting.
#include "loop/listener_posix.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/last_error_posix.hpp"
#include "loop/loop_state.hpp"
#include "loop/socket_address_posix.hpp"
#include "loop/socket_options_posix.hpp"
#include "loop/system_calls_posix.hpp"

namespace weft {
namespace {

constexpr int accepts_per_run = 64;
constexpr duration pause_without_descriptors = std::chrono::milliseconds(100);

/// Whether accept(2) has spoken of the one connection that it took from the queue: accept(2) hands
/// on the network errors that wait on it.
bool concerns_one_connection(int error) noexcept {
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM: // a firewall's word
    case ENETDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case ETIMEDOUT: return true;
    default: return false;
    }
}

} // namespace

/// Tries again when some descriptor may have been closed.
class listener::retry final : public timed_task {
public:
    explicit retry(listener& owner) noexcept : owner_(owner) {}

private:
    void expire() noexcept override {
        if (owner_.listening_) owner_.loop_.defer(owner_);
    }

    listener& owner_;
};

result<listener*> listener::open(loop_state& loop, const address& where,
                                 const listen_options& options, accepted then) {
    if (!loop.engine().in_own_process()) return failure(errc::forked);
    if (loop.closed()) return failure(errc::gone);
    const auto at = as_socket_address(where);
    if (!at) return failure(at.error());
    owned_descriptor made(
        sys::socket(at->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) return failure(last_error());
    if (where.is_ip()) {
        if (options.reuse_address) switch_on(made.get(), SOL_SOCKET, SO_REUSEADDR);
        if (options.reuse_port) switch_on(made.get(), SOL_SOCKET, SO_REUSEPORT);
    }
    if (at->family() == AF_INET6) {
        set_option(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only ? 1 : 0);
    }
    if (where.kind() == address::family::unix_path) remove_dead_socket_file(where);
    if (sys::bind(made.get(), at->get(), at->size) != 0) return failure(last_error());
    if (sys::listen(made.get(), options.backlog) != 0) return failure(last_error());

    const address bound = where.is_local() ? where : local_address_of(made.get());
    auto* opened = new listener(loop, std::move(made), bound, std::move(then));
    if (const auto why = opened->begin()) {
        opened->close();
        return failure(why);
    }
    return opened;
}

listener::listener(loop_state& loop, owned_descriptor listening, const address& where,
                   accepted then)
    : loop_(loop), listening_(std::move(listening)), where_(where), then_(std::move(then)),
      file_(where_), retry_(std::make_unique<retry>(*this)) {}

listener::~listener() = default;

std::error_code listener::begin() noexcept {
    if (const auto why = loop_.engine().add(listening_.get(), *this, {.read = true})) return why;
    counted_ = true;
    loop_.work_started();
    return {};
}

void listener::close() noexcept {
    if (!listening_) return;
    loop_.cancel(*this);
    loop_.engine().remove(listening_.get());
    listening_.reset();
    if (loop_.engine().in_own_process()) file_.remove();
    if (counted_) loop_.work_finished();
    loop_.bury(this);
}

void listener::ready(readiness) noexcept {
    loop_.defer(*this);
}

void listener::run() noexcept {
    for (int left = accepts_per_run; listening_ && left != 0; --left) {
        owned_descriptor connected(
            sys::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connected) {
            if (where_.is_ip()) switch_on(connected.get(), IPPROTO_TCP, TCP_NODELAY);
            then_(std::move(connected));
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return loop_.engine().drained(listening_.get(), {.read = true});
        }
        if (!concerns_one_connection(errno)) return wait_for_descriptors();
    }
    if (listening_) loop_.defer(*this); // others have their turn first
}

/// Out of descriptors or memory: the edge has been reported and will not come again by itself.
void listener::wait_for_descriptors() {
    loop_.arm(*retry_, loop_.now() + pause_without_descriptors);
}

} // namespace weft
