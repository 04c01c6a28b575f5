// SPDX-License-Identifier: MIT
// The header of the PROXY protocol, versions 1 and 2, as haproxy.org's proxy-protocol.txt has it:
// bytes in, an address out. Knows no stream and not whom to trust.
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

    /// Version 2 counts its own length; a longer one is refused.
    static constexpr std::size_t size_max = 4096;

    /// Takes bytes up to the end of the header; returns how many. The rest follows it.
    [[nodiscard]] std::size_t feed(std::span<const std::byte> bytes);

    [[nodiscard]] state status() const noexcept { return state_; }

    /// Who has connected to the proxy; nothing when that speaks for itself or does not know.
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
