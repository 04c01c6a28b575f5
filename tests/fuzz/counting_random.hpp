// SPDX-License-Identifier: MIT
// Random bytes that count up from zero, so that a corpus can hold the answer to a nonce.
#pragma once

#include <cstdint>

#include <weft/core/random_source.hpp>

namespace weft::fuzz {

class counting_random final : public random_source {
public:
    void fill(std::span<std::byte> bytes) noexcept override {
        for (auto& byte : bytes)
            byte = static_cast<std::byte>(next_++);
    }

private:
    std::uint8_t next_ = 0;
};

} // namespace weft::fuzz
