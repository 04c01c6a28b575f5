// SPDX-License-Identifier: MIT
// The sources of a lookup and their order.
#include "loop/name_query.hpp"

#include <exception>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/hosts_file.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

void call(loop_state& loop, resolver& names, lookup asked, work_item& which) {
    const driver::activity here(loop, which);
    try {
        names(std::move(asked));
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        loop.handler_threw(std::current_exception());
    }
    loop.handler_called();
}

} // namespace

/// Asks the hosts file first: hosts(5) takes precedence over the resolver.
result<std::vector<address>> name_query::ask(loop_state& loop, std::string_view host,
                                             std::uint16_t port, address_sink& sink,
                                             work_item& which) {
    std::vector<address> known;
    const auto hosts = read_hosts_file(loop.hosts_file());
    if (hosts) known = addresses_in_hosts(*hosts, host, port);
    if (!known.empty()) return known;
    const auto names = loop.resolver();
    if (!names) return failure(hosts ? make_error_code(errc::no_resolver) : hosts.error());
    asked_ = std::make_shared<lookup_state>(host, loop.mailbox(), sink);
    call(loop, *names, lookup(asked_), which);
    return known;
}

address with_port(const address& of, std::uint16_t port) {
    if (of.kind() == address::family::ipv6) return address::ipv6(of.bytes(), port, of.scope());
    if (of.kind() != address::family::ipv4) return of;
    const auto& all = of.bytes();
    return address::ipv4({all[0], all[1], all[2], all[3]}, port);
}

std::vector<address> usable(std::span<const address> found, std::uint16_t port) {
    std::vector<address> some;
    for (const address& one : found) {
        if (one.is_ip()) some.push_back(with_port(one, port));
    }
    return some;
}

} // namespace weft
