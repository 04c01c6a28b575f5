// SPDX-License-Identifier: MIT
// Where a session gets its masking keys and nonces from: an argument, so that a run can be
// replayed bit by bit.
#pragma once

#include <cstddef>
#include <span>

#include <weft/core/language.hpp>

namespace weft {

/// Gives unpredictable bytes. RFC 6455 §5.3 and §10.3 say why they must be unpredictable.
class random_source {
public:
    virtual ~random_source() = default;
    virtual void fill(std::span<std::byte> bytes) noexcept = 0;
};

} // namespace weft
