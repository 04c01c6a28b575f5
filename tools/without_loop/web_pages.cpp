// SPDX-License-Identifier: MIT
// Plain requests and their responses.
#include "without_loop/web_pages.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <weft/connection/connection.hpp>
#include <weft/core/http_content.hpp>

namespace weft_web {
extern const std::string_view charts_js;
extern const std::string_view chat_js;
extern const std::string_view compose_js;
extern const std::string_view icon_svg;
extern const std::string_view load_js;
extern const std::string_view log_js;
extern const std::string_view page_css;
extern const std::string_view page_html;
extern const std::string_view page_js;
extern const std::string_view saved_js;
extern const std::string_view words_js;
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

/// The page may load what is served beside it, and may connect to any WebSocket.
weft::http_response page() {
    return {200,
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Content-Security-Policy",
              "default-src 'none'; style-src 'self'; script-src 'self'; "
              "img-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
              "frame-ancestors 'none'"},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "no-referrer"},
             {"Cache-Control", "no-cache"}},
            std::string(weft_web::page_html)};
}

weft::http_response part_of_page(std::string_view type, std::string_view content) {
    return {200,
            {{"Content-Type", std::string(type) + "; charset=utf-8"},
             {"X-Content-Type-Options", "nosniff"},
             {"Cache-Control", "no-cache"}},
            std::string(content)};
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
    all.push_back({"/page.css", file(part_of_page("text/css", weft_web::page_css))});
    for (const auto& [path, script] : {
             std::pair{"/charts.js", weft_web::charts_js},
             std::pair{"/chat.js", weft_web::chat_js},
             std::pair{"/compose.js", weft_web::compose_js},
             std::pair{"/load.js", weft_web::load_js},
             std::pair{"/log.js", weft_web::log_js},
             std::pair{"/page.js", weft_web::page_js},
             std::pair{"/saved.js", weft_web::saved_js},
             std::pair{"/words.js", weft_web::words_js},
         }) {
        all.push_back({path, file(part_of_page("text/javascript", script))});
    }
    all.push_back({"/favicon.ico", file(icon())});
    all.push_back({"/health", answering([] {
                       return weft::http_response{200, {{"Cache-Control", "no-store"}}, "ok\n"};
                   })});
    return all;
}

} // namespace weft_tool
