// SPDX-License-Identifier: MIT
// Frames that a session receives: assembles messages, answers control frames, and takes the peer's
// close frame. RFC 6455 §5 to §7.
#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/masking.hpp>

#include "core/session_extra.hpp"

namespace weft {
namespace {

/// While this many bytes of output wait, pongs are delayed, and only the last one is kept. RFC 6455
/// §5.5.3.
constexpr std::size_t output_before_pongs_wait = 64 * 1024;

/// The sizes of a frame, which may be invalid in other respects.
struct frame_extent {
    std::size_t header;
    std::uint64_t payload;
};

/// Returns the sizes of the first frame, or nothing if its header is incomplete. RFC 6455 §5.2.
std::optional<frame_extent> extent_of(std::span<const std::byte> bytes) noexcept {
    if (bytes.size() < 2) return std::nullopt;
    const auto second = std::to_integer<unsigned>(bytes[1]);
    const unsigned short_form = second & 0x7fU;
    const std::size_t extended = short_form == 127 ? 8 : short_form == 126 ? 2 : 0;
    const bool masked = (second & mask_bit) != 0;
    const std::size_t header = 2 + extended + (masked ? sizeof(masking_key) : 0);
    if (bytes.size() < header) return std::nullopt;
    std::uint64_t payload = extended == 0 ? short_form : 0;
    for (std::size_t i = 0; i < extended; ++i) {
        payload = payload << 8 | std::to_integer<std::uint64_t>(bytes[2 + i]);
    }
    return frame_extent{header, payload};
}

} // namespace

// --- receiving

/// Checks the order and limits of data frames, before any payload is stored.
inline errc session::judge_data_frame(const frame_header& header) const noexcept {
    const bool continues = header.code == opcode::continuation;
    const std::uint32_t fragments = extra_ ? extra_->fragments : 0;
    if (continues && fragments == 0) return errc::unexpected_continuation;
    if (!continues && fragments != 0) return errc::expected_continuation;
    const auto& limits = options_->limits;
    if (header.length > limits.frame_size_max) return errc::frame_too_big;
    const bool compressed = continues ? compressed_ : header.reserved != 0;
    const std::size_t assembled = extra_ ? extra_->assembly.size() : 0;
    const bool fits = compressed ? compressed_fits(header)
                                 : header.length <= limits.message_size_max - assembled;
    if (!fits && !options_->receives_parts) return errc::message_too_big;
    if (fragments >= limits.fragment_count_max) return errc::too_many_fragments;
    return {};
}

void session::find_frame_event(event& next, time_point now) {
    while (state_ != session_state::closed && next.type == event_type::none) {
        if (in_frame_) {
            take_payload(next, now);
            if (in_frame_) return;
            continue;
        }
        const auto input = gather(frame_header_size_max);
        if (input.empty()) return;
        if ((input[0] & std::byte{reserved_mask}) != std::byte{} && !may_be_compressed(input[0])) {
            return fail(errc::reserved_bits, now);
        }
        const auto found = decode_frame_header(input, role());
        if (found.error != errc{}) return fail(found.error, now);
        if (found.size == 0) return;
        if (is_control(found.header.code)) {
            const auto size = static_cast<std::size_t>(found.header.length);
            const auto frame = gather(found.size + size);
            if (frame.size() < found.size + size) return;
            take_control_frame(found.header, frame.subspan(found.size, size), next, now);
            continue;
        }
        if (const errc broken = judge_data_frame(found.header); broken != errc{}) {
            return fail(broken, now);
        }
        if (lent_) lent_->received_header_ = input.first(found.size);
        consume_input(found.size);
        take_whole_message(found.header, next, now);
    }
}

/// Returns whether the RSV bits are valid: only RSV1 may be set, on the first frame of a message,
/// if a codec was negotiated. RFC 6455 §5.2, RFC 7692 §6.
bool session::may_be_compressed(std::byte first) const noexcept {
    const unsigned bits = std::to_integer<unsigned>(first);
    const bool begins = (bits & 0x0fU) == static_cast<unsigned>(opcode::text) ||
        (bits & 0x0fU) == static_cast<unsigned>(opcode::binary);
    return has_codec_ && begins && (bits & reserved_mask) == compressed_bit;
}

/// Returns a message of one complete frame in place, without a copy; begins any other message.
void session::take_whole_message(const frame_header& header, event& next, time_point now) {
    if (header.code != opcode::continuation) {
        is_text_ = header.code == opcode::text;
        compressed_ = header.reserved != 0;
        text_.reset();
    }
    const auto input = waiting();
    const bool in_parts = options_->receives_parts;
    if (header.fin && header.length <= input.size() && !message_in_progress() &&
        (!in_parts || (!compressed_ && header.length <= part_size_max()))) {
        const auto payload = input.first(static_cast<std::size_t>(header.length));
        if (header.masked) mask(payload, header.key);
        consume_input(payload.size());
        if (compressed_) return take_compressed_message(payload, next, now);
        if (is_text_ && !(text_.feed(payload) && text_.complete())) {
            return fail(errc::bad_utf8, now);
        }
        if (discards_messages_) return;
        next = {in_parts ? event_type::part : event_type::message, is_text_, in_parts, in_parts,
                payload};
        return;
    }
    if (!message_in_progress()) begin_message(now);
    extra& at = *extra_;
    if (at.fragments != std::numeric_limits<std::uint32_t>::max()) ++at.fragments;
    in_frame_ = true;
    last_frame_ = header.fin;
    at.frame_left = header.length;
    at.compressed_size += header.length;
    at.key = header.masked ? header.key : masking_key{};
    at.key_offset = 0;
    at.unmasked = 0;
}

/// Adds the received payload of the frame in progress to the message.
void session::take_payload(event& next, time_point now) {
    if (options_->receives_parts) return take_parts(next, now);
    extra& at = *extra_;
    while (at.frame_left != 0 && !waiting().empty()) {
        const auto input = waiting();
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(at.frame_left, input.size()));
        const auto piece = input.first(size);
        if (role() == role::server) mask(piece, at.key, at.key_offset);
        at.key_offset = static_cast<std::uint8_t>((at.key_offset + size) % at.key.size());
        if (const auto broken = add_payload(piece)) return fail(broken, now);
        at.frame_left -= size;
        consume_input(size);
        message_grew(size, now);
    }
    if (at.frame_left == 0) end_frame(next, now);
}

