// SPDX-License-Identifier: MIT
// Handshakes in progress by the address they come from: when there are too many, the oldest one of
// the address that has most makes room. Constant time each.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include <weft/core/time.hpp>

#include "endpoint/counted_address.hpp"

namespace weft {

class connection;

class handshake_shares {
public:
    explicit handshake_shares(const counted_address_hash& hash);
    handshake_shares(const handshake_shares&) = delete;
    handshake_shares& operator=(const handshake_shares&) = delete;

    /// Adds a handshake once, whatever is said of it later. Throws std::bad_alloc; then nothing
    /// was added.
    void add(connection& who, const counted_address& where, time_point now);

    /// It has opened, or it has left.
    void remove(const connection& who) noexcept;

    [[nodiscard]] std::size_t count(const counted_address& where) const noexcept;

    /// The handshake that makes room, among those that had begun by `begun`: the oldest of `where`,
    /// or of the address that has most. Null when none can: the application decides about them.
    [[nodiscard]] connection* oldest_of(const counted_address& where, time_point begun) noexcept;
    [[nodiscard]] connection* oldest_of_most(time_point begun) noexcept;

    /// `who` is ended to make room; it counts for its address no longer.
    void drop(const connection& who) noexcept;

    /// How many were dropped and have not been removed yet.
    [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }

private:
    struct handshake;

    /// The handshakes of one address, oldest first, in the list of those that have as many.
    struct group {
        std::size_t count = 0;
        handshake* oldest = nullptr;
        handshake* newest = nullptr;
        group* previous = nullptr;
        group* next = nullptr;
    };
    using groups = std::unordered_map<counted_address, group, counted_address_hash>;

    struct handshake {
        connection* who;
        groups::value_type* home; // null once it was dropped
        time_point begun;
        handshake* previous = nullptr;
        handshake* next = nullptr;
    };

    connection* oldest(group& of, time_point begun) noexcept;
    static void append(group& to, handshake& which) noexcept;
    static void take_out(group& of, handshake& which) noexcept;
    void leave_group(handshake& which) noexcept;
    void change_count(group& of, std::size_t count) noexcept;

    groups groups_;
    std::unordered_map<const connection*, handshake> handshakes_;
    std::vector<group*> by_count_; // the first group with so many
    std::size_t most_ = 0;
    std::size_t dropped_ = 0;
};

} // namespace weft
