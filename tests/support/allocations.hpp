// SPDX-License-Identifier: MIT
// What the test program allocates: counted, and made to fail on purpose.
#pragma once

#include <cstddef>

namespace weft::testing {

/// Counts what operator new gave since it was made.
class allocation_counter {
public:
    allocation_counter() noexcept;

    [[nodiscard]] std::size_t count() const noexcept; ///< how many times
    [[nodiscard]] std::size_t bytes() const noexcept; ///< how much in all
    [[nodiscard]] std::size_t live() const noexcept;  ///< how many of all have not been freed

private:
    std::size_t count_;
    std::size_t bytes_;
    std::size_t live_;
};

/// Makes the allocation number `nth` fail, counted from 1, while it lives.
class failing_allocation {
public:
    explicit failing_allocation(std::size_t nth) noexcept;
    ~failing_allocation();
    failing_allocation(const failing_allocation&) = delete;
    failing_allocation& operator=(const failing_allocation&) = delete;

    [[nodiscard]] bool happened() const noexcept;
};

} // namespace weft::testing