std::error_code session::add_payload(std::span<const std::byte> piece) {
    if (compressed_) return decode(*extra_->decoding, piece, false);
    if (is_text_ && !text_.feed(piece)) return errc::bad_utf8;
    extra_->assembly.append(piece, expected_size());
    return {};
}

/// Returns the size of the whole message, once its last frame has begun.
std::uint64_t session::expected_size() const noexcept {
    if (!last_frame_) return message_buffer::unknown;
    return extra_->assembly.size() + extra_->frame_left;
}

void session::begin_message(time_point now) {
    extra& at = more();
    at.message_due = deadline_after(now, options_->timeouts.message);
    at.compressed_size = 0;
    at.part_reported = at.decoder_is_full = false;
    if (compressed_) at.decoding.reset(codec_->begin_decoding());
}

/// Extends the message deadline by the time that `size` bytes take at the minimum rate, but never
/// beyond a full timeout from now: after a fast beginning, the peer must not stall for longer.
void session::message_grew(std::size_t size, time_point now) noexcept {
    const time_point full = deadline_after(now, options_->timeouts.message);
    const std::size_t rate = options_->limits.message_rate_min;
    const double behind = std::chrono::duration<double>(full - extra_->message_due).count();
    const double bought = static_cast<double>(size) / static_cast<double>(rate);
    if (rate == 0 || full == never || bought >= behind) {
        extra_->message_due = full;
    } else {
        extra_->message_due +=
            std::chrono::duration_cast<duration>(std::chrono::duration<double>(bought));
    }
}

void session::end_frame(event& next, time_point now) {
    in_frame_ = false;
    if (!last_frame_) return;
    if (compressed_) {
        if (const auto broken = end_decoding()) return fail(broken, now);
    }
    extra_->fragments = 0;
    if (is_text_ && !text_.complete()) return fail(errc::bad_utf8, now);
    if (discards_messages_) {
        extra_->assembly.release();
        return;
    }
    message_reported_ = true;
    next = {event_type::message, is_text_, false, false, extra_->assembly.whole()};
}

void session::take_control_frame(const frame_header& header, std::span<std::byte> payload,
                                 event& next, time_point now) {
    if (header.masked) mask(payload, header.key);
    consume_input(static_cast<std::size_t>(payload.data() - waiting().data()) + payload.size());
    if (header.code == opcode::close) {
        take_close_frame(payload, now);
        awaits_close_ = false;
        return;
    }
    if (header.code == opcode::ping && options_->answers_pings) answer_ping(payload);
    if (header.code == opcode::pong) take_pong(payload, now);
    if (discards_messages_) return;
    next.type = header.code == opcode::ping ? event_type::ping : event_type::pong;
    next.payload = payload;
}

void session::take_close_frame(std::span<const std::byte> payload, time_point now) {
    close_frame received;
    if (payload.size() == 1) return fail(errc::bad_close_payload, now);
    if (payload.size() >= 2) {
        received.code = static_cast<close_code>(std::to_integer<unsigned>(payload[0]) << 8 |
                                                std::to_integer<unsigned>(payload[1]));
        if (!may_be_received(received.code)) return fail(errc::bad_close_code, now);
        const auto reason = payload.subspan(2);
        if (!is_utf8(reason)) return fail(errc::bad_utf8, now);
        received.reason.assign(reinterpret_cast<const char*>(reason.data()), reason.size());
    }
    report* const outcome = begin_end(side::peer);
    if (!outcome) throw std::bad_alloc();
    if (state_ == session_state::open) put_close_frame(outcome, received.code, {}); // §5.5.1
    outcome->received = std::move(received);
    end_with(event_type::closed, now);
}

/// After a fault on either side: skips the peer's frames, valid or not, until its close frame. If
/// the input is no longer a sequence of frames, the stream's end or the deadline ends the wait.
void session::skip_to_close() {
    while (awaits_close_) {
        if (extra_ && extra_->frame_left != 0) {
            const auto size = static_cast<std::size_t>(
                std::min<std::uint64_t>(extra_->frame_left, waiting().size()));
            if (size == 0) return;
            consume_input(size);
            extra_->frame_left -= size;
            continue;
        }
        const auto input = gather(frame_header_size_max);
        const auto found = extent_of(input);
        if (!found) return;
        const auto code = static_cast<opcode>(std::to_integer<unsigned>(input[0]) & 0x0fU);
        if (found->payload != 0) more().frame_left = found->payload;
        consume_input(found->header);
        if (code == opcode::close) awaits_close_ = false;
    }
}

void session::answer_ping(std::span<const std::byte> payload) {
    if (state_ != session_state::open) return;
    const bool one_waits = extra_ && extra_->delayed_pong; // pongs must stay in order
    if (!one_waits && output_size() < output_before_pongs_wait) {
        return put_frame(opcode::pong, true, payload);
    }
    more().delayed_pong.emplace(payload.begin(), payload.end());
}

} // namespace weft
