// SPDX-License-Identifier: MIT
// Decides whether a server accepts a client: its limits, and the counts they need. Does not depend
// on sockets or listeners.
#pragma once

#include <cstddef>
#include <string>
#include <system_error>
#include <unordered_map>

#include <weft/core/address.hpp>
#include <weft/core/time.hpp>
#include <weft/endpoint/server_limits.hpp>

#include "endpoint/counted_address.hpp"
#include "endpoint/handshake_shares.hpp"

namespace weft {

class connection;

/// Counts handshakes by address, and connections by address if there is a limit on them. Each
/// operation takes constant time.
class admission {
public:
    explicit admission(random_source& random);

    void set(const server_limits& limits);

    /// Returns the error with which one more client from `peer` is refused, or none. The other
    /// arguments are the current numbers.
    [[nodiscard]] std::error_code judge(const address& peer, std::size_t connections,
                                        std::size_t handshakes) const;

    /// Checks only the limit on connections from the same address.
    [[nodiscard]] std::error_code judge_address(const address& peer) const;

    /// Returns the connection to end in favor of one more client from `peer` when a limit is
    /// reached; null if none has to be ended, or none can be.
    [[nodiscard]] connection* makes_room(const address& peer, std::size_t connections,
                                         std::size_t handshakes) noexcept;

    /// Does the same when the process has no descriptor left, among handshakes begun no later than
    /// `begun`.
    [[nodiscard]] connection* makes_room(time_point begun) noexcept {
        return shares_.oldest_of_most(begun);
    }

    /// Counts the connection's handshake if `peer` is an IP address; further calls for the same
    /// connection have no effect. Throws std::bad_alloc.
    void begun(connection& who, const address& peer, time_point now);
    void opened(const connection& who) noexcept { shares_.remove(who); }

    /// Notes that `who` is being ended to make room; `left` is called when it has been removed.
    void drop(const connection& who) noexcept { shares_.drop(who); }
    [[nodiscard]] std::size_t dropped() const noexcept { return shares_.dropped(); }

    /// Counts the connection for its address; further calls have no effect until `left`.
    void entered(const connection& who, const address& peer);
    void left(const connection& who) noexcept;

    /// Returns the response that refused clients receive.
    [[nodiscard]] const std::string& words() const noexcept { return words_; }

private:
    using place_counts = std::unordered_map<counted_address, std::size_t, counted_address_hash>;

    [[nodiscard]] bool counts(const address& peer) const noexcept;
    [[nodiscard]] bool has_its_share(const address& peer) const noexcept;
    [[nodiscard]] counted_address place_of(const address& peer) const noexcept {
        return counted(peer, limits_.ipv6_prefix);
    }

    server_limits limits_;
    counted_address_hash hash_;
    handshake_shares shares_;
    place_counts counts_;
    std::unordered_map<const connection*, place_counts::value_type*> homes_;
    std::string words_;
};

} // namespace weft
