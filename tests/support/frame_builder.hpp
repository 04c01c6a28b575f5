// SPDX-License-Identifier: MIT
// Frames as a test peer sends and reads them, legal or not. Made without the library's own
// encoder, so that the two cannot be wrong together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/frame.hpp>

namespace weft::testing {

using byte_string = std::vector<std::byte>;

inline byte_string to_bytes(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    return {bytes.begin(), bytes.end()};
}

inline std::string to_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Bytes written as hexadecimal digits: `from_hex("81 00")`.
inline byte_string from_hex(std::string_view digits) {
    byte_string bytes;
    unsigned value = 0;
    bool half = false;
    for (const char digit : digits) {
        if (digit == ' ') continue;
        const auto number =
            static_cast<unsigned>(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        value = value << 4 | number;
        if (half) bytes.push_back(static_cast<std::byte>(value & 0xffU));
        half = !half;
    }
    return bytes;
}

inline byte_string operator+(byte_string front, const byte_string& back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
}

/// The first byte of a frame.
inline constexpr unsigned fin = 0x80;

/// Makes the frames of one side; a client's are masked, with a key that changes from frame to
/// frame.
class frame_builder {
public:
    explicit frame_builder(role sender) : masks_(sender == role::client) {}

    byte_string text(std::string_view payload) { return frame(fin | 0x1, payload); }
    byte_string binary(std::string_view payload) { return frame(fin | 0x2, payload); }
    byte_string ping(std::string_view payload = {}) { return frame(fin | 0x9, payload); }
    byte_string pong(std::string_view payload = {}) { return frame(fin | 0xa, payload); }
    byte_string close() { return frame(fin | 0x8, {}); }
    byte_string close(unsigned code, std::string_view reason = {}) {
        std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xffU)};
        return frame(fin | 0x8, payload.append(reason));
    }

    /// The parts of a message: all but the last without FIN.
    byte_string begin_text(std::string_view payload) { return frame(0x1, payload); }
    byte_string begin_binary(std::string_view payload) { return frame(0x2, payload); }
    byte_string part(std::string_view payload) { return frame(0x0, payload); }
    byte_string last_part(std::string_view payload) { return frame(fin, payload); }

    /// Any frame.
    byte_string frame(unsigned first, std::string_view payload) {
        const auto short_form = payload.size() > 0xffff ? 127U
            : payload.size() > 125                      ? 126U
                                                        : static_cast<unsigned>(payload.size());
        byte_string bytes = header(first, short_form, payload.size());
        const auto begin = bytes.size();
        bytes.resize(begin + payload.size());
        for (std::size_t i = 0; i < payload.size(); ++i) {
            bytes[begin + i] =
                static_cast<std::byte>(payload[i]) ^ (masks_ ? key_[i % 4] : std::byte{});
        }
        return bytes;
    }

    /// Returns only a header. `short_form` is the 7-bit length field: up to 125 it is the length;
    /// for 126, `length` follows in two bytes, for 127 in eight. RFC 6455 §5.2.
    byte_string header(unsigned first, unsigned short_form, std::uint64_t length) {
        byte_string bytes{static_cast<std::byte>(first),
                          static_cast<std::byte>(short_form | (masks_ ? 0x80U : 0U))};
        const unsigned extended = short_form == 127 ? 8 : short_form == 126 ? 2 : 0;
        for (unsigned left = extended; left > 0; --left) {
            bytes.push_back(static_cast<std::byte>(length >> (8 * (left - 1)) & 0xffU));
        }
        if (!masks_) return bytes;
        for (auto& byte : key_)
            byte = static_cast<std::byte>(std::to_integer<unsigned>(byte) * 5 + 3);
        bytes.insert(bytes.end(), key_.begin(), key_.end());
        return bytes;
    }

private:
    bool masks_;
    std::array<std::byte, 4> key_{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0}};
};

/// A frame that was read.
struct read_frame {
    unsigned first = 0;
    bool masked = false;
    std::array<std::byte, 4> key{};
    std::string payload; ///< unmasked

    [[nodiscard]] opcode code() const { return static_cast<opcode>(first & 0xfU); }
    [[nodiscard]] unsigned close_code() const {
        if (payload.size() < 2) return 0;
        return static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8 |
            static_cast<unsigned char>(payload[1]);
    }
};

/// Removes the first frame from `bytes`. Returns false, and removes nothing, if it is incomplete.
inline bool take_frame(std::span<const std::byte>& bytes, read_frame& found) {
    if (bytes.size() < 2) return false;
    found = {};
    found.first = std::to_integer<unsigned>(bytes[0]);
    found.masked = (std::to_integer<unsigned>(bytes[1]) & 0x80U) != 0;
    std::uint64_t length = std::to_integer<unsigned>(bytes[1]) & 0x7fU;
    const std::size_t extended = length == 127 ? 8 : length == 126 ? 2 : 0;
    const std::size_t header = 2 + extended + (found.masked ? 4 : 0);
    if (bytes.size() < header) return false;
    if (extended != 0) length = 0;
    for (std::size_t i = 0; i < extended; ++i) {
        length = length << 8 | std::to_integer<std::uint64_t>(bytes[2 + i]);
    }
    if (bytes.size() - header < length) return false;
    if (found.masked) {
        for (std::size_t i = 0; i < 4; ++i)
            found.key[i] = bytes[header - 4 + i];
    }
    found.payload = to_text(bytes.subspan(header, static_cast<std::size_t>(length)));
    for (std::size_t i = 0; i < found.payload.size(); ++i) {
        found.payload[i] =
            static_cast<char>(static_cast<std::byte>(found.payload[i]) ^ found.key[i % 4]);
    }
    bytes = bytes.subspan(header + static_cast<std::size_t>(length));
    return true;
}

/// Returns all frames in `bytes`. An incomplete frame at the end becomes an empty one whose first
/// byte is 0xff.
inline std::vector<read_frame> read_frames(std::span<const std::byte> bytes) {
    std::vector<read_frame> frames;
    read_frame found;
    while (take_frame(bytes, found))
        frames.push_back(found);
    if (!bytes.empty())
        frames.push_back({.first = 0xff, .masked = false, .key = {}, .payload = {}});
    return frames;
}

} // namespace weft::testing
