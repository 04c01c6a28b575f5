// SPDX-License-Identifier: MIT
// Encoder and decoder for frame headers. RFC 6455 §5.2 to §5.5.
#include <weft/core/frame.hpp>

namespace weft {
namespace {

constexpr unsigned opcode_mask = 0x0f;
constexpr unsigned length_mask = 0x7f;
constexpr unsigned length_is_16_bits = 126;
constexpr unsigned length_is_64_bits = 127;

constexpr bool is_known(unsigned code) noexcept {
    return code <= 0x2 || (code >= 0x8 && code <= 0xa);
}

constexpr opcode opcode_of(unsigned first) noexcept {
    return static_cast<opcode>(first & opcode_mask);
}

/// Returns the rule that the first byte breaks, if any.
errc broken_by_first(unsigned first) noexcept {
    if (!is_known(first & opcode_mask)) return errc::reserved_opcode; // §5.2
    const bool whole = (first & fin_bit) != 0;
    return is_control(opcode_of(first)) && !whole ? errc::control_fragmented : errc{}; // §5.5
}

/// Returns the rule that the second byte breaks, if any.
errc broken_by_second(unsigned first, unsigned second, role receiver) noexcept {
    const bool masked = (second & mask_bit) != 0;
    if (masked != (receiver == role::server)) return errc::bad_mask; // §5.1
    const bool is_long = (second & length_mask) > control_payload_max;
    return is_control(opcode_of(first)) && is_long ? errc::control_too_long : errc{}; // §5.5
}

std::uint64_t big_endian(std::span<const std::byte> bytes) noexcept {
    std::uint64_t value = 0;
    for (const std::byte byte : bytes)
        value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
}

/// A length must use the fewest possible bytes, and its highest bit must be 0. RFC 6455 §5.2.
bool is_minimal(std::uint64_t length, unsigned short_form) noexcept {
    if (short_form == length_is_16_bits) return length >= length_is_16_bits;
    return length > 0xffff && length >> 63 == 0;
}

constexpr std::size_t extended_size(unsigned short_form) noexcept {
    if (short_form == length_is_64_bits) return 8;
    return short_form == length_is_16_bits ? 2 : 0;
}

/// Returns the seven bits for `length` in the second byte.
constexpr unsigned short_form_of(std::uint64_t length) noexcept {
    if (length > 0xffff) return length_is_64_bits;
    return length > control_payload_max ? length_is_16_bits : static_cast<unsigned>(length);
}

void put_big_endian(std::uint64_t value, std::byte* to, std::size_t size) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        to[i] = static_cast<std::byte>(value >> (8 * (size - 1 - i)));
    }
}

} // namespace

decoded_frame_header decode_frame_header(std::span<const std::byte> bytes, role receiver) noexcept {
    decoded_frame_header found;
    if (bytes.empty()) return found;
    const auto first = std::to_integer<unsigned>(bytes[0]);
    if (const errc broken = broken_by_first(first); broken != errc{}) {
        found.error = broken;
        return found;
    }
    if (bytes.size() < 2) return found;
    const auto second = std::to_integer<unsigned>(bytes[1]);
    if (const errc broken = broken_by_second(first, second, receiver); broken != errc{}) {
        found.error = broken;
        return found;
    }

    const unsigned short_form = second & length_mask;
    const std::size_t extended = extended_size(short_form);
    if (bytes.size() < 2 + extended) return found;
    std::uint64_t length = short_form;
    if (extended != 0) {
        length = big_endian(bytes.subspan(2, extended));
        if (!is_minimal(length, short_form)) {
            found.error = errc::bad_length;
            return found;
        }
    }

    const bool masked = (second & mask_bit) != 0;
    const std::size_t size = 2 + extended + (masked ? sizeof(masking_key) : 0);
    if (bytes.size() < size) return found;
    found.size = size;
    found.header.code = opcode_of(first);
    found.header.fin = (first & fin_bit) != 0;
    found.header.masked = masked;
    found.header.reserved = static_cast<std::uint8_t>(first & reserved_mask);
    found.header.length = length;
    if (masked) {
        for (std::size_t i = 0; i < 4; ++i)
            found.header.key[i] = bytes[2 + extended + i];
    }
    return found;
}

std::size_t encoded_size(const frame_header& header) noexcept {
    return 2 + extended_size(short_form_of(header.length)) +
        (header.masked ? sizeof(masking_key) : 0);
}

std::size_t encode_frame_header(const frame_header& header, std::byte* to) noexcept {
    const unsigned short_form = short_form_of(header.length);
    const std::size_t extended = extended_size(short_form);
    const unsigned first = (header.fin ? fin_bit : 0U) | static_cast<unsigned>(header.code);
    to[0] = static_cast<std::byte>(first | header.reserved);
    to[1] = static_cast<std::byte>((header.masked ? mask_bit : 0U) | short_form);
    put_big_endian(header.length, to + 2, extended);
    std::size_t size = 2 + extended;
    if (header.masked) {
        for (const std::byte byte : header.key)
            to[size++] = byte;
    }
    return size;
}

} // namespace weft
