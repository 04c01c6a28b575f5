// SPDX-License-Identifier: MIT
// SOCKS5, with or without user name and password. RFC 1928, RFC 1929.
#pragma once

#include <cstdint>

#include "endpoint/proxy_dialog.hpp"

namespace weft {

class socks5 final : public proxy_dialog {
public:
    static constexpr std::size_t host_size_max = 255;

    /// The target's host must have at most `host_size_max` bytes.
    socks5(const proxy& through, const uri& target);

private:
    enum class step : std::uint8_t { method, credentials, reply };

    std::size_t take(std::span<const std::byte> bytes) override;
    [[nodiscard]] std::size_t wanted() const noexcept;
    void judge();
    void judge_method(unsigned chosen);
    void judge_reply(unsigned code);
    [[nodiscard]] unsigned at(std::size_t index) const noexcept {
        return static_cast<unsigned char>(held_[index]);
    }

    std::string held_; // the part of the proxy's current message that has arrived
    std::string credentials_;
    std::string request_;
    step step_ = step::method;
};

} // namespace weft
