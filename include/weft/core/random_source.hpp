// SPDX-License-Identifier: MIT
// The interface of a source of random bytes, for masking keys and nonces. Sessions receive it as an
// argument, so that tests can replay a run exactly.
#pragma once

#include <cstddef>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// Generates unpredictable bytes. RFC 6455 §5.3 and §10.3 explain why they must be unpredictable.
class random_source {
public:
    virtual ~random_source() = default;
    virtual void fill(std::span<std::byte> bytes) noexcept = 0;
};

} // namespace weft
