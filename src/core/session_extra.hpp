// SPDX-License-Identifier: MIT
// The part of a session's state that is allocated only while it is needed, so that an idle session
// owns no memory.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <weft/core/byte_queue.hpp>
#include <weft/core/memory_account.hpp>
#include <weft/core/output_queue.hpp>
#include <weft/core/output_rate.hpp>
#include <weft/core/session.hpp>

#include "core/message_buffer.hpp"
#include "core/request_body.hpp"

namespace weft {

/// The opening handshake in progress, and its data that the application may still read.
struct session::opening {
    enum class step : std::uint8_t {
        head,
        handed_over,
        body_announced,
        body,
        decision,
        refused,
        done
    };

    explicit opening(http_head_parser reads) : parser(std::move(reads)) {}

    http_head_parser parser;
    step at = step::head;
    request_body body;
    bool body_in_parts = false;
    int interim_count = 0; // responses that a client has skipped
    std::size_t answered = 0; // plain requests answered before this one
    std::optional<http_request> request;
    std::optional<http_response_head> response;
    upgrade_offer offer; // what the client offered
    std::array<std::byte, 16> nonce{};
    std::string subprotocol;

    bool subprotocol_required = false; // client only

    // a client that was refused
    std::error_code refused_for;
    std::size_t refusal_size = 0; // how many bytes of the body to wait for
    std::string refusal_body;     // its beginning, before chunks are decoded

    [[nodiscard]] std::size_t memory_used() const noexcept {
        return sizeof(opening) + parser.memory_used() + (request ? request->memory_used() : 0) +
            (response ? response->memory_used() : 0) + refusal_body.capacity();
    }
};

/// Ends a codec's work on a message that is abandoned.
struct give_up_stream {
    void operator()(codec_stream* stream) const noexcept { stream->finish(false); }
};
using codec_work = std::unique_ptr<codec_stream, give_up_stream>;

inline void complete(codec_work& work) noexcept {
    work.release()->finish(true);
}

/// Shorter messages cannot become smaller.
inline constexpr std::size_t compressed_size_min = 2;

struct session::extra {
    byte_queue input;                // retained, older than given
    std::span<std::byte> given;      // the input of `receive`, while no memory is lent
    message_buffer assembly;         // payload of the message in progress

    // the message in progress, and its frame
    std::uint64_t frame_left = 0;      // payload bytes of the frame that have not arrived
    std::uint64_t compressed_size = 0; // sum of the lengths of its frames so far
    codec_work decoding;
    std::uint32_t fragments = 0; // frames so far; 0 between messages
    masking_key key{};
    std::uint8_t key_offset = 0;
    bool part_reported = false;   // a part of the message
    bool decoder_is_full = false; // it holds bytes for which a part had no room
    std::size_t unmasked = 0;     // bytes at the front of the input that are unmasked already

    codec_work encoding;             // of the message that is being sent in parts
    output_queue output;             // older than the output in lent memory
    std::optional<std::vector<std::byte>> delayed_pong;
    std::unique_ptr<opening> handshake;
    std::unique_ptr<report> outcome;
    time_point paused_since{};
    time_point message_due = never; // deadline of the message in progress
    memory_account::holder held;    // the session's bytes when they were last counted
    time_point taken_at{};   // when the peer last read waiting output, or when the wait began
    std::size_t pending = 0; // accepted bytes that have not reached the peer; 0 if only few
    output_rate rate;        // measured while output waits, if there is a minimum

    [[nodiscard]] bool empty() const noexcept {
        return !input.owns_memory() && given.empty() && assembly.empty() && output.empty() &&
            !delayed_pong && !handshake && !outcome && pending == 0 && frame_left == 0 &&
            fragments == 0 && !encoding;
    }
};

inline bool session::message_in_progress() const noexcept {
    return extra_ && extra_->fragments != 0;
}

// --- queued input, inline as every message uses it

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

/// Returns the next contiguous input: the retained bytes, or if there are none, the caller's.
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
