// SPDX-License-Identifier: MIT
// One entry of a structured log: a level, the name of an event, and named values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <weft/core/language.hpp>

namespace weft {

struct report;

/// How important an entry of the log is. `off` is above all entries.
enum class log_level : std::uint8_t { debug, info, warning, error, off };

/// A named value of an entry: a number or a text.
///
/// Text may be what a peer has chosen, with control characters: escape it before you print it.
/// Secrets are removed (`without_secrets`).
struct log_field {
    std::string_view name;
    std::string_view text = {};
    std::optional<std::int64_t> number = {}; ///< if set, this is the value
};

/// An entry of the log. Everything it refers to is valid until the function that receives it
/// returns. docs/logging-and-metrics.md lists the events and their fields.
struct log_record {
    log_level level = log_level::info;
    std::string_view event; ///< such as "opened"
    std::span<const log_field> fields = {};
    const weft::report* report = nullptr; ///< of the events "closed" and "failed"
};

/// Returns "debug", "info", "warning", "error" or "off".
[[nodiscard]] std::string_view name(log_level which) noexcept;

} // namespace weft
