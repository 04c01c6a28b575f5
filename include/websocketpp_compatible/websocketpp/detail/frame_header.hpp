// SPDX-License-Identifier: MIT
// Reads, writes and masks frames, for programs that use these functions of WebSocket++. Weft's own
// protocol does not need them. frame.hpp includes this file.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string>

#include <stdint.h>

#include <websocketpp/common/network.hpp>
#include <websocketpp/frame.hpp>

namespace websocketpp::frame {

union uint16_converter {
    uint16_t i;
    uint8_t c[2];
};
union uint32_converter {
    uint32_t i;
    uint8_t c[4];
};
union uint64_converter {
    uint64_t i;
    uint8_t c[8];
};

static uint8_t const BHB0_OPCODE = 0x0F;
static uint8_t const BHB0_RSV3 = 0x10;
static uint8_t const BHB0_RSV2 = 0x20;
static uint8_t const BHB0_RSV1 = 0x40;
static uint8_t const BHB0_FIN = 0x80;
static uint8_t const BHB1_PAYLOAD = 0x7F;
static uint8_t const BHB1_MASK = 0x80;
static uint8_t const payload_size_code_16bit = 126;
static uint8_t const payload_size_code_64bit = 127;

/// A masking key, with its bytes in network byte order.
typedef uint32_converter masking_key_type;

/// The first two bytes of a frame.
struct basic_header {
    basic_header() : b0(0), b1(0) {}
    basic_header(uint8_t first, uint8_t second) : b0(first), b1(second) {}
    basic_header(opcode::value op, uint64_t size, bool fin, bool mask, bool rsv1 = false,
                 bool rsv2 = false, bool rsv3 = false)
        : b0(static_cast<uint8_t>(op | (fin ? BHB0_FIN : 0) | (rsv1 ? BHB0_RSV1 : 0) |
                                  (rsv2 ? BHB0_RSV2 : 0) | (rsv3 ? BHB0_RSV3 : 0))),
          b1(static_cast<uint8_t>(size_code(size) | (mask ? BHB1_MASK : 0))) {}

    uint8_t b0;
    uint8_t b1;

private:
    static uint64_t size_code(uint64_t size) {
        if (size <= limits::payload_size_basic) return size;
        return size <= limits::payload_size_extended ? payload_size_code_16bit
                                                     : payload_size_code_64bit;
    }
};

/// The rest of a header: the size, unless it fits in the first two bytes, and the masking key, if
/// there is one.
struct extended_header {
    extended_header() = default;
    extended_header(uint64_t payload_size) { put_size(payload_size); }
    extended_header(uint64_t payload_size, uint32_t masking_key) {
        std::memcpy(bytes + put_size(payload_size), &masking_key, sizeof masking_key);
    }

