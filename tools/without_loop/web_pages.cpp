// SPDX-License-Identifier: MIT
// Plain requests and their responses.
#include "without_loop/web_pages.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/http_content.hpp>

namespace weft_web {
extern const std::string_view icon_svg;
extern const std::string_view page_html;
}

namespace weft_tool {
namespace {

/// Answers GET (and HEAD, whose body the connection leaves out) with what `make` returns.
template <class Make>
weft::handlers answering(Make make) {
    return {.http = [make](weft::connection& peer) {
        if (is_read(peer)) peer.respond(make());
    }};
}

/// Answers with a file, or with 304 to a client that has it already.
weft::handlers file(weft::http_response content) {
    const std::string tag = weft::entity_tag(content.body);
    content.headers.push_back({"ETag", tag});
    return {.http = [content = std::move(content), tag](weft::connection& peer) {
        if (!is_read(peer)) return;
        if (!weft::has_entity(*peer.request(), tag)) {
            peer.respond(content);
            return;
        }
        weft::http_response unchanged = content;
        unchanged.status = 304;
        peer.respond(unchanged);
    }};
}

/// The page is one file: it may load nothing but the icon, and may connect to any WebSocket.
weft::http_response page() {
    return {200,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Content-Security-Policy",
              "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
              "img-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
              "frame-ancestors 'none'"},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "no-referrer"},
             {"Cache-Control", "no-cache"}},
            std::string(weft_web::page_html)};
}

weft::http_response icon() {
    return {200,
            {{"Content-Type", "image/svg+xml"},
             {"Content-Security-Policy", "default-src 'none'"},
             {"X-Content-Type-Options", "nosniff"},
             {"Cache-Control", "max-age=86400"}},
            std::string(weft_web::icon_svg)};
}

} // namespace

bool is_read(weft::connection& peer) {
    const auto method = peer.request()->method();
    if (method == "GET" || method == "HEAD") return true;
    const weft::http_fields allowed{{"Allow", "GET, HEAD, OPTIONS"}};
    if (method == "OPTIONS") {
        peer.respond({204, allowed, {}});
    } else {
        peer.respond({405, allowed, "Only GET and HEAD.\n"});
    }
    return false;
}

std::vector<web_page> web_pages() {
    std::vector<web_page> all;
    all.push_back({"/", file(page())});
    all.push_back({"/favicon.ico", file(icon())});
    all.push_back({"/health", answering([] {
                       return weft::http_response{200, {{"Cache-Control", "no-store"}}, "ok\n"};
                   })});
    return all;
}

} // namespace weft_tool
