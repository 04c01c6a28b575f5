// SPDX-License-Identifier: MIT
// Binds and listens, setting each option at its step.
#include "loop/posix/bound_socket.hpp"

#include <netinet/in.h>

#include <cerrno>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/posix/socket_address.hpp"
#include "loop/posix/socket_options.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {
namespace {

constexpr unsigned mode_max = 0777;

void set_options(int descriptor, const address& where, const listen_options& options) noexcept {
    if (where.is_ip()) {
        if (options.reuse_address) switch_on(descriptor, SOL_SOCKET, SO_REUSEADDR);
        if (options.reuse_port) switch_on(descriptor, SOL_SOCKET, native::shared_address);
    }
    if (where.kind() == address::family::ipv6) {
        set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only ? 1 : 0);
    }
}

/// Binds a socket whose file never has more permissions than `mode`: Linux creates it with the
/// socket's mode minus the umask. Then the bits that the umask removed are added; clients cannot
/// connect before the socket listens. Where sockets have no mode (EINVAL), only the second step
/// sets it.
std::error_code bind_with_mode(bound_socket& made, const socket_address& at, unsigned mode) {
    if (mode > mode_max) return errc::bad_argument;
    if (sys::fchmod(made.descriptor.get(), static_cast<mode_t>(mode)) != 0 && errno != EINVAL) {
        return last_error();
    }
    if (sys::bind(made.descriptor.get(), at.get(), at.size) != 0) return last_error();
    made.file.take_note();
    return made.file.change_mode(mode);
}

std::error_code bind(bound_socket& made, const socket_address& at, const listen_options& options) {
    made.file = socket_file(made.where);
    if (made.where.kind() == address::family::unix_path) {
        remove_dead_socket_file(made.where);
        if (options.mode) return bind_with_mode(made, at, *options.mode);
    }
    if (sys::bind(made.descriptor.get(), at.get(), at.size) != 0) return last_error();
    made.file.take_note();
    return {};
}

} // namespace

result<bound_socket> bind_and_listen(const address& where, listen_options& options) {
    const auto at = as_socket_address(where);
    if (!at) return failure(at.error());
    bound_socket made{owned_descriptor(sys::socket(at->family(), SOCK_STREAM)), where, {}};
    if (!made.descriptor) return failure(last_error());
    set_options(made.descriptor.get(), where, options);
    if (options.before_bind) {
        if (const auto agreed = options.before_bind(made.descriptor.get()); !agreed) {
            return failure(agreed.error());
        }
    }
    auto why = bind(made, *at, options);
    if (!why && sys::listen(made.descriptor.get(), options.backlog) != 0) why = last_error();
    if (why) {
        made.file.remove();
        return failure(why);
    }
    if (where.is_local()) return made;
    const auto found = find_local_address(made.descriptor.get());
    if (!found) return failure(found.error());
    made.where = *found;
    return made;
}

} // namespace weft
