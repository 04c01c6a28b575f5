// SPDX-License-Identifier: MIT
// The kernels for every processor: by 64-bit words, and UTF-8 beyond ASCII by an automaton.
#include "core/utf8_automaton.hpp"
#include "core/vector/kernels.hpp"
#include "core/vector/mask_words.hpp"

namespace weft {
namespace {

void mask_portably(const std::byte* from, std::byte* to, std::size_t size,
                   std::uint32_t key) noexcept {
    mask_words(from, to, size, key);
}

bool is_utf8_portably(const std::byte* text, std::size_t size) noexcept {
    return utf8_automaton::run_blocks(utf8_automaton::between, text, size) ==
        utf8_automaton::between;
}

} // namespace

constinit const vector_kernels portable_kernels{"portable", nullptr, mask_portably,
                                                is_utf8_portably};

} // namespace weft
