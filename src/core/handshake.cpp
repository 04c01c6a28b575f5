// SPDX-License-Identifier: MIT
// The server's side of the opening handshake (RFC 6455 §4.2): checks the request and writes the
// response. The client's side is in client_handshake.cpp.
#include <weft/core/handshake.hpp>

#include "core/handshake_fields.hpp"

#include <weft/core/base64.hpp>
#include <weft/core/error.hpp>
#include <weft/core/extension.hpp>
#include <weft/core/sha1.hpp>

#include <algorithm>
#include <optional>

namespace weft {
namespace {

constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t key_size = 24; // 16 bytes in base64

bool has_body(const http_request& request) {
    if (request.header("Transfer-Encoding")) return true;
    for (const auto& [name, value] : request.headers()) {
        if (equal_ignoring_case(name, "Content-Length") && value != "0") return true;
    }
    return false;
}

bool is_base64_byte(char byte) noexcept {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || byte == '+' || byte == '/';
}

// The key is not decoded (RFC 6455 §4.2.2, item 4). So the unused bits of its last letter may be
// set, as in the example of §4.1, item 7.
bool is_key(std::string_view text) noexcept {
    constexpr std::string_view padding = "==";
    return text.size() == key_size && text.ends_with(padding) &&
           std::ranges::all_of(text.substr(0, key_size - padding.size()), is_base64_byte);
}

bool is_unique(const std::vector<std::string>& names) {
    std::vector<std::string_view> sorted{names.begin(), names.end()};
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) == sorted.end();
}

// Parses tokens without duplicates (RFC 6455 §4.1, item 10). An empty header is ignored: some
// clients send one if the application has set no subprotocol.
std::optional<std::vector<std::string>> parse_subprotocols(const http_request& request) {
    std::vector<std::string> names;
    bool valid = true;
    for_each_value(request, "Sec-WebSocket-Protocol", [&](std::string_view value) {
        for_each_list_item(value, [&](std::string_view item) {
            valid = valid && is_token(item);
            names.emplace_back(item);
        });
    });
    if (!valid || !is_unique(names)) return std::nullopt;
    return names;
}

// The checks of RFC 6455 §4.2.1 that produce no value. The version is checked before the key: a
// client of another version may have another kind of key, and must be sent our version.
std::error_code check_required(const http_request& request) {
    // Item 1: a GET of HTTP/1.1 or higher. It must have no body, which would be parsed as frames.
    if (request.method() != "GET") return errc::bad_method;
    if (request.version_minor() < 1) return errc::bad_http_version;
    if (has_body(request)) return errc::bad_request;
    if (!may_expect(request)) return errc::unknown_expectation;
    // Item 2: Host.
    if (!names_one_host(request)) return errc::bad_host;
    // Items 3 and 4: Upgrade and Connection.
    if (!names_item(request, "Upgrade", "websocket")) return errc::bad_upgrade;
    if (!names_item(request, "Connection", "upgrade")) return errc::bad_connection;
    // Item 6: version 13 only.
    if (request.header_count("Sec-WebSocket-Version") != 1 ||
        *request.header("Sec-WebSocket-Version") != "13") {
        return errc::bad_version;
    }
    // Item 5, and §11.3.1: one key.
    if (request.header_count("Sec-WebSocket-Key") != 1 ||
        !is_key(*request.header("Sec-WebSocket-Key"))) {
        return errc::bad_key;
    }
    return {};
}

int refusal_status(std::error_code why) noexcept {
    if (why.category() != error_category()) return 500;
    switch (static_cast<errc>(why.value())) {
    case errc::rejected: return 403;
    case errc::gone: return 404;
    case errc::bad_method: return 405;
    case errc::handshake_timeout:
    case errc::message_timeout: return 408;
    case errc::body_too_large: return 413;
    case errc::unknown_expectation: return 417;
    case errc::misdirected: return 421;
    case errc::bad_upgrade:
    case errc::bad_version: return 426;
    case errc::header_too_large:
    case errc::too_many_headers: return 431;
    case errc::bad_header:
    case errc::reserved_header:
    case errc::handler_threw: return 500;
    case errc::unknown_transfer_coding: return 501;
    case errc::aborted:
    case errc::too_many_connections:
    case errc::too_many_from_address:
    case errc::too_many_handshakes:
    case errc::over_memory_budget:
    case errc::shut_down: return 503;
    case errc::bad_http_version: return 505;
    default: return 400;
    }
}

} // namespace

std::string accept_key(std::string_view key) {
    std::string text{key};
    text += accept_guid;
    return base64_encode(sha1(std::as_bytes(std::span{text})));
}

bool wants_upgrade(const http_request& request) {
    if (request.version_minor() < 1) return false; // RFC 9110 §7.8
    return names_item(request, "Upgrade", "websocket") || request.header("Sec-WebSocket-Key");
}

result<upgrade_offer> check_upgrade(const http_request& request) {
    if (const auto why = check_required(request)) return failure{why};
    auto subprotocols = parse_subprotocols(request);
    if (!subprotocols) return failure{errc::bad_subprotocol};
    auto extensions = joined_items(request, "Sec-WebSocket-Extensions");
    if (const auto valid = parse_extensions(extensions); !valid) return failure{valid.error()};
    return upgrade_offer{std::string{*request.header("Sec-WebSocket-Key")},
                         std::move(*subprotocols), std::move(extensions)};
}

http_response refusal(std::error_code why) {
    http_response response;
    response.status = refusal_status(why);
    if (response.status == 405) response.headers.push_back({"Allow", "GET"});
    if (response.status == 426) {
        // RFC 6455 §4.4 requires the supported versions, RFC 9110 §15.5.22 requires Upgrade.
        response.headers.push_back({"Upgrade", "websocket"});
        response.headers.push_back({"Sec-WebSocket-Version", "13"});
    }
    response.body = std::to_string(response.status) + ' ' + http_reason(response.status) + ": " +
                    why.message() + '\n';
    return response;
}

result<std::string> make_upgrade_response(const upgrade_offer& offer, std::string_view subprotocol,
                                          const http_fields& extra, std::string_view extensions) {
    // RFC 6455 §4.2.2, item 5. In the order of WebSocket++, because some programs compare it.
    std::string text = "HTTP/1.1 101 Switching Protocols\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: " +
                       accept_key(offer.key) + "\r\n";
    if (!subprotocol.empty()) {
        const bool offered = std::ranges::find(offer.subprotocols, subprotocol) !=
                             offer.subprotocols.end();
        if (!offered || !is_token(subprotocol)) return failure{errc::bad_subprotocol};
        text.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
    }
    if (const auto why = append_extensions(text, extensions)) return failure{why};
    if (const auto why = append_fields(text, extra)) return failure{why};
    return text + "Upgrade: websocket\r\n\r\n";
}

} // namespace weft
