// SPDX-License-Identifier: MIT
// Prepares a socket, calls connect(2), and waits for the result.
#include "loop/posix/readiness_connect_attempt.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/posix/socket_options.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {
namespace {

std::error_code pending_error(int descriptor) noexcept {
    int error = 0;
    socklen_t size = sizeof(error);
    if (sys::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return last_error();
    return {error, std::system_category()};
}

std::error_code bind_to(int descriptor, const address& local, const address& where) {
    if (local.kind() != where.kind()) {
        return std::make_error_code(std::errc::address_family_not_supported);
    }
    const auto at = as_socket_address(local);
    if (!at) return at.error();
    return sys::bind(descriptor, at->get(), at->size) == 0 ? std::error_code() : last_error();
}

} // namespace

std::error_code readiness_connect_attempt::begin(const address& where,
                                                 const connect_socket_options& options) {
    where_ = where;
    const auto at = as_socket_address(where);
    if (!at) return at.error();
    socket_ = owned_descriptor(sys::socket(at->family(), SOCK_STREAM));
    if (!socket_) return last_error();
    if (const auto why = prepare(where, options)) return why;
    if (sys::connect(socket_.get(), at->get(), at->size) != 0 && errno != EINPROGRESS &&
        errno != EINTR) {
        return last_error();
    }
    const auto why = loop_.engine().add(socket_.get(), *this, {.write = true});
    watched_ = !why;
    return why;
}

std::error_code readiness_connect_attempt::prepare(const address& where,
                                                   const connect_socket_options& options) {
    if (where.is_ip()) {
        switch_on(socket_.get(), IPPROTO_TCP, TCP_NODELAY);
        if (options.local.is_ip()) {
            if (const auto why = bind_to(socket_.get(), options.local, where)) return why;
        }
    }
    return options.before ? ask(options, where) : std::error_code();
}

/// Calls the application's hook, which may abandon this attempt.
std::error_code readiness_connect_attempt::ask(const connect_socket_options& options,
                                               const address& where) {
    std::error_code why;
    const driver::activity here(loop_, *this);
    try {
        why = options.before(socket_.get(), where).error();
    } catch (...) {
        loop_.handler_threw(std::current_exception());
        why = errc::handler_threw;
    }
    loop_.handler_called();
    return socket_ ? why : make_error_code(errc::aborted);
}

void readiness_connect_attempt::ready(readiness) noexcept {
    loop_.defer(*this);
}

void readiness_connect_attempt::run() noexcept {
    if (!socket_) return;
    owner_.on_attempt_ended(*this, pending_error(socket_.get()));
}

void readiness_connect_attempt::abandon() noexcept {
    loop_.cancel(*this);
    if (std::exchange(watched_, false)) loop_.engine().remove(socket_.get());
    socket_.reset();
    loop_.retire(this);
}

owned_socket readiness_connect_attempt::take() noexcept {
    if (std::exchange(watched_, false)) loop_.engine().remove(socket_.get());
    return std::move(socket_);
}

} // namespace weft
