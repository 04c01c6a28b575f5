// SPDX-License-Identifier: MIT
// Functions on header fields for both sides of the opening handshake: read lists, and append an
// application's headers.
#pragma once

#include <weft/core/error.hpp>
#include <weft/core/extension.hpp>
#include <weft/core/http_head.hpp>

#include "core/authority.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace weft {

/// Calls `action(std::string_view)` with the value of each header of this name.
template <class Action>
void for_each_value(const http_head& head, std::string_view name, Action&& action) {
    for (std::size_t i = 0; i < head.size(); ++i) {
        const auto field = head.at(i);
        if (equal_ignoring_case(field.name, name)) action(field.value);
    }
}

/// Returns true if the list of a header of this name contains `item`, ignoring case.
inline bool names_item(const http_head& head, std::string_view name, std::string_view item) {
    bool found = false;
    for_each_value(head, name, [&](std::string_view value) {
        found = found || list_contains(value, item);
    });
    return found;
}

/// Returns true if there is exactly one Host header and it is valid. RFC 9112 §3.2: any other
/// HTTP/1.1 request is answered with 400, because a proxy that forwarded it may have chosen another
/// host.
[[nodiscard]] inline bool names_one_host(const http_request& request) {
    return request.header_count("Host") == 1 && is_host_and_port(*request.header("Host"));
}

/// Returns the only element of all headers of this name; nothing if there is none or more than one.
[[nodiscard]] inline std::optional<std::string_view> only_item(const http_head& head,
                                                               std::string_view name) {
    std::optional<std::string_view> only;
    std::size_t count = 0;
    for_each_value(head, name, [&](std::string_view value) {
        for_each_list_item(value, [&](std::string_view item) {
            only = item;
            ++count;
        });
    });
    return count == 1 ? only : std::nullopt;
}

/// Returns true if no header of this name has an element.
[[nodiscard]] inline bool is_empty_list(const http_head& head, std::string_view name) {
    bool empty = true;
    for_each_value(head, name, [&](std::string_view value) {
        for_each_list_item(value, [&](std::string_view) { empty = false; });
    });
    return empty;
}

/// Returns the elements of all headers of this name, joined by commas; empty if there are none.
[[nodiscard]] inline std::string joined_items(const http_head& head, std::string_view name) {
    std::string joined;
    for_each_value(head, name, [&](std::string_view value) {
        for_each_list_item(value, [&](std::string_view item) {
            if (!joined.empty()) joined += ", ";
            joined += item;
        });
    });
    return joined;
}

/// Returns false if the client's Expect header names something that is not supported. RFC 9110
/// §10.1.1.
[[nodiscard]] inline bool may_expect(const http_request& request) {
    return is_empty_list(request, "Expect") || request.version_minor() < 1 ||
        equal_ignoring_case(only_item(request, "Expect").value_or(""), "100-continue");
}

/// Returns true for the headers of the handshake and of HTTP framing.
inline bool is_handshake_field(std::string_view name) noexcept {
    constexpr std::string_view prefix = "Sec-WebSocket-";
    return equal_ignoring_case(name.substr(0, prefix.size()), prefix) ||
           equal_ignoring_case(name, "Upgrade") || equal_ignoring_case(name, "Connection") ||
           equal_ignoring_case(name, "Content-Length") ||
           equal_ignoring_case(name, "Transfer-Encoding");
}

/// Appends Sec-WebSocket-Extensions unless `extensions` is empty; fails if it is malformed.
[[nodiscard]] inline std::error_code append_extensions(std::string& text,
                                                       std::string_view extensions) {
    if (extensions.empty()) return {};
    if (!parse_extensions(extensions)) return errc::bad_header;
    text.append("Sec-WebSocket-Extensions: ").append(extensions).append("\r\n");
    return {};
}

/// Appends header lines; fails if one is malformed or is a header that Weft sets itself.
[[nodiscard]] inline std::error_code append_fields(std::string& text, const http_fields& fields) {
    for (const auto& [name, value] : fields) {
        if (!is_token(name) || !is_field_value(value)) return errc::bad_header;
        if (is_handshake_field(name)) return errc::reserved_header;
        text.append(name).append(": ").append(value).append("\r\n");
    }
    return {};
}

} // namespace weft
