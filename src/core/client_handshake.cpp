// SPDX-License-Identifier: MIT
// The client's side of the opening handshake (RFC 6455 §4.1): writes the request and checks the
// server's response.
#include "core/handshake_fields.hpp"

#include <weft/core/base64.hpp>
#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>

#include <algorithm>

namespace weft {
namespace {

// RFC 6455 §4.1, item 10: tokens without duplicates.
bool are_subprotocols(const std::vector<std::string>& names) {
    std::vector<std::string_view> sorted{names.begin(), names.end()};
    std::ranges::sort(sorted);
    return std::ranges::all_of(sorted, is_token) &&
           std::ranges::adjacent_find(sorted) == sorted.end();
}

std::string join(const std::vector<std::string>& names) {
    std::string joined;
    for (const auto& name : names) {
        if (!joined.empty()) joined += ", ";
        joined += name;
    }
    return joined;
}

// Moves the application's Host header, if any, to `host`; false if it is invalid or repeated.
bool take_host(http_fields& fields, std::string& host) {
    const auto is_host = [](const http_field& field) {
        return equal_ignoring_case(field.name, "Host");
    };
    const auto first = std::ranges::find_if(fields, is_host);
    if (first == fields.end()) return true;
    host = first->value;
    fields.erase(first);
    return is_host_and_port(host) && std::ranges::none_of(fields, is_host);
}

} // namespace

result<std::string> make_upgrade_request(const uri& target, handshake_nonce nonce,
                                         const std::vector<std::string>& subprotocols,
                                         const http_fields& extra, std::string_view extensions) {
    if (!are_subprotocols(subprotocols)) return failure{errc::bad_subprotocol};
    auto fields = extra;
    auto host = target.authority();
    if (!take_host(fields, host)) return failure{errc::bad_header};

    std::string text = "GET ";
    text.append(target.resource()).append(" HTTP/1.1\r\nHost: ").append(host);
    text += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ";
    text += base64_encode(nonce) + "\r\nSec-WebSocket-Version: 13\r\n";
    if (!subprotocols.empty()) text += "Sec-WebSocket-Protocol: " + join(subprotocols) + "\r\n";
    if (const auto why = append_extensions(text, extensions)) return failure{why};
    if (const auto why = append_fields(text, fields)) return failure{why};
    return text + "\r\n";
}

std::error_code check_upgrade_response(const http_response_head& response, handshake_nonce nonce,
                                       const std::vector<std::string>& offered,
                                       std::string& chosen_subprotocol, bool extensions_offered) {
    // The items are those of the second list in RFC 6455 §4.1. Item 1: the status.
    if (response.status() != 101) return errc::not_upgraded;
    if (response.version_minor() < 1) return errc::bad_http_version;
    // Items 2 and 3: Upgrade is exactly "websocket", and Connection names it.
    if (!equal_ignoring_case(only_item(response, "Upgrade").value_or(""), "websocket")) {
        return errc::bad_upgrade;
    }
    if (!names_item(response, "Connection", "upgrade")) return errc::bad_connection;
    // Item 4: the proof that the server understood the key.
    if (response.header_count("Sec-WebSocket-Accept") != 1 ||
        !equal_in_constant_time(*response.header("Sec-WebSocket-Accept"),
                                accept_key(base64_encode(nonce)))) {
        return errc::bad_accept;
    }
    // Item 5: no extension that was not offered. An empty list is ignored.
    if (!extensions_offered && !is_empty_list(response, "Sec-WebSocket-Extensions")) {
        return errc::unexpected_extension;
    }
    // Item 6: at most one subprotocol, and one that was offered.
    if (is_empty_list(response, "Sec-WebSocket-Protocol")) {
        chosen_subprotocol.clear();
        return {};
    }
    const auto chosen = only_item(response, "Sec-WebSocket-Protocol");
    if (!chosen || std::ranges::find(offered, *chosen) == offered.end()) {
        return errc::unexpected_subprotocol;
    }
    chosen_subprotocol = *chosen;
    return {};
}

result<std::optional<extension>> chosen_extension(const http_response_head& response) {
    auto chosen = parse_extensions(joined_items(response, "Sec-WebSocket-Extensions"));
    if (!chosen) return failure{chosen.error()};
    if (chosen->size() > 1) return failure{errc::unexpected_extension};
    if (chosen->empty()) return std::optional<extension>();
    return std::optional<extension>(std::move(chosen->front()));
}

} // namespace weft
