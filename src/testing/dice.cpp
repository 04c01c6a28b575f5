// SPDX-License-Identifier: MIT
// The SplitMix64 generator (Steele, Lea, Flood 2014): a counter and a mixing function.
#include <weft/testing/dice.hpp>

#include <algorithm>
#include <cstring>

namespace weft::testing {

std::uint64_t dice::next() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
}

std::size_t dice::below(std::size_t limit) noexcept {
    return limit == 0 ? 0 : static_cast<std::size_t>(next() % limit);
}

std::size_t dice::between(std::size_t low, std::size_t high) noexcept {
    return high <= low ? low : low + below(high - low + 1);
}

duration dice::between(duration low, duration high) noexcept {
    if (high <= low) return low;
    const auto width = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + duration(static_cast<duration::rep>(next() % width));
}

bool dice::one_in(std::size_t count) noexcept {
    return count != 0 && below(count) == 0;
}

void dice::fill(std::span<std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        const std::uint64_t drawn = next();
        const std::size_t size = std::min(bytes.size(), sizeof drawn);
        std::memcpy(bytes.data(), &drawn, size);
        bytes = bytes.subspan(size);
    }
}

} // namespace weft::testing
