// SPDX-License-Identifier: MIT
// Counts the allocations of the test program, and makes chosen ones fail.
#pragma once

#include <cstddef>

namespace weft::testing {

/// Counts the allocations by operator new on this thread since the counter was created.
class allocation_counter {
public:
    allocation_counter() noexcept;

    [[nodiscard]] std::size_t count() const noexcept; ///< allocations
    [[nodiscard]] std::size_t bytes() const noexcept; ///< bytes of all of them
    [[nodiscard]] std::size_t live() const noexcept;  ///< allocations that have not been freed

private:
    std::size_t count_;
    std::size_t bytes_;
    std::size_t live_;
};

/// Measures the memory that this thread holds, in the sizes to which malloc(3) rounds them up.
class live_memory {
public:
    live_memory() noexcept;

    /// Return the bytes beyond those at the time of construction: now, and the maximum since then.
    [[nodiscard]] std::size_t now() const noexcept;
    [[nodiscard]] std::size_t peak() const noexcept;

private:
    std::size_t before_;
};

/// Whether only one allocation fails, or also all later ones.
enum class shortage { once, lasting };

/// While it exists, makes this thread's allocation number `nth` fail, counted from 1.
class failing_allocation {
public:
    explicit failing_allocation(std::size_t nth, shortage kind = shortage::once) noexcept;
    ~failing_allocation();
    failing_allocation(const failing_allocation&) = delete;
    failing_allocation& operator=(const failing_allocation&) = delete;

    [[nodiscard]] bool happened() const noexcept;

    /// Lets a test allocate for itself: nothing fails, and nothing is counted, until `resume`.
    void pause() noexcept;
    void resume() noexcept;
};

} // namespace weft::testing
