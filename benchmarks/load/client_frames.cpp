// SPDX-License-Identifier: MIT
//
// Builds the bytes that the generator sends. Knows no socket.

#include "client_frames.hpp"

#include <array>
#include <cstdint>
#include <random>

namespace weft::load {
namespace {

constexpr std::size_t key_size = 4;

std::size_t length_size(std::size_t payload_size) {
    if (payload_size < 126) return 0;
    return payload_size <= 0xffff ? 2 : 8;
}

void append_header(std::string& out, std::size_t payload_size, bool compressed) {
    const char fin_and_binary = static_cast<char>(compressed ? 0xc2 : 0x82);
    constexpr std::size_t masked = 0x80;
    const std::size_t extra = length_size(payload_size);
    const std::size_t short_length = extra == 0 ? payload_size : extra == 2 ? 126U : 127U;
    out.push_back(fin_and_binary);
    out.push_back(static_cast<char>(masked | short_length));
    for (std::size_t byte = extra; byte-- > 0;) {
        out.push_back(static_cast<char>((payload_size >> (8 * byte)) & 0xff));
    }
}

void append_frame(std::string& out, std::string_view payload, std::uint32_t key,
                  bool compressed) {
    append_header(out, payload.size(), compressed);
    std::array<char, key_size> mask;
    for (std::size_t i = 0; i < key_size; ++i)
        mask[i] = static_cast<char>(key >> (8 * i));
    out.append(mask.data(), key_size);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        out.push_back(static_cast<char>(payload[i] ^ mask[i % key_size]));
    }
}

}  // namespace

std::string upgrade_request(std::string_view path, unsigned port, bool deflate) {
    const std::string_view offer = deflate
        ? "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; "
          "server_no_context_takeover\r\n"
        : "";
    return "GET " + std::string{path} + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
        std::string{offer} + "\r\n";
}

std::size_t client_frame_size(std::size_t payload_size) {
    return 2 + length_size(payload_size) + key_size + payload_size;
}

std::string random_payload(std::size_t size) {
    std::minstd_rand source{1};
    std::string payload(size, '\0');
    for (char& byte : payload)
        byte = static_cast<char>(source() >> 8);
    return payload;
}

std::string client_frames(std::string_view payload, std::size_t count, bool compressed) {
    std::mt19937 keys{2};
    std::string frames;
    frames.reserve(count * client_frame_size(payload.size()));
    for (std::size_t i = 0; i < count; ++i) {
        append_frame(frames, payload, static_cast<std::uint32_t>(keys()), compressed);
    }
    return frames;
}

}  // namespace weft::load
