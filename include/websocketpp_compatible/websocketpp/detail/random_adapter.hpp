// SPDX-License-Identifier: MIT
// The random source of a session, from the rng_type of a config.
#pragma once

#include <cstddef>
#include <mutex>
#include <span>

#include <stdint.h>

#include <weft/core/random_source.hpp>

namespace websocketpp::detail {

/// Takes four bytes at a time from `rng_type`, on any thread.
template <class rng_type>
class random_adapter final : public weft::random_source {
public:
    void fill(std::span<std::byte> bytes) noexcept override {
        const std::lock_guard<std::mutex> guard(lock_);
        uint32_t drawn = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (i % 4 == 0) drawn = static_cast<uint32_t>(source_());
            bytes[i] = static_cast<std::byte>(drawn >> (i % 4 * 8));
        }
    }

private:
    std::mutex lock_;
    rng_type source_;
};

} // namespace websocketpp::detail
