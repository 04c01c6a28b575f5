// SPDX-License-Identifier: MIT
// How a target reads its input: the first bytes decide what is done, the rest is what a peer sends,
// cut where the first bytes say. At the end of the input every decision reads as zero.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_target.hpp"

namespace weft::fuzz {

/// Takes decisions off the front of an input.
class fuzz_input {
public:
    explicit fuzz_input(byte_view bytes) : left_(bytes) {}

    [[nodiscard]] std::size_t size() const { return left_.size(); }

    unsigned byte() { return left_.empty() ? 0U : std::to_integer<unsigned>(take(1)[0]); }

    /// The next `count` bytes, or what is left of them.
    byte_view take(std::size_t count) {
        const auto taken = left_.first(std::min(count, left_.size()));
        left_ = left_.subspan(taken.size());
        return taken;
    }

    /// As many bytes as the next byte says.
    fuzz_input section() { return fuzz_input(take(byte())); }

    byte_view rest() { return take(left_.size()); }

    /// What is left up to `end`, which is taken too.
    std::string_view text_until(char end) {
        const auto all = as_text(left_);
        const auto text = all.substr(0, all.find(end));
        take(text.size() + 1);
        return text;
    }

    static std::string_view as_text(byte_view bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

private:
    byte_view left_;
};

/// The sizes of the pieces that bytes arrive in: arbitrary, and the same for the same two bytes.
class cutter {
public:
    explicit cutter(fuzz_input& input) : state_(input.byte() + 1), piece_max_(input.byte()) {}

    /// The size of the next piece of `left` bytes; all of them if the input asked for no cuts.
    std::size_t next(std::size_t left) {
        if (piece_max_ == 0) return left;
        state_ = state_ * 1103515245U + 12345U;
        return std::min<std::size_t>(left, 1 + (state_ >> 16) % piece_max_);
    }

private:
    std::uint32_t state_;
    std::uint32_t piece_max_;
};

} // namespace weft::fuzz
