// SPDX-License-Identifier: MIT
// Chooses advice by the report of a failed connection.
#include "weft/advice.hpp"

#include <weft/core/error.hpp>
#include <weft/core/secrets.hpp>
#include <weft/loop/resolve_error.hpp>

#include "weft/tls.hpp"

namespace weft_tool {
namespace {

std::string status_advice(int status, const weft::uri& target) {
    if (status == 404) {
        return "The server is there, but serves no WebSocket at " + std::string(target.path()) +
            ". Check the path; `weft serve` has /echo and /chat";
    }
    if (status == 401 || status == 403) {
        return "The server requires credentials, or another origin. Try -H 'Authorization: ...', "
               "-H 'Cookie: ...' or -H 'Origin: ...'";
    }
    if (status == 421) {
        return "The server does not answer to the name " + std::string(target.host()) +
            ". If it is `weft serve`, start it with --name " + std::string(target.host()) +
            " or --any-host";
    }
    if (status == 426) {
        return "The server requires another version of the protocol than 13";
    }
    if (status == 400) return "The server finds the request invalid. Try another --subprotocol";
    if (status >= 300 && status < 400) {
        return std::string("The server redirects. Try --follow 5, or see where to: curl -I http") +
            (target.secure() ? "s://" : "://") + target.authority() + shown_uri(target.resource());
    }
    if (status >= 500) return "The server, or a proxy before it, has a problem. Try again later";
    return "A web server, but it does not serve a WebSocket at " + std::string(target.path()) +
        ". Check host, port and path";
}

/// Returns what the connection was made to: the proxy, the address of --via, or the URL's host.
std::string next_hop(const weft::uri& target, const connect_route& route) {
    if (!route.proxy.empty()) return "the proxy";
    return route.via.empty() ? target.authority() : weft::without_secrets(route.via);
}

std::string refused_advice(const weft::report& why, const weft::uri& target,
                           const connect_route& route) {
    if (why.phase == weft::phase::proxy) {
        return "The proxy is there, but nothing listens at " + target.authority() +
            ", or the name means another address to the proxy";
    }
    if (!route.proxy.empty()) {
        return "Nothing listens there. Check " +
            std::string(route.proxy == "environment" ? "http_proxy in the environment" : "--proxy");
    }
    return "Nothing listens at " + next_hop(target, route) +
        ". Is the server running? `weft serve` starts one";
}

/// Returns the position where the authority of a URL begins.
std::size_t authority_begin(std::string_view typed) {
    const auto scheme_end = typed.find("://");
    return scheme_end == typed.npos ? 0 : scheme_end + 3;
}

} // namespace

std::string advice(const weft::report& why, const weft::uri& target, const connect_route& route) {
    const auto error = why.error;
    if (error == std::errc::permission_denied) {
        return "This user may not connect to " + next_hop(target, route);
    }
    if (error == std::errc::network_unreachable || error == std::errc::host_unreachable) {
        return "This machine has no route to " + next_hop(target, route) + ". Check the network" +
            (route.proxy.empty() ? ", or try another address: --via ADDRESS:PORT" : "");
    }
    if (error == std::errc::connection_refused || error == std::errc::no_such_file_or_directory) {
        return refused_advice(why, target, route);
    }
    if (error == weft::errc::no_tls) {
        return "This build is without a TLS library and speaks ws: only. Try ws://" +
            target.authority() + shown_uri(target.resource()) + " if the server offers it";
    }
    if (is_distrust(error)) {
        return "If you trust it: --ca FILE with its certificate or its issuer's, or --insecure to "
               "accept any certificate";
    }
    if (error == weft::resolve_error::host_not_found || error == weft::resolve_error::no_address) {
        if (!route.proxy.empty()) return "Check the spelling of the proxy's name";
        return "Check the spelling of " + std::string(target.host()) +
            ", or give an address: --via ADDRESS:" + std::to_string(target.port());
    }
    if (error.category() == weft::resolve_category()) {
        return "Check the network and /etc/resolv.conf, or ask another name server: --dns ADDRESS";
    }
    if (error == weft::errc::unexpected_subprotocol) {
        return "Try the --subprotocol that the server speaks, or none";
    }
    if (error == weft::condition::timeout) {
        return "Check host and port, and firewalls on the way, or give it longer: --timeout";
    }
    if (error == weft::errc::bad_response) {
        return "Whatever listens there does not speak HTTP. Check the port, or whether it is wss:";
    }
    if (error == weft::errc::unexpected_eof) {
        return "The server hung up during the handshake. Check the port, or whether it is wss:";
    }
    if (error == weft::errc::bad_via) {
        return "--via wants ADDRESS:PORT, such as --via 127.0.0.1:" + std::to_string(target.port());
    }
    if (error == weft::errc::proxy_authentication) {
        return "Give them to the proxy: --proxy http://USER:PASSWORD@HOST:PORT";
    }
    if (error == weft::errc::bad_proxy) {
        const std::string where = route.proxy == "environment" ? target.secure()
                ? "https_proxy or all_proxy in the environment"
                : "http_proxy or all_proxy in the environment"
                                                               : "--proxy";
        return where + " should look like http://HOST:PORT or socks5://HOST:PORT";
    }
    if (error == weft::errc::not_upgraded) return status_advice(why.http_status, target);
    return {};
}

std::string shown_uri(std::string_view typed) {
    return weft::without_secrets(typed);
}

std::string uri_advice(std::string_view typed) {
    if (typed.find('@') != typed.npos) {
        return "A WebSocket URL has no user and password. Try -H 'Authorization: Basic ...'";
    }
    std::string guess = typed.starts_with("https") ? "wss://" : "ws://";
    const auto rest = typed.substr(authority_begin(typed));
    guess.append(rest.substr(0, rest.find('#')));
    if (guess != typed && weft::uri::parse(guess)) return "Try " + shown_uri(guess);
    return "It should look like ws://127.0.0.1:9001/echo or ws://[::1]:9001/echo";
}

} // namespace weft_tool
