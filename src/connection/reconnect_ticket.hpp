// SPDX-License-Identifier: MIT
// What a reconnect_attempt refers to: the attempt that is being prepared, which may be stale.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "connection/reconnecting_state.hpp"

namespace weft {

struct reconnect_attempt::ticket {
    using link = reconnecting_connection::state::link;

    ticket(std::shared_ptr<link> to, std::uint64_t id) noexcept : at(std::move(to)), attempt(id) {}

    /// Returns the state that waits for this attempt; null if none does.
    [[nodiscard]] reconnecting_connection::state* owner() const noexcept {
        return at->attempt == attempt ? at->to : nullptr;
    }

    std::shared_ptr<link> at;
    std::uint64_t attempt;
};

} // namespace weft
