// SPDX-License-Identifier: MIT
// A fast generator of random numbers (xorshift64), for the payloads and the masking keys of
// `weft bench`. Its numbers can be predicted: masking keys protect proxies from an attacker who
// chooses the payload (RFC 6455 §10.3), and nobody else chooses it here.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include <weft/core/random_source.hpp>

namespace weft_tool {

class quick_random final : public weft::random_source {
public:
    /// `seed` must not be zero.
    explicit quick_random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }

    void fill(std::span<std::byte> bytes) noexcept override {
        while (!bytes.empty()) {
            const std::uint64_t number = next() >> 8; // the lowest bits are the weakest
            const auto count = std::min<std::size_t>(bytes.size(), 4);
            std::memcpy(bytes.data(), &number, count);
            bytes = bytes.subspan(count);
        }
    }

private:
    std::uint64_t state_;
};

} // namespace weft_tool
