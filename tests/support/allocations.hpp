// SPDX-License-Identifier: MIT
// What the test program allocates: counted, and made to fail on purpose.
#pragma once

#include <cstddef>

namespace weft::testing {

/// Counts what operator new gave to this thread since it was made.
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

/// Watches how much memory this thread holds, by what the system has really given for it.
class live_memory {
public:
    live_memory() noexcept;

    /// Bytes beyond those at the time it was made: now, and the most at any time since then.
    [[nodiscard]] std::size_t now() const noexcept;
    [[nodiscard]] std::size_t peak() const noexcept;

private:
    std::size_t before_;
};

/// Whether one allocation fails or, until the end, all from it on.
enum class shortage { once, lasting };

/// Makes this thread's allocation number `nth` fail, counted from 1, while it lives.
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
