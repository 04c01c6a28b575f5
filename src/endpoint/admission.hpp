// SPDX-License-Identifier: MIT
// Decides whether a server of any kind accepts a client: its limits, and the counts they need. Does
// not depend on sockets or listeners.
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

/// Counts handshakes by address, and also connections by address if `connections_per_address_max`
/// is set. For raw servers, silent connections count as handshakes. Each operation takes constant
/// time.
class admission {
public:
    /// How connections of one kind are ended to make room for others.
    struct drop_policy {
        handshake_shares::may_drop_function may_drop;
        void (*drop)(channel& who, std::error_code why) noexcept;

        /// Whether a handshake may be ended for `connections_max` even if its address has no more
        /// handshakes than the new client's address would have.
        bool among_equals;
    };

    admission(random_source& random, const drop_policy& policy);

    void set(const server_limits& limits);

    /// Returns the error with which one more client from `peer` is refused, or none. When a limit
    /// is reached, first ends a handshake in favor of the client, if there is one that may be
    /// ended. The other arguments are the current numbers.
    [[nodiscard]] std::error_code admit(const address& peer, std::size_t connections,
                                        std::size_t handshakes);

    /// Checks only the limit on connections from the same address.
    [[nodiscard]] std::error_code judge_address(const address& peer) const;

    /// Ends a handshake with `why`, because the process has no descriptor left: the oldest one of
    /// the address that has the most, if it began more than a second ago.
    void free_descriptor(time_point now, std::error_code why) noexcept;

    /// Counts the connection's handshake if `peer` is an IP address; further calls for the same
    /// connection have no effect. Throws std::bad_alloc.
    void begun(channel& who, const address& peer, time_point now);
    void opened(const channel& who) noexcept { shares_.remove(who); }

    /// Returns the number of handshakes counted by `begun` that have neither opened nor left.
    [[nodiscard]] std::size_t handshakes() const noexcept { return shares_.size(); }

    /// Does what `entered` does, and `begun` if `begins`. Without memory for that, ends the
    /// connection with `std::errc::not_enough_memory`.
    void count(channel& who, const address& peer, bool begins, time_point now) noexcept;

    /// Counts the connection for its address; further calls have no effect until `left`.
    void entered(const channel& who, const address& peer);
    void left(const channel& who) noexcept;

    /// Returns the response that refused clients receive.
    [[nodiscard]] const std::string& response() const noexcept { return response_; }

private:
    using place_counts = std::unordered_map<counted_address, std::size_t, counted_address_hash>;

    [[nodiscard]] bool counts(const address& peer) const noexcept;
    [[nodiscard]] bool has_its_share(const address& peer) const noexcept;
    [[nodiscard]] channel* connection_to_drop(const address& peer, std::size_t connections,
                                              std::size_t handshakes) noexcept;
    void drop(channel* silent, std::error_code why) noexcept;
    [[nodiscard]] std::error_code judge(const address& peer, std::size_t connections,
                                        std::size_t handshakes) const;
    [[nodiscard]] counted_address place_of(const address& peer) const noexcept {
        return counted(peer, limits_.ipv6_prefix);
    }

    server_limits limits_;
    drop_policy policy_;
    counted_address_hash hash_;
    handshake_shares shares_;
    place_counts counts_;
    std::unordered_map<const channel*, place_counts::value_type*> homes_;
    std::string response_;
};

} // namespace weft
