// SPDX-License-Identifier: MIT
// Listeners and the words about them.
#include "weft/listening.hpp"

#include <iostream>
#include <string>
#include <system_error>

#include <weft/core/error.hpp>

#include "weft/printable.hpp"

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
    if (why == std::errc::address_not_available) {
        return "This machine does not have that address. Try --host 127.0.0.1, or 0.0.0.0 for all";
    }
    if (why == weft::errc::no_resolver) {
        return "Give a numeric address or localhost. Try --host 127.0.0.1, or 0.0.0.0 for all";
    }
    return "Try another --host or --port";
}

std::string unix_advice(std::error_code why) {
    if (why == std::errc::address_in_use) {
        return "Another program listens there, or the file is not a socket. Try another path";
    }
    if (why == std::errc::no_such_file_or_directory) {
        return "Its directory does not exist. Try a path in one that does";
    }
    return "Try another path, or @name for an abstract socket";
}

void complain(std::string_view where, std::error_code why, const std::string& what_to_try) {
    std::cerr << "weft serve: cannot listen at " << printable(where) << ": " << why.message()
              << "\n  " << what_to_try << '\n';
}

/// The host to type in order to reach a listener that takes all addresses.
std::string reachable(const weft::address& bound) {
    const std::string host = bound.host();
    const std::string port = ":" + std::to_string(bound.port());
    if (host == "0.0.0.0") return "127.0.0.1" + port;
    if (host == "::") return "[::1]" + port;
    return bound.str();
}

void suggest(const weft::address& bound, const std::string& program) {
    if (bound.is_local()) {
        const std::string path = bound.str().substr(std::string_view("unix:").size());
        std::cout << "    " << program << " connect --unix '" << path << "' ws://localhost/echo\n";
        return;
    }
    const std::string there = reachable(bound);
    std::cout << "    open http://" << there << "/ in a browser\n"
              << "    " << program << " connect ws://" << there << "/echo\n"
              << "    " << program << " connect 'ws://" << there << "/chat?name=ann'\n"
              << "    curl http://" << there << "/health\n";
}

} // namespace

bool listen_everywhere(weft::server& server, const serve_options& options) {
    if (options.tcp) {
        const auto bound = server.listen(options.host, options.port);
        if (!bound) {
            complain(options.host + " port " + std::to_string(options.port), bound.error(),
                     advice(bound.error(), options));
            return false;
        }
    }
    if (!options.unix_path.empty()) {
        const std::string where = "unix:" + options.unix_path;
        if (const auto bound = server.listen(where); !bound) {
            complain(where, bound.error(), unix_advice(bound.error()));
            return false;
        }
    }
    return true;
}

void introduce(const weft::server& server, const weft::event_loop& loop,
               const serve_options& options) {
    for (const auto& bound : server.listening_at()) {
        const std::string where = bound.is_ip() ? "http://" + bound.str() + "/" : bound.str();
        std::cout << "weft serve: listening at " << where << " (" << weft::name(loop.engine())
                  << (options.loop == "weft" ? "" : " inside " + options.loop) << ")\n";
    }
    std::cout << "  Try:\n";
    for (const auto& bound : server.listening_at())
        suggest(bound, options.program);
    std::cout << "  Ctrl-C ends it.\n" << std::flush;
}

} // namespace weft_tool
