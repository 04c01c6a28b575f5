// SPDX-License-Identifier: MIT
// A pool of work buffers for sessions.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <weft/core/scratch.hpp>

namespace weft {

/// Lends work buffers, which must be given back in reverse order. Nested turns need more than one.
/// Buffers are kept for reuse.
class scratch_pool {
public:
    /// Allocates the first buffer, so that the outermost turn always has one. Throws
    /// std::bad_alloc.
    scratch_pool() { made_.push_back(std::make_unique<scratch>()); }
    scratch_pool(const scratch_pool&) = delete;
    scratch_pool& operator=(const scratch_pool&) = delete;

    /// Returns a buffer, or null if there is no memory for another one.
    [[nodiscard]] scratch* take() noexcept;

    /// Takes back the buffer that `take` returned last. Ignores null.
    void give_back(scratch* lent) noexcept;

private:
    std::vector<std::unique_ptr<scratch>> made_;
    std::size_t lent_ = 0;
};

} // namespace weft
