// SPDX-License-Identifier: MIT
// UTF-8 validation of text in pieces: whole characters of long pieces by vectors, all else by the
// automaton.
#include <weft/core/utf8.hpp>

#include <algorithm>

#include "core/utf8_automaton.hpp"
#include "core/vector/kernels.hpp"

namespace weft {
namespace {

using namespace utf8_automaton;

/// Returns how many bytes at the end begin a character that needs more bytes.
std::size_t unfinished_size(std::span<const std::byte> text) noexcept {
    const std::size_t most = std::min<std::size_t>(3, text.size());
    for (std::size_t size = 1; size <= most; ++size) {
        const auto byte = std::to_integer<unsigned>(text[text.size() - size]);
        if (byte < 0x80) return 0;
        if (byte < 0xC0) continue;
        const std::size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
        return size < needed ? size : 0;
    }
    return 0;
}

std::uint64_t check_long(std::uint64_t now, std::span<const std::byte> piece) noexcept {
    while (now != between && now != wrong && !piece.empty()) {
        now = run(now, piece.data(), 1);
        piece = piece.subspan(1);
    }
    if (now == wrong) return wrong;
    const auto end = piece.last(unfinished_size(piece));
    if (!kernels().is_utf8(piece.data(), piece.size() - end.size())) return wrong;
    return run(now, end.data(), end.size());
}

} // namespace

bool utf8_validator::feed(std::span<const std::byte> piece) noexcept {
    const std::uint64_t now = piece.size() < vectors_gain_from
        ? run_blocks(state_, piece.data(), piece.size())
        : check_long(state_, piece);
    state_ = static_cast<std::uint8_t>(now);
    return now != wrong;
}

bool is_utf8(std::span<const std::byte> text) noexcept {
    utf8_validator validator;
    return validator.feed(text) && validator.complete();
}

} // namespace weft
