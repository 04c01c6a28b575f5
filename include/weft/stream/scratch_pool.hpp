// SPDX-License-Identifier: MIT
// Memory that sessions work in, lent to one after the other.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <weft/core/scratch.hpp>

namespace weft {

/// Lends scratch memory as a stack does: what was taken last is given back first. Nested turns
/// take more than one; what was made once is kept.
class scratch_pool {
public:
    /// Makes the first, so that it is always there. Throws std::bad_alloc.
    scratch_pool() { made_.push_back(std::make_unique<scratch>()); }
    scratch_pool(const scratch_pool&) = delete;
    scratch_pool& operator=(const scratch_pool&) = delete;

    /// Null when there is no memory for another.
    [[nodiscard]] scratch* take() noexcept;

    /// Takes back what `take` returned last; null is ignored.
    void give_back(scratch* lent) noexcept;

private:
    std::vector<std::unique_ptr<scratch>> made_;
    std::size_t lent_ = 0;
};

} // namespace weft
