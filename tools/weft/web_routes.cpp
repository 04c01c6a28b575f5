// SPDX-License-Identifier: MIT
// Plain requests and their responses.
#include "weft/web_routes.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace weft_web {
extern const std::string_view page_html;
}

namespace weft_tool {
namespace {

/// Answers GET (and HEAD, whose body the connection leaves out) with what `make` returns.
template <class Make>
weft::handlers answering(Make make) {
    return {.http = [make](weft::connection& peer) {
        const auto method = peer.request()->method();
        if (method == "GET" || method == "HEAD") {
            peer.respond(make());
        } else {
            peer.respond({405, {{"Allow", "GET, HEAD"}}, "Only GET and HEAD.\n"});
        }
    }};
}

/// The page is one file: nothing else may be loaded, and it may talk to any WebSocket.
weft::http_response page() {
    return {200,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Content-Security-Policy",
              "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
              "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
              "frame-ancestors 'none'"},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "no-referrer"},
             {"Cache-Control", "no-cache"}},
            std::string(weft_web::page_html)};
}

} // namespace

void add_web_routes(weft::server& server, server_log& log) {
    server.route("/", log.logged_requests(answering(page)));
    server.route("/favicon.ico", answering([] { return weft::http_response{204, {}, {}}; }));
    server.route("/health", log.logged_requests(answering([] {
        return weft::http_response{200, {{"Cache-Control", "no-store"}}, "ok\n"};
    })));
}

} // namespace weft_tool
