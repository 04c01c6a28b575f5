// SPDX-License-Identifier: MIT
// connect(2) without blocking.
#include "loop/connector_posix.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <utility>

#include "loop/last_error_posix.hpp"
#include "loop/loop_state.hpp"
#include "loop/socket_address_posix.hpp"
#include "loop/socket_options_posix.hpp"
#include "loop/system_calls_posix.hpp"

namespace weft {
namespace {

std::error_code pending_error(int descriptor) noexcept {
    int error = 0;
    socklen_t size = sizeof(error);
    if (sys::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return last_error();
    return {error, std::system_category()};
}

} // namespace

connector::connector(loop_state& loop, std::vector<address> where, connected then)
    : loop_(loop), where_(std::move(where)), then_(std::move(then)) {}

connector::~connector() = default;

connector& connector::start(loop_state& loop, std::vector<address> where, connected then) {
    auto* made = new connector(loop, std::move(where), std::move(then));
    loop.defer(*made);
    return *made;
}

void connector::cancel() noexcept {
    if (std::exchange(ended_, true)) return;
    abandon();
    loop_.cancel(*this);
    loop_.bury(this);
}

void connector::ready(readiness) noexcept {
    answered_ = true;
    loop_.defer(*this);
}

void connector::run() noexcept {
    if (ended_) return;
    if (!socket_) return try_next();
    if (!answered_) return;
    last_error_ = pending_error(socket_.get());
    if (last_error_) return try_next();
    loop_.engine().remove(socket_.get());
    tell(std::move(socket_));
}

void connector::try_next() {
    abandon();
    while (next_ < where_.size()) {
        last_error_ = begin_connecting(where_[next_++]);
        if (!last_error_) return;
        abandon();
    }
    tell(failure(last_error_));
}

std::error_code connector::begin_connecting(const address& where) {
    const auto at = as_socket_address(where);
    if (!at) return at.error();
    answered_ = false;
    socket_ = owned_descriptor(
        sys::socket(at->family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket_) return last_error();
    if (where.is_ip()) switch_on(socket_.get(), IPPROTO_TCP, TCP_NODELAY);
    if (sys::connect(socket_.get(), at->get(), at->size) != 0 && errno != EINPROGRESS &&
        errno != EINTR) {
        const auto why = last_error();
        socket_.reset();
        return why;
    }
    const auto why = loop_.engine().add(socket_.get(), *this, {.write = true});
    if (why) socket_.reset();
    return why;
}

void connector::abandon() noexcept {
    if (socket_) loop_.engine().remove(socket_.get());
    socket_.reset();
}

void connector::tell(result<owned_descriptor> outcome) {
    ended_ = true;
    auto then = std::move(then_);
    then(std::move(outcome));
    loop_.bury(this);
}

} // namespace weft
