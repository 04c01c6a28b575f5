// SPDX-License-Identifier: MIT
//
// Counts the messages that come back: by their number of bytes from a raw echo, by parsing the
// server's frames from a WebSocket echo. Knows no socket and no clock.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::load {

class reply_counter {
public:
    virtual ~reply_counter() = default;

    /// Takes the next bytes of the stream and returns how many messages they completed.
    ///
    /// Throws std::runtime_error when they are not the echo that was asked for.
    virtual std::size_t receive(std::string_view bytes) = 0;
};

class raw_reply_counter final : public reply_counter {
public:
    explicit raw_reply_counter(std::size_t message_size) : message_size_{message_size} {}
    std::size_t receive(std::string_view bytes) override;

private:
    std::size_t message_size_;
    std::size_t partial_ = 0;
};

/// Parses frames as RFC 6455 §5.2 has them, fragmented or not, control frames between them.
///
/// Every message must have the payload's length; the bytes of the first few are compared too, so
/// that a server that forgets to unmask is found out without a cost in the measured window. Of
/// compressed messages neither is looked at: compressors differ.
class frame_reply_counter final : public reply_counter {
public:
    frame_reply_counter(std::string_view payload, bool compressed)
        : payload_{payload}, compressed_{compressed} {}
    std::size_t receive(std::string_view bytes) override;

private:
    std::string_view take_header(std::string_view bytes);
    std::string_view take_payload(std::string_view bytes);
    std::size_t header_size() const;
    void begin_frame();
    bool end_frame();
    void compare(std::string_view bytes) const;

    std::string_view payload_;
    bool compressed_;
    std::array<unsigned char, 10> header_{};
    std::size_t header_filled_ = 0;
    bool in_payload_ = false;
    bool control_ = false;
    std::uint64_t frame_left_ = 0;
    std::uint64_t message_received_ = 0;
    std::size_t messages_ = 0;
};

}  // namespace weft::load
