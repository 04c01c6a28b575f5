// SPDX-License-Identifier: MIT
// Compares host names.
#include "without_loop/own_names.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/connection/route.hpp>
#include <weft/stream/address_prefix.hpp>

namespace weft_tool {
namespace {

/// Returns the name in lower case, without port and last dot; an IPv6 address without brackets and
/// interface.
std::string plain_name(std::string_view host) {
    std::string name = weft::host_name(host);
    if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    if (name.find(':') != name.npos) name = name.substr(0, name.find('%'));
    return name;
}

bool is_loopback(std::string_view host) {
    const auto parsed = weft::address::parse(host, 0);
    static const auto ipv4 = *weft::address_prefix::parse("127.0.0.0/8");
    static const auto ipv6 = *weft::address_prefix::parse("::1");
    return parsed && (ipv4.contains(*parsed) || ipv6.contains(*parsed));
}

/// A name of one label has a meaning on this network only: nobody can register it, and so nobody
/// can make it point to this machine.
bool is_of_this_network(std::string_view name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return name.find_first_of(".:") == name.npos && std::ranges::any_of(name, is_letter);
}

weft::http_response misdirected() {
    return {421,
            {{"X-Content-Type-Options", "nosniff"}},
            "This server does not answer to that name. If it should, start it with --name NAME "
            "or --any-host.\n"};
}

bool is_ours(const own_names& names, const weft::connection& peer) {
    return names.include(peer.host(), peer.local_address());
}

} // namespace

own_names::own_names(const std::vector<std::string>& more) {
    for (const auto& one : more) names_.push_back(plain_name(one));
}

bool own_names::include(std::string_view requested, const weft::address& here) const {
    const std::string name = plain_name(requested);
    if (name.empty() || here.is_local()) return true;
    if (is_of_this_network(name) || name.ends_with(".localhost") || is_loopback(name)) return true;
    if (std::ranges::find(names_, name) != names_.end()) return true;
    const auto address = weft::address::parse(name, here.port());
    return address && address->has_same_ip(here);
}

std::string machine_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return {};
    return name.data();
}

weft::handlers answering_to(std::shared_ptr<const own_names> names, weft::handlers inner) {
    if (!names) return inner;
    if (inner.http) {
        inner.http = [names, http = std::move(inner.http)](weft::connection& peer) mutable {
            if (is_ours(*names, peer)) return http(peer);
            peer.respond(misdirected());
        };
        return inner; // stays a route for plain requests
    }
    inner.validate = [names = std::move(names)](weft::connection& peer) {
        if (!is_ours(*names, peer)) peer.reject(misdirected());
    };
    return inner;
}

} // namespace weft_tool
