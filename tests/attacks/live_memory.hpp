// SPDX-License-Identifier: MIT
// How much memory the test program holds, and the most that it held since it was asked to watch.
#pragma once

#include <cstddef>

namespace weft::testing {

/// Bytes that operator new has given and not taken back, beyond those at the time it was made.
class live_memory {
public:
    live_memory() noexcept;

    [[nodiscard]] std::size_t peak() const noexcept; ///< the most at any time since then
    [[nodiscard]] std::size_t now() const noexcept;

private:
    std::size_t before_;
};

} // namespace weft::testing
