// SPDX-License-Identifier: MIT
// Who may come in: a server's limits, and what they have to count. Knows no socket and no listener.
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

/// Counts handshakes by their addresses, and connections if there is a limit on that; constant time
/// each.
class admission {
public:
    explicit admission(random_source& random);

    void set(const server_limits& limits);

    /// Why one more from `peer` may not come in, beside those that are here; nothing if it may.
    [[nodiscard]] std::error_code judge(const address& peer, std::size_t connections,
                                        std::size_t handshakes) const;

    /// The same as far as it concerns the address.
    [[nodiscard]] std::error_code judge_address(const address& peer) const;

    /// Who makes room for one more from `peer` where a limit is reached; null if nobody has to, or
    /// can.
    [[nodiscard]] connection* makes_room(const address& peer, std::size_t connections,
                                         std::size_t handshakes) noexcept;

    /// The same when the process has no descriptor left: a handshake that had begun by `begun`.
    [[nodiscard]] connection* makes_room(time_point begun) noexcept {
        return shares_.oldest_of_most(begun);
    }

    /// Counts its handshake once, if it comes from an IP address. Throws std::bad_alloc.
    void begun(connection& who, const address& peer, time_point now);
    void opened(const connection& who) noexcept { shares_.remove(who); }

    /// `who` is ended to make room, and has left when `left` says so.
    void drop(const connection& who) noexcept { shares_.drop(who); }
    [[nodiscard]] std::size_t dropped() const noexcept { return shares_.dropped(); }

    /// Counts it once, whatever is said of it later.
    void entered(const connection& who, const address& peer);
    void left(const connection& who) noexcept;

    /// The response to who may not.
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
