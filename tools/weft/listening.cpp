// SPDX-License-Identifier: MIT
// Opens the listeners of `weft serve`, and prints their addresses and errors.
#include "weft/listening.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>

#include <weft/core/error.hpp>

#include "host_loops/host_loops.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

std::string advice(std::error_code why, const serve_options& options) {
    if (why == std::errc::address_in_use) {
        return "Another program listens there. Try --port 0 for a free port, or find it: "
               "ss -ltnp 'sport = :" +
            std::to_string(options.port) + "'";
    }
    if (why == std::errc::permission_denied) {
        return "Ports below 1024 need privileges. Try --port 9001";
    }
    if (why == std::errc::address_family_not_supported) {
        return "This system is without IPv6. Try --host 127.0.0.1, or 0.0.0.0 for all";
    }
    if (why == std::errc::address_not_available) {
        return "This machine does not have that address. Try --host 127.0.0.1, or 0.0.0.0 for all";
    }
    if (why == weft::errc::no_resolver) {
        return "Give a numeric address or localhost. Try --host 127.0.0.1, or 0.0.0.0 for all";
    }
    return "Try another --host or --port";
}

std::string activation_advice(std::error_code why) {
    if (why == weft::errc::bad_argument) {
        return "LISTEN_FDS or LISTEN_FDNAMES is malformed, or a socket does not listen";
    }
    return "Start it by a systemd socket unit, or try: systemd-socket-activate -l 9001 "
           "weft serve --systemd";
}

std::string unix_advice(std::error_code why) {
    if (why == std::errc::address_in_use) {
        return "Another program listens there, or the file is not a socket. Try another path";
    }
    if (why == std::errc::no_such_file_or_directory) {
        return "Its directory does not exist. Try a path in one that does";
    }
    if (why == std::errc::permission_denied) {
        return "This user may not write to its directory, or to the socket there. Try another path";
    }
    if (why == std::errc::filename_too_long || why == weft::errc::bad_argument) {
        return "A socket's path has at most 107 bytes. Try a shorter one";
    }
    return "Try another path, or @name for an abstract socket";
}

void print_listen_error(std::string_view where, std::error_code why,
                        const std::string& what_to_try) {
    std::cerr << "weft serve: cannot listen at " << printable(where) << ": " << why.message()
              << "\n  " << what_to_try << '\n';
}

/// Returns the host to type to reach a listener at all addresses.
std::string reachable(const weft::address& bound) {
    const std::string host = bound.host();
    const std::string port = ":" + std::to_string(bound.port());
    if (host == "0.0.0.0") return "127.0.0.1" + port;
    if (host == "::") return "[::1]" + port;
    return bound.str();
}

/// Returns whether a listener uses TLS: all do but that of --unix.
bool is_secure(const weft::address& bound, const serve_options& options, const serving_tls& tls) {
    return tls.layer && bound.str() != "unix:" + options.unix_path;
}

void suggest(const weft::address& bound, const serve_options& options, const serving_tls& tls) {
    const std::string& program = options.program;
    const std::string s = is_secure(bound, options, tls) ? "s" : "";
    const bool own = !s.empty() && !tls.issuers_file.empty();
    const std::string trusting = own ? "--ca " + tls.issuers_file + ' ' : "";
    if (bound.is_local()) {
        const std::string path = bound.str().substr(std::string_view("unix:").size());
        std::cout << "    " << program << " connect " << trusting << "--unix '" << path << "' ws"
                  << s << "://localhost/echo\n";
        return;
    }
    const std::string there = reachable(bound);
    const std::string curl_trusting = own ? "--cacert " + tls.issuers_file + ' ' : "";
    std::cout << "    open http" << s << "://" << there << "/ in a browser\n"
              << "    " << program << " connect " << trusting << "ws" << s << "://" << there
              << "/echo\n"
              << "    " << program << " connect " << trusting << "'ws" << s << "://" << there
              << "/chat?name=ann'\n"
              << "    curl " << curl_trusting << "http" << s << "://" << there << "/health\n";
}

bool listen_activated(weft::server& server, const serve_options& options,
                      const serving_tls& tls) {
    const auto bound = server.listen_activated(options.activated_name, tls.layer);
    if (!bound) {
        print_listen_error("passed sockets", bound.error(), activation_advice(bound.error()));
    }
    return bound.has_value();
}

bool listen_tcp(weft::server& server, const serve_options& options, const serving_tls& tls) {
    const auto bound = server.listen(options.host, options.port,
                                     {.reuse_port = options.reuse_port, .tls = tls.layer});
    if (!bound) {
        print_listen_error(options.host + " port " + std::to_string(options.port), bound.error(),
                           advice(bound.error(), options));
    }
    return bound.has_value();
}

bool listen_unix(weft::server& server, const serve_options& options) {
    const std::string where = "unix:" + options.unix_path;
    const auto bound = server.listen(where, {.mode = options.mode});
    if (!bound) print_listen_error(where, bound.error(), unix_advice(bound.error()));
    return bound.has_value();
}

bool listen_everywhere(weft::server& server, const serve_options& options,
                       const serving_tls& tls) {
    return (!options.activated || listen_activated(server, options, tls)) &&
        (!options.tcp || listen_tcp(server, options, tls)) &&
        (options.unix_path.empty() || listen_unix(server, options));
}

/// Returns the port of the socket that was bound last; passed sockets come before it.
std::uint16_t tcp_port_of(const weft::server& server) {
    std::uint16_t port = 0;
    for (const auto& bound : server.listening_at()) {
        if (bound.is_ip()) port = bound.port();
    }
    return port;
}

/// Returns what the loops run on.
std::string means(weft::event_loops& loops, const serve_options& options) {
    std::string text(weft::name(loops[0].engine()));
    if (!is_engine(options.loop)) text += " inside " + options.loop;
    if (loops.size() > 1) text += ", " + std::to_string(loops.size()) + " cores";
    return text;
}

} // namespace

bool listen_on_all(std::list<weft::server>& servers, const serve_options& options,
                   const serving_tls& tls) {
    serve_options each = options;
    each.reuse_port |= servers.size() > 1;
    if (!listen_everywhere(servers.front(), each, tls)) return false;
    each.port = tcp_port_of(servers.front());
    return !options.tcp || std::all_of(std::next(servers.begin()), servers.end(), [&](auto& one) {
        return listen_tcp(one, each, tls);
    });
}

void introduce(const weft::server& first, weft::event_loops& loops,
               const serve_options& options, const serving_tls& tls) {
    const std::string scheme = tls.layer ? "https://" : "http://";
    for (const auto& bound : first.listening_at()) {
        const std::string where = bound.is_ip() ? scheme + bound.str() + "/" : bound.str();
        std::cout << "weft serve: listening at " << where << " (" << means(loops, options);
        if (is_secure(bound, options, tls)) std::cout << ", TLS by " << options.tls_library;
        std::cout << ")\n";
    }
    std::cout << "  Try:\n";
    for (const auto& bound : first.listening_at())
        suggest(bound, options, tls);
    std::cout << "  Ctrl-C ends it.\n" << std::flush;
}

} // namespace weft_tool
