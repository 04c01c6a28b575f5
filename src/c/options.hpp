// SPDX-License-Identifier: MIT
// Structures of options, as C programs of any version of Weft pass them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include <weft/connection/connection_options.hpp>
#include <weft/core/http_fields.hpp>
#include <weft/core/time.hpp>
#include <weft/weft.h>

namespace weft::c {

/// Copies `given`, which another version may have made shorter or longer; null is all defaults.
/// Returns false if its size is not set, or if it uses a member that this version does not know.
template <class Options>
[[nodiscard]] bool read_options(const Options* given, Options& out) noexcept {
    out = Options{};
    if (!given) return true;
    std::size_t size = 0; // the first member, and maybe the only one that is there
    std::memcpy(&size, given, sizeof size);
    if (size < sizeof size) return false;
    std::memcpy(&out, given, std::min(size, sizeof(Options)));
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    return size <= sizeof(Options) ||
           std::all_of(bytes + sizeof(Options), bytes + size, [](auto b) { return b == 0; });
}

/// Returns milliseconds as a duration, from none to about thirty years.
[[nodiscard]] inline duration milliseconds(std::int64_t count) noexcept {
    constexpr std::int64_t most = 1'000'000'000'000;
    return std::chrono::milliseconds(std::clamp(count, std::int64_t(0), most));
}

/// Sets `to` from `given`: 0 keeps the default, WEFT_NEVER becomes zero.
inline void set_timeout(duration& to, std::int64_t given) noexcept {
    if (given != 0) to = milliseconds(given);
}

[[nodiscard]] inline std::string text_or_empty(const char* text) {
    return text ? text : std::string();
}

/// Sets `to` from `given`, and returns an error's number. Throws std::bad_alloc.
int set_connection_options(connection_options& to, const weft_connection_options* given);

/// Appends `count` headers to `to`; returns false if a pointer is null. Throws std::bad_alloc.
bool add_headers(http_fields& to, const weft_header* headers, std::size_t count);

} // namespace weft::c
