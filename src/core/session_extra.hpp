// SPDX-License-Identifier: MIT
// What a session owns only while it needs it, so that an idle one owns nothing.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <weft/core/byte_queue.hpp>
#include <weft/core/memory_account.hpp>
#include <weft/core/session.hpp>

#include "core/request_body.hpp"

namespace weft {

/// The opening handshake in progress, and what the application may still read of it.
struct session::opening {
    enum class step : std::uint8_t { head, handed_over, body, decision, refused, done };

    explicit opening(http_head_parser reads) : parser(std::move(reads)) {}

    http_head_parser parser;
    step at = step::head;
    request_body body;
    int interim_count = 0; // responses that a client has skipped
    std::size_t answered = 0; // plain requests before this one
    std::optional<http_request> request;
    std::optional<http_response_head> response;
    upgrade_offer offer; // a client's own, or what the server was asked for
    std::array<std::byte, 16> nonce{};
    std::string subprotocol;

    bool subprotocol_required = false; // of a client

    // of a client that was refused
    std::error_code refused_for;
    std::size_t refusal_size = 0; // how much of the body is awaited
    std::string refusal_body;     // its beginning, as it came

    [[nodiscard]] std::size_t memory_used() const noexcept {
        return sizeof(opening) + parser.memory_used() + (request ? request->memory_used() : 0) +
            (response ? response->memory_used() : 0) + refusal_body.capacity();
    }
};

/// Ends the work of a codec on a message that is given up.
struct give_up_stream {
    void operator()(codec_stream* stream) const noexcept { stream->finish(false); }
};
using codec_work = std::unique_ptr<codec_stream, give_up_stream>;

inline void complete(codec_work& work) noexcept {
    work.release()->finish(true);
}

struct session::extra {
    byte_queue input;                // retained, older than given
    std::span<std::byte> given;      // of receive, while nothing is lent
    std::vector<std::byte> assembly; // of the message in progress

    // the message in progress, and its frame
    std::uint64_t frame_left = 0;      // payload bytes of the frame that have not come
    std::uint64_t compressed_size = 0; // of its frames so far
    codec_work decoding;
    std::uint32_t fragments = 0; // frames so far; 0 between messages
    masking_key key{};
    std::uint8_t key_offset = 0;

    codec_work encoding;             // of the message that is sent in parts
    byte_queue output;               // older than what is lent
    std::optional<std::vector<std::byte>> delayed_pong;
    std::unique_ptr<opening> handshake;
    std::unique_ptr<report> outcome;
    time_point paused_since{};
    time_point message_due = never; // the rest of the message in progress
    memory_account::holder held;    // of all this, when it was last counted
    time_point taken_at{};   // the peer took output that waits, or the wait began
    std::size_t pending = 0; // bytes that the stream took and the peer has not; few count as none

    [[nodiscard]] bool empty() const noexcept {
        return !input.owns_memory() && given.empty() && assembly.empty() && output.empty() &&
            !delayed_pong && !handshake && !outcome && pending == 0 && frame_left == 0 &&
            fragments == 0 && !encoding;
    }
};

inline bool session::message_in_progress() const noexcept {
    return extra_ && extra_->fragments != 0;
}

// --- input that waits, on the path of every message

inline std::span<std::byte> session::given() const noexcept {
    if (lent_) return lent_->input_;
    return extra_ ? extra_->given : std::span<std::byte>{};
}

inline void session::set_given(std::span<std::byte> bytes) {
    if (lent_) {
        lent_->input_ = bytes;
    } else if (extra_ || !bytes.empty()) {
        more().given = bytes;
    }
}

/// Bytes that can be worked on now: what was retained, and after it what is lent.
inline std::span<std::byte> session::waiting() noexcept {
    if (extra_ && !extra_->input.empty()) return extra_->input.bytes();
    return given();
}

inline void session::consume_input(std::size_t count) noexcept {
    if (extra_ && !extra_->input.empty()) {
        extra_->input.consume(count);
    } else {
        set_given(given().subspan(count));
    }
}

} // namespace weft
