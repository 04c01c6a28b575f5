// SPDX-License-Identifier: MIT
// Parses the header of the PROXY protocol, versions 1 and 2, as specified by haproxy.org's
// proxy-protocol.txt: bytes in, an address out. Does not depend on a stream or on which peers are
// trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <weft/core/address.hpp>

namespace weft {

/// Reads one header, which may arrive in pieces.
class proxy_header {
public:
    enum class state : std::uint8_t { more, done, failed };

    /// Limit on a header of version 2, which states its own length.
    static constexpr std::size_t size_max = 4096;

    /// Consumes bytes up to the end of the header and returns how many; the rest is payload.
    [[nodiscard]] std::size_t feed(std::span<const std::byte> bytes);

    [[nodiscard]] state status() const noexcept { return state_; }

    /// Returns the client of the proxy; nothing if the connection is the proxy's own or the client
    /// is unknown.
    [[nodiscard]] const std::optional<address>& source() const noexcept { return source_; }

private:
    [[nodiscard]] bool is_text() const noexcept { return held_.front() == 'P'; }
    [[nodiscard]] std::size_t take_line(std::string_view bytes);
    [[nodiscard]] std::size_t take_binary(std::string_view bytes);
    [[nodiscard]] std::size_t wanted() const noexcept;
    void judge_line();
    void judge_binary();
    void end(bool sound) noexcept { state_ = sound ? state::done : state::failed; }

    std::string held_;
    std::optional<address> source_;
    state state_ = state::more;
};

} // namespace weft
