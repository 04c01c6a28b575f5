// SPDX-License-Identifier: MIT
// Chooses the kernels at their first use. Threads that do so at the same time choose the same.
#include "core/vector/kernels.hpp"

namespace weft {
namespace {

const vector_kernels& choose() noexcept {
    const vector_kernels& found = find_kernels();
    best_kernels.store(&found, std::memory_order_relaxed);
    return found;
}

void choose_and_mask(const std::byte* from, std::byte* to, std::size_t size,
                     std::uint32_t key) noexcept {
    choose().mask(from, to, size, key);
}

bool choose_and_check(const std::byte* text, std::size_t size) noexcept {
    return choose().is_utf8(text, size);
}

constexpr vector_kernels not_chosen{"not chosen", nullptr, choose_and_mask, choose_and_check};

} // namespace

constinit std::atomic<const vector_kernels*> best_kernels{&not_chosen};

} // namespace weft
