// SPDX-License-Identifier: MIT
// UTF-8 validation by vectors, for any instruction set with a table lookup of 16 bytes. The
// algorithm is that of Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte",
// 2021. In an unnamed namespace for the reason in mask_words.hpp.
#pragma once

#include <cstddef>
#include <cstring>

namespace weft {
namespace {

/// A fault of UTF-8 that two neighbouring bytes show: sets of values of the first byte's two halves
/// (nibbles) and of the second byte's high half. Bit n of a set stands for the value n.
struct utf8_fault {
    unsigned first_high;
    unsigned first_low;
    unsigned second_high;
};

constexpr unsigned any_half = 0xFFFF;
constexpr unsigned continuation = 0x0F00; // 80..BF

/// All faults of UTF-8 but one. The last entry is no fault two bytes after E0..FF or three bytes
/// after F0..FF, where a continuation must follow another one: there its absence is the fault.
constexpr utf8_fault utf8_faults[8] = {
    {0xF000, any_half, any_half & ~continuation}, // the character is cut off
    {0x00FF, any_half, continuation},             // no character needs it
    {0x1000, 0x0003, continuation},               // C0, C1: overlong
    {0x4000, 0x0001, 0x0300},                     // E0 80..9F: overlong
    {0x4000, 0x2000, 0x0C00},                     // ED A0..BF: a surrogate
    {0x8000, 0xFFF0, 0x0E00},                     // F4..FF 90..BF: above U+10FFFF
    {0x8000, 0xFFE1, 0x0100},                     // F0, F5..FF 80..8F: overlong, above U+10FFFF
    {continuation, any_half, continuation},       // two continuations
};

struct half_table {
    alignas(16) unsigned char faults[16]; // bit n: fault n is possible
};

constexpr half_table table_of(unsigned utf8_fault::*set) noexcept {
    half_table table{};
    for (unsigned half = 0; half < 16; ++half) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            if ((utf8_faults[bit].*set >> half & 1U) != 0) {
                table.faults[half] = static_cast<unsigned char>(table.faults[half] | 1U << bit);
            }
        }
    }
    return table;
}

constexpr half_table first_high_faults = table_of(&utf8_fault::first_high);
constexpr half_table first_low_faults = table_of(&utf8_fault::first_low);
constexpr half_table second_high_faults = table_of(&utf8_fault::second_high);

/// The largest bytes with which a text can end after a whole character.
struct end_table {
    unsigned char bytes[32];
};

constexpr end_table make_end_table() noexcept {
    end_table table{};
    for (auto& byte : table.bytes) byte = 0xFF;
    table.bytes[29] = 0xEF;
    table.bytes[30] = 0xDF;
    table.bytes[31] = 0xBF;
    return table;
}

constexpr end_table largest_at_end = make_end_table();

template <class Octets>
class utf8_checker {
public:
    static constexpr std::size_t block_size = 64;
    static constexpr std::size_t parts = block_size / Octets::size;

    void take_block(const std::byte* at) noexcept {
        Octets part[parts];
        for (std::size_t i = 0; i < parts; ++i) part[i] = Octets::load(at + i * Octets::size);
        Octets all = part[0];
        for (std::size_t i = 1; i < parts; ++i) all = all | part[i];
        if (all.is_ascii()) {
            faults_ = faults_ | unfinished();
        } else {
            check(part[0], last_);
            for (std::size_t i = 1; i < parts; ++i) check(part[i], part[i - 1]);
        }
        last_ = part[parts - 1];
    }

    /// Returns whether the text was valid and did not end in the middle of a character.
    [[nodiscard]] bool valid() const noexcept { return (faults_ | unfinished()).is_zero(); }

private:
    void check(Octets now, Octets before) noexcept {
        const Octets previous = now.template moved<1>(before);
        const Octets found = previous.high_half().lookup(first_high_faults.faults) &
            previous.low_half().lookup(first_low_faults.faults) &
            now.high_half().lookup(second_high_faults.faults);
        const Octets continues =
            (now.template moved<2>(before).minus(Octets::filled(0xE0 - 0x80)) |
             now.template moved<3>(before).minus(Octets::filled(0xF0 - 0x80))) &
            Octets::filled(0x80);
        faults_ = faults_ | (found ^ continues);
    }

    /// Returns zero unless the previous block ended in the middle of a character.
    [[nodiscard]] Octets unfinished() const noexcept {
        return last_.minus(Octets::load(largest_at_end.bytes + 32 - Octets::size));
    }

    Octets faults_ = Octets::filled(0);
    Octets last_ = Octets::filled(0); // the end of the previous block
};

/// Returns whether `text` is valid UTF-8 and ends with a whole character.
template <class Octets>
bool is_utf8_by_vectors(const std::byte* text, std::size_t size) noexcept {
    using checker = utf8_checker<Octets>;
    checker text_so_far;
    for (; size >= checker::block_size; size -= checker::block_size) {
        text_so_far.take_block(text);
        text += checker::block_size;
    }
    if (size != 0) {
        std::byte padded[checker::block_size]{};
        std::memcpy(padded, text, size);
        text_so_far.take_block(padded);
    }
    return text_so_far.valid();
}

} // namespace
} // namespace weft
