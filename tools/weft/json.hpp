// SPDX-License-Identifier: MIT
// Writes JSON texts and objects.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "without_loop/printable.hpp"

namespace weft_tool {

/// Returns a JSON string. Invisible characters are escaped for people, as in other output.
[[nodiscard]] inline std::string json_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : printable(text)) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + '"';
}

/// Members of an object, in the order in which they are added.
class json_object {
public:
    json_object& add(std::string_view name, std::string value) {
        text_ += (text_.empty() ? "" : ", ") + json_text(name) + ": " + std::move(value);
        return *this;
    }
    json_object& add(std::string_view name, std::unsigned_integral auto value) {
        return add(name, std::to_string(value));
    }

    /// Adds a number with six digits after the point.
    json_object& add(std::string_view name, double value) {
        return add(name, std::to_string(value));
    }

    [[nodiscard]] std::string text() const { return '{' + text_ + '}'; }

private:
    std::string text_;
};

[[nodiscard]] inline const char* json_boolean(bool value) {
    return value ? "true" : "false";
}

} // namespace weft_tool
