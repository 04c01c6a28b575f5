// SPDX-License-Identifier: MIT
// HTTP fields (RFC 9110 §5): validates names and values, splits lists, and compares. Knows nothing
// of requests, responses or WebSocket.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/core/language.hpp>

namespace weft {

/// One header line.
struct http_field {
    std::string name = {};
    std::string value = {};
};

using http_fields = std::vector<http_field>;

/// One header line, as views.
struct http_field_view {
    std::string_view name;
    std::string_view value;
};

/// Returns true for a byte that is allowed in a token (RFC 9110 §5.6.2).
[[nodiscard]] bool is_token_byte(char byte) noexcept;

/// Returns true if `text` is one or more token bytes, such as a header's name or a subprotocol.
[[nodiscard]] bool is_token(std::string_view text) noexcept;

/// Returns true for a byte that is allowed in a value: visible ASCII, SP, HT and 0x80-0xFF.
[[nodiscard]] bool is_field_byte(char byte) noexcept;

/// Returns true if `text` is safe as a header's value: each byte passes `is_field_byte`, which
/// excludes CR, LF and NUL. An empty value is allowed. RFC 9110 §5.5.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;

/// Compares two strings and ignores the case of ASCII letters, as for names of headers and hosts.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Returns `text` with its ASCII letters in lower case.
[[nodiscard]] std::string to_lower(std::string_view text);

/// Returns `text` without spaces and tabs at its ends.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// Compares two strings in a time that depends only on their lengths: for credentials and accept
/// keys.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

/// Removes the next element from a comma-separated list (RFC 9110 §5.6.1) and returns it, trimmed.
///
/// A comma inside a quoted string does not separate. The element may be empty. `list` becomes the
/// rest of the list; `list.data()` is null after the last element.
[[nodiscard]] std::string_view next_list_item(std::string_view& list) noexcept;

/// Calls `action(std::string_view)` for each non-empty element of `list`.
template <class Action>
void for_each_list_item(std::string_view list, Action&& action) {
    while (list.data() != nullptr) {
        if (const auto item = next_list_item(list); !item.empty()) action(item);
    }
}

/// Returns true if an element of `list` equals `item`, ignoring case.
[[nodiscard]] bool list_contains(std::string_view list, std::string_view item) noexcept;

} // namespace weft