    uint8_t bytes[MAX_EXTENDED_HEADER_LENGTH] = {};

private:
    size_t put_size(uint64_t size) {
        if (size <= limits::payload_size_basic) return 0;
        const size_t length = size <= limits::payload_size_extended ? 2 : 8;
        for (size_t i = length; i-- > 0; size >>= 8) bytes[i] = static_cast<uint8_t>(size);
        return length;
    }
};

inline bool get_fin(basic_header const& h) {
    return (h.b0 & BHB0_FIN) != 0;
}
inline bool get_rsv1(basic_header const& h) {
    return (h.b0 & BHB0_RSV1) != 0;
}
inline bool get_rsv2(basic_header const& h) {
    return (h.b0 & BHB0_RSV2) != 0;
}
inline bool get_rsv3(basic_header const& h) {
    return (h.b0 & BHB0_RSV3) != 0;
}
inline opcode::value get_opcode(basic_header const& h) {
    return opcode::value(h.b0 & BHB0_OPCODE);
}
inline bool get_masked(basic_header const& h) {
    return (h.b1 & BHB1_MASK) != 0;
}
inline uint8_t get_basic_size(basic_header const& h) {
    return h.b1 & BHB1_PAYLOAD;
}

namespace detail {

inline void set_bit(uint8_t& byte, uint8_t bit, bool value) {
    byte = static_cast<uint8_t>(value ? byte | bit : byte & ~bit);
}

} // namespace detail

inline void set_fin(basic_header& h, bool value) {
    detail::set_bit(h.b0, BHB0_FIN, value);
}
inline void set_rsv1(basic_header& h, bool value) {
    detail::set_bit(h.b0, BHB0_RSV1, value);
}
inline void set_rsv2(basic_header& h, bool value) {
    detail::set_bit(h.b0, BHB0_RSV2, value);
}
inline void set_rsv3(basic_header& h, bool value) {
    detail::set_bit(h.b0, BHB0_RSV3, value);
}
inline void set_masked(basic_header& h, bool value) {
    detail::set_bit(h.b1, BHB1_MASK, value);
}

/// Returns the offset of the masking key in `extended_header::bytes`.
inline unsigned int get_masking_key_offset(basic_header const& h) {
    const unsigned int size = get_basic_size(h);
    return size == payload_size_code_16bit ? 2 : size == payload_size_code_64bit ? 8 : 0;
}

/// Returns the size of the whole header.
inline size_t get_header_len(basic_header const& h) {
    return BASIC_HEADER_LENGTH + get_masking_key_offset(h) + (get_masked(h) ? 4 : 0);
}

/// Both return the whole header as bytes.
inline std::string write_header(basic_header const& h, extended_header const& e) {
    std::string whole{static_cast<char>(h.b0), static_cast<char>(h.b1)};
    return whole.append(reinterpret_cast<char const*>(e.bytes), get_header_len(h) - whole.size());
}

inline std::string prepare_header(basic_header const& h, extended_header const& e) {
    return write_header(h, e);
}

/// Returns the masking key; 0 if there is none.
inline masking_key_type get_masking_key(basic_header const& h, extended_header const& e) {
    masking_key_type key{};
    if (get_masked(h)) std::memcpy(key.c, e.bytes + get_masking_key_offset(h), sizeof key.c);
    return key;
}

namespace detail {

inline uint64_t big_endian(uint8_t const* bytes, int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
    return value;
}

} // namespace detail

/// Return the payload's size: from its 16-bit field, from its 64-bit field, from whichever is used.
inline uint16_t get_extended_size(extended_header const& e) {
    return static_cast<uint16_t>(detail::big_endian(e.bytes, 2));
}
inline uint64_t get_jumbo_size(extended_header const& e) {
    return detail::big_endian(e.bytes, 8);
}
inline uint64_t get_payload_size(basic_header const& h, extended_header const& e) {
    const uint8_t size = get_basic_size(h);
    if (size == payload_size_code_16bit) return get_extended_size(e);
    return size == payload_size_code_64bit ? get_jumbo_size(e) : size;
}

/// Returns a key whose bytes in memory repeat those of `key`.
inline size_t prepare_masking_key(masking_key_type const& key) {
    uint8_t bytes[sizeof(size_t)];
    for (size_t i = 0; i < sizeof bytes; ++i) bytes[i] = key.c[i % 4];
    return std::bit_cast<size_t>(bytes);
}

/// Returns the prepared key for the bytes after the first `offset` bytes.
inline size_t circshift_prepared_key(size_t prepared_key, size_t offset) {
    const int bits = static_cast<int>(offset % sizeof(size_t)) * 8;
    return lib::net::is_little_endian() ? std::rotr(prepared_key, bits)
                                        : std::rotl(prepared_key, bits);
}

/// Masks or unmasks bytes, and returns the prepared key for the bytes that follow.
inline size_t word_mask_circ(uint8_t* input, uint8_t* output, size_t length,
                             size_t prepared_key) {
    uint8_t key[sizeof(size_t)];
    std::memcpy(key, &prepared_key, sizeof key);
    for (size_t i = 0; i < length; ++i) {
        output[i] = static_cast<uint8_t>(input[i] ^ key[i % sizeof key]);
    }
    return circshift_prepared_key(prepared_key, length);
}
inline size_t word_mask_circ(uint8_t* data, size_t length, size_t prepared_key) {
    return word_mask_circ(data, data, length, prepared_key);
}
inline size_t byte_mask_circ(uint8_t* input, uint8_t* output, size_t length,
                             size_t prepared_key) {
    return word_mask_circ(input, output, length, prepared_key);
}
inline size_t byte_mask_circ(uint8_t* data, size_t length, size_t prepared_key) {
    return word_mask_circ(data, data, length, prepared_key);
}
inline void word_mask_exact(uint8_t* input, uint8_t* output, size_t length,
                            masking_key_type const& key) {
    word_mask_circ(input, output, length, prepare_masking_key(key));
}
inline void word_mask_exact(uint8_t* data, size_t length, masking_key_type const& key) {
    word_mask_exact(data, data, length, key);
}

/// Masks or unmasks bytes from `begin` to `end`. `key_offset` is the position of the first of them
/// in the payload.
template <typename input_iter, typename output_iter>
void byte_mask(input_iter begin, input_iter end, output_iter output, masking_key_type const& key,
               size_t key_offset = 0) {
    for (; begin != end; ++begin, ++output) {
        *output = static_cast<uint8_t>(*begin ^ key.c[key_offset++ % 4]);
    }
}
template <typename iter_type>
void byte_mask(iter_type begin, iter_type end, masking_key_type const& key,
               size_t key_offset = 0) {
    byte_mask(begin, end, begin, key, key_offset);
}

} // namespace websocketpp::frame
