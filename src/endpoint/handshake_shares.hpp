// SPDX-License-Identifier: MIT
// Handshakes in progress, grouped by address. When there are too many, the oldest one of the
// address that has the most is ended. Each operation takes constant time.
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

    /// Adds a handshake; further calls for the same connection have no effect. Throws
    /// std::bad_alloc; then nothing was added.
    void add(connection& who, const counted_address& where, time_point now);

    /// Removes a handshake that has opened or ended.
    void remove(const connection& who) noexcept;

    [[nodiscard]] std::size_t count(const counted_address& where) const noexcept;

    /// Returns the handshake to end, the oldest of `where` or of the address that has the most.
    /// Null if it began after `begun`, or if the application decides about all candidates.
    [[nodiscard]] connection* oldest_of(const counted_address& where, time_point begun) noexcept;
    [[nodiscard]] connection* oldest_of_most(time_point begun) noexcept;

    /// Notes that `who` is being ended; it no longer counts for its address.
    void drop(const connection& who) noexcept;

    /// Returns how many were dropped and have not been removed yet.
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
        connection* who;
        groups::value_type* home; // null once dropped
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
    std::vector<group*> by_count_; // for each count, the first group that has it
    std::size_t most_ = 0;
    std::size_t dropped_ = 0;
};

} // namespace weft
