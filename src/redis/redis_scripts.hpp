// SPDX-License-Identifier: MIT
// The scripts that Redis runs. Each runs as a whole, without other commands in between.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weft {

/// The first argument of each script is `redis_link::run_id`.
enum class redis_script : std::uint8_t {
    none,        ///< a plain command
    publish,     ///< checks the idempotency key, numbers, stores, trims and publishes
    position,    ///< returns the position of a topic, and creates the topic
    history,     ///< reads stored publications
    enter,       ///< adds entries to a topic's presence
    who_is_there ///< reads a topic's presence
};

inline constexpr std::size_t redis_script_count = 6;

/// The text of each script; empty for `none`.
extern const std::array<const char*, redis_script_count> redis_script_texts;

} // namespace weft
