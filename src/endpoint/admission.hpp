// SPDX-License-Identifier: MIT
// Who may come in: a server's limits, and what they have to count. Knows no socket and no listener.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <unordered_map>

#include <weft/core/address.hpp>
#include <weft/core/random_source.hpp>
#include <weft/endpoint/server_limits.hpp>

namespace weft {

class connection;

/// Counts connections by their addresses, if there is a limit on that; constant time each.
class admission {
public:
    explicit admission(random_source& random);

    void set(const server_limits& limits);

    /// Why one more from `peer` may not come in, beside those that are here; nothing if it may.
    [[nodiscard]] std::error_code judge(const address& peer, std::size_t connections,
                                        std::size_t handshakes) const;

    /// The same as far as it concerns the address.
    [[nodiscard]] std::error_code judge_address(const address& peer) const;

    /// Counts it once, whatever is said of it later.
    void entered(const connection& who, const address& peer);
    void left(const connection& who) noexcept;

    /// The response to who may not.
    [[nodiscard]] const std::string& words() const noexcept { return words_; }

private:
    using place = std::array<std::uint8_t, 16>; // an address as far as it counts

    /// Keyed, as peers choose their addresses.
    struct place_hash {
        std::array<std::uint64_t, 2> key;
        std::size_t operator()(const place& where) const noexcept;
    };
    using place_counts = std::unordered_map<place, std::size_t, place_hash>;

    [[nodiscard]] bool counts(const address& peer) const noexcept;
    [[nodiscard]] place place_of(const address& peer) const noexcept;

    server_limits limits_;
    place_counts counts_;
    std::unordered_map<const connection*, place_counts::value_type*> homes_;
    std::string words_;
};

} // namespace weft
