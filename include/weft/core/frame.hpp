// SPDX-License-Identifier: MIT
// Encoder and decoder for the header of a WebSocket frame. The decoder checks all rules for
// headers. RFC 6455 §5.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <weft/core/error.hpp>
#include <weft/core/masking.hpp>

namespace weft {

/// The side of a connection that a session is on; only clients mask. RFC 6455 §5.1.
enum class role : std::uint8_t { server, client };

/// The kind of a frame. RFC 6455 §11.8.
enum class opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

[[nodiscard]] constexpr bool is_control(opcode code) noexcept {
    return (static_cast<unsigned>(code) & 0x8U) != 0;
}

inline constexpr std::size_t frame_header_size_max = 14; ///< in bytes
inline constexpr std::size_t control_payload_max = 125;  ///< in bytes. RFC 6455 §5.5

struct frame_header {
    opcode code = opcode::binary;
    bool fin = true;
    bool masked = false;
    std::uint8_t reserved = 0; ///< the RSV bits, at their positions in the first byte
    masking_key key{};
    std::uint64_t length = 0; ///< of the payload, in bytes
};

/// The result of `decode_frame_header`.
struct decoded_frame_header {
    std::size_t size = 0;  ///< bytes of the header; 0 if `bytes` does not contain all of it
    errc error{};         ///< the broken rule, as early as it is known; 0 for none
    frame_header header;
};

/// Decodes the header at the front of `bytes` and checks the rules for a frame that `receiver` has
/// received. Does not check the RSV bits, as these depend on the negotiated extension.
[[nodiscard]] decoded_frame_header decode_frame_header(std::span<const std::byte> bytes,
                                                       role receiver) noexcept;

inline constexpr unsigned fin_bit = 0x80;
inline constexpr unsigned mask_bit = 0x80;
inline constexpr unsigned reserved_mask = 0x70; ///< RSV1, RSV2 and RSV3

/// RSV1 of a message's first frame: the message is compressed. RFC 7692 §6.
inline constexpr unsigned compressed_bit = 0x40;

/// Returns the first byte of a frame.
[[nodiscard]] constexpr std::byte first_byte(opcode code, bool fin) noexcept {
    return static_cast<std::byte>((fin ? fin_bit : 0U) | static_cast<unsigned>(code));
}

/// Returns the encoded size of `header`, in bytes.
[[nodiscard]] std::size_t encoded_size(const frame_header& header) noexcept;

/// Writes `header` to `to`, which must have room for `encoded_size(header)` bytes; returns that
/// size.
std::size_t encode_frame_header(const frame_header& header, std::byte* to) noexcept;

} // namespace weft
