// SPDX-License-Identifier: MIT
// Groups handshakes in progress (for raw servers: silent connections) by address, and finds the one
// to end when there are too many: the oldest of the address that has the most. Each operation takes
// constant time.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include <weft/core/time.hpp>

#include "endpoint/counted_address.hpp"

namespace weft {

class channel;

class handshake_shares {
public:
    /// Returns whether a connection may be ended now. Must not change anything.
    using may_drop_function = bool (*)(const channel&) noexcept;

    handshake_shares(const counted_address_hash& hash, may_drop_function may_drop);
    handshake_shares(const handshake_shares&) = delete;
    handshake_shares& operator=(const handshake_shares&) = delete;

    /// Adds a handshake; further calls for the same connection have no effect. Throws
    /// std::bad_alloc; then nothing was added.
    void add(channel& who, const counted_address& where, time_point now);

    /// Removes a handshake that has opened or ended.
    void remove(const channel& who) noexcept;

    /// Returns the number of all handshakes, including those that were dropped and have not been
    /// removed yet.
    [[nodiscard]] std::size_t size() const noexcept { return handshakes_.size(); }
    [[nodiscard]] std::size_t count(const counted_address& where) const noexcept;

    /// Returns the largest number of handshakes from one address.
    [[nodiscard]] std::size_t most() const noexcept { return most_; }

    /// Returns the handshake to end: the oldest of `where`, or of the address that has the most.
    /// Null if it began after `begun`, or if none of the candidates may be ended now.
    [[nodiscard]] channel* oldest_of(const counted_address& where, time_point begun) noexcept;
    [[nodiscard]] channel* oldest_of_most(time_point begun) noexcept;

    /// Notes that `who` is being ended; it no longer counts for its address.
    void drop(const channel& who) noexcept;

    /// Returns the number of handshakes that were dropped and have not been removed yet.
    [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }

private:
    struct handshake;

    /// The handshakes of one address, oldest first; linked with the groups that have the same
    /// count.
    struct group {
        std::size_t count = 0;
        handshake* oldest = nullptr;
        handshake* newest = nullptr;
        group* previous = nullptr;
        group* next = nullptr;
    };
    using groups = std::unordered_map<counted_address, group, counted_address_hash>;

    struct handshake {
        channel* who;
        groups::value_type* home; // null once dropped
        time_point begun;
        handshake* previous = nullptr;
        handshake* next = nullptr;
    };

    channel* oldest(group& of, time_point begun) noexcept;
    static void append(group& to, handshake& which) noexcept;
    static void take_out(group& of, handshake& which) noexcept;
    void leave_group(handshake& which) noexcept;
    void change_count(group& of, std::size_t count) noexcept;

    may_drop_function may_drop_;
    groups groups_;
    std::unordered_map<const channel*, handshake> handshakes_;
    std::vector<group*> by_count_; // for each count, the first group that has it
    std::size_t most_ = 0;
    std::size_t dropped_ = 0;
};

} // namespace weft
