// SPDX-License-Identifier: MIT
// Output of a session: sends messages and control frames, begins the closing handshake, and follows
// when the peer takes what was sent. RFC 6455 §5 to §7.
#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/masking.hpp>

#include "core/session_extra.hpp"
#include "core/short_messages.hpp"

namespace weft {
namespace {

constexpr std::size_t close_reason_max = control_payload_max - 2;

/// Fewer pending bytes than this are normal for a peer that reads, and count as none.
constexpr std::size_t pending_that_counts = 4096;

/// Returns the longest prefix of `text` that has at most `size` bytes and splits no character.
std::string_view cut_at_character(std::string_view text, std::size_t size) noexcept {
    if (text.size() <= size) return text;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U)
        --size;
    return text.substr(0, size);
}

/// Returns a checksum of a ping's payload (FNV-1a), to recognise its pong. Good enough for a
/// statistic: a peer that forges pongs deceives nobody but itself.
std::uint16_t mark_of(std::span<const std::byte> payload) noexcept {
    std::uint32_t sum = 2166136261U;
    for (const std::byte byte : payload) sum = (sum ^ std::to_integer<unsigned>(byte)) * 16777619U;
    return static_cast<std::uint16_t>(sum ^ sum >> 16);
}

std::span<const std::byte> as_bytes(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

} // namespace

// --- sending

bool session::send(message whole) {
    if (short_messages::send(*this, whole)) return true;
    if (state_ != session_state::open || sending_parts_ || has_codec_) {
        return has_codec_ && send(whole, compression::automatic);
    }
    put_frame(whole.is_text() ? opcode::text : opcode::binary, true, whole.bytes());
    ++traffic_.messages_sent;
    return true;
}

bool session::send(const prepared_message& whole) {
    if (state_ != session_state::open || sending_parts_) return false;
    const message content = whole.whole();
    if (compresses(content, whole.choice())) {
        if (codec_->shared_settings().empty()) return send(content, whole.choice());
        const auto form = whole.compressed(*codec_);
        if (!form.frame.empty()) {
            put_prepared(whole, form);
            codec_->shared_sent(content.size(), form.payload().size());
            ++traffic_.messages_sent;
            return true;
        }
    }
    put_prepared(whole, whole.plain());
    ++traffic_.messages_sent;
    return true;
}

bool session::send_part(message part, bool last, compression choice) {
    if (state_ != session_state::open) return false;
    const auto code = opcode_of(part);
    const bool begins = code != opcode::continuation && compresses(part, choice);
    if (begins || (extra_ && extra_->encoding)) return put_compressed_part(part, last);
    put_frame(code, last, part.bytes());
    part_sent(last);
    return true;
}

/// Returns the opcode of the next part.
opcode session::opcode_of(message part) const noexcept {
    if (sending_parts_ && !parts_announced_) return opcode::continuation;
    return part.is_text() ? opcode::text : opcode::binary;
}

void session::part_sent(bool last) noexcept {
    sending_parts_ = !last;
    parts_announced_ = false;
    traffic_.messages_sent += last;
}

bool session::ping(std::span<const std::byte> payload, time_point now) {
    if (state_ != session_state::open) return false;
    payload = payload.first(std::min(payload.size(), control_payload_max));
    put_frame(opcode::ping, true, payload);
    if (ping_waits_) return true; // a later ping does not extend the deadline of an earlier one
    ping_mark_ = mark_of(payload);
    ping_waits_ = true;
    trip_timed_ = true;
    since_ = now;
    leaving_ = true;
    return true;
}

/// Records the round trip of the ping that this answers. Other pongs are not counted: an answer to
/// an earlier ping, or one that no ping asked for. RFC 6455 §5.5.3.
void session::take_pong(std::span<const std::byte> payload, time_point now) noexcept {
    if (!trip_timed_ || leaving_ || mark_of(payload) != ping_mark_) return;
    trip_timed_ = false;
    const auto trip = std::chrono::duration_cast<std::chrono::microseconds>(now - since_).count();
    last_trip_ = static_cast<std::uint32_t>(std::clamp<std::int64_t>(trip, 1, UINT32_MAX));
    const std::uint64_t before = smoothed_trip_ == 0 ? last_trip_ : smoothed_trip_;
    smoothed_trip_ = static_cast<std::uint32_t>((before * 7 + last_trip_ + 4) / 8);
}

bool session::pong(std::span<const std::byte> payload) {
    if (state_ != session_state::open) return false;
    put_frame(opcode::pong, true, payload.first(std::min(payload.size(), control_payload_max)));
    return true;
}

void session::close(close_code code, std::string_view reason, time_point now) noexcept {
    if (state_ != session_state::open) return end_keep_alive();
    try {
        report* const outcome = begin_end(side::local);
        if (!outcome) throw std::bad_alloc();
        put_close_frame(outcome, sendable(code), reason);
    } catch (const std::bad_alloc&) {
        return fail(make_error_code(std::errc::not_enough_memory), now);
    }
    discards_messages_ = paused_;
    resume(now);
    state_ = session_state::closing;
    since_ = now;
    leaving_ = true;
}

// --- output

std::size_t session::own_output_size() const noexcept {
    return extra_->output.size();
}

output_list session::output() const noexcept {
    output_list list;
    const std::span room(list.pieces);
    if (extra_) list.count = extra_->output.list(room);
    if (!lent_) return list;
    list.count += lent_->output_.list(room.subspan(list.count));
    if (!lent_->payload_.empty() && list.count != room.size()) {
        list.pieces[list.count++] = lent_->payload_;
    }
    return list;
}

void session::consume_output(std::size_t count, time_point now) noexcept {
    assert(count <= output_size());
    traffic_.bytes_sent += count;
    const std::size_t taken = count;
    if (extra_ && !extra_->output.empty()) {
        const auto own = std::min(count, extra_->output.size());
        extra_->output.consume(own);
        count -= own;
    }
    if (lent_) {
        const auto built = std::min(count, lent_->output_.size());
        lent_->output_.consume(built);
        lent_->payload_ = lent_->payload_.subspan(count - built);
        if (lent_->output_.empty()) lent_->output_.rewind();
    }
    const bool all = output_size() == 0;
    if (!all || times_output()) follow_output(taken, now);
    if (all && extra_ && extra_->delayed_pong) put_delayed_pong();
}

/// Updates the deadlines that depend on sent output.
void session::follow_output(std::size_t count, time_point now) noexcept {
    const bool waits = output_size() != 0;
    if (tracks_) extra_->pending += count;
    if (blocked_ && count != 0) peer_took(now);
    if (waits && !blocked_) begin_wait(now);
    blocked_ = waits;
    follow_rate(tracks_ ? 0 : count, now); // what is on its way counts when it has arrived
    if (waits || !leaving_) return;
    leaving_ = false;
    if (waits_for_answer() || trip_timed_) since_ = now;
}

/// Updates the deadlines after the peer has read waiting output, which is a sign of life and
/// restarts the timeout for its answer.
void session::peer_took(time_point now) noexcept {
    alive_ = now;
    if (waits_for_answer()) since_ = now;
    trip_timed_ = trip_timed_ && leaving_; // since_ may no longer be when the ping left
    begin_wait(now);
}

void session::begin_wait(time_point now) noexcept {
    if (extra_) extra_->taken_at = now;
    if (lent_) lent_->taken_at_ = now;
}

void session::note_pending(std::size_t bytes, time_point now) noexcept {
    const std::size_t before = extra_ ? extra_->pending : 0;
    if (!blocked_ && bytes < pending_that_counts) bytes = 0;
    if (bytes == before) return;
    try {
        more().pending = bytes;
    } catch (const std::bad_alloc&) {
        return; // without memory, only what the stream accepts shows that the peer reads
    }
    tracks_ = bytes != 0;
    if (bytes < before) {
        peer_took(now);
    } else if (before == 0 && !blocked_) {
        begin_wait(now);
    }
    follow_rate(bytes < before ? before - bytes : 0, now);
}

void session::follow_rate(std::size_t taken, time_point now) noexcept {
    if (options_->limits.output_rate_min == 0 || !extra_) return;
    const std::size_t waiting = output_waits() ? output_size() + extra_->pending : 0;
    extra_->rate.follow(taken, waiting, options_->limits.output_rate_min,
                        options_->timeouts.write_stall, now);
}

/// Returns whether output waits here, or was accepted by the stream and has not reached the peer.
bool session::output_waits() const noexcept {
    return blocked_ || tracks_;
}

time_point session::stall_deadline() const noexcept {
    const time_point since = extra_ ? extra_->taken_at : lent_ ? lent_->taken_at_ : alive_;
    return deadline_after(since, options_->timeouts.write_stall);
}

/// Returns when the peer must have taken some output, or, if that is earlier, as much as the
/// minimum rate requires.
time_point session::output_deadline() const noexcept {
    if (!output_waits()) return never;
    return std::min(stall_deadline(), extra_ ? extra_->rate.due() : never);
}

/// Sends the delayed pong. Reuses the memory of the output that delayed it.
void session::put_delayed_pong() noexcept {
    const auto payload = std::exchange(extra_->delayed_pong, std::nullopt);
    if (state_ != session_state::open) return;
    try {
        put_frame(opcode::pong, true, *payload);
    } catch (const std::bad_alloc&) {
        give_up();
    }
}

/// Adds `size` bytes of output for the caller to fill in. If there is no memory, adds none.
std::byte* session::extend_output(std::size_t size) {
    if (!lent_) return more().output.extend(size);
    if (!lent_->payload_.empty()) keep_output();
    return lent_->output_.extend(size);
}

void session::put_text(std::string_view text) {
    std::memcpy(extend_output(text.size()), text.data(), text.size());
}

void session::put_frame(opcode code, bool fin, std::span<const std::byte> payload) {
    const bool from_server = role() == role::server;
    if (from_server && payload.size() <= control_payload_max) {
        return short_messages::write(extend_output(2 + payload.size()), first_byte(code, fin),
                                     payload);
    }
    put_frame({code, fin, !from_server, 0, {}, payload.size()}, payload);
}

void session::put_frame(frame_header header, std::span<const std::byte> payload) {
    if (header.masked) options_->random->fill(header.key); // fresh for each frame, RFC 6455 §5.3
    const bool copied = header.masked || !lent_ || payload.size() < uncopied_size_min;
    if (!copied && put_before_payload(header, payload)) return;
    std::byte* to = extend_output(encoded_size(header) + (copied ? payload.size() : 0));
    to += encode_frame_header(header, to);
    if (header.masked) {
        mask_copy(payload, to, header.key);
    } else if (!copied) {
        lent_->payload_ = payload;
    } else if (!payload.empty()) {
        std::memcpy(to, payload.data(), payload.size());
    }
}

/// If the last event's payload is sent back, writes the header in place of the received one, which
/// is longer by a masking key. Then the stream gets one piece instead of two, and the system call
/// need not gather them.
bool session::put_before_payload(const frame_header& header, std::span<const std::byte> payload) {
    const auto received = lent_->received_header_;
    const std::size_t size = encoded_size(header);
    if (received.data() + received.size() != payload.data() || received.size() < size) return false;
    if (!lent_->payload_.empty()) keep_output();
    const auto place = received.last(size);
    encode_frame_header(header, place.data());
    lent_->payload_ = {place.data(), size + payload.size()};
    return true;
}

/// A client copies the payload, as each of its frames has a mask of its own.
void session::put_prepared(const prepared_message& whole, const prepared_message::encoded& form) {
    if (role() == role::client) {
        const auto code = whole.is_text() ? opcode::text : opcode::binary;
        const auto reserved = form.frame.front() & std::byte{reserved_mask};
        const auto payload = form.payload();
        return put_frame(
            {code, true, true, std::to_integer<std::uint8_t>(reserved), {}, payload.size()},
            payload);
    }
    const std::size_t size = form.frame.size();
    if (size < prepared_message::shared_size_min) {
        std::memcpy(extend_output(size), form.frame.data(), size);
        return;
    }
    if (lent_ && !lent_->payload_.empty()) keep_output();
    (lent_ ? lent_->output_ : more().output).append(whole.share(form.frame));
}

/// Allocates only for a long reason. Records the sent frame in `outcome`, unless that is null.
void session::put_close_frame(report* outcome, close_code code, std::string_view reason) {
    std::array<std::byte, control_payload_max> payload;
    std::size_t size = 0;
    close_frame sent{code, {}};
    if (code != close_code::no_status) {
        sent.reason = cut_at_character(reason, close_reason_max);
        payload[size++] = static_cast<std::byte>(static_cast<unsigned>(code) >> 8);
        payload[size++] = static_cast<std::byte>(static_cast<unsigned>(code) & 0xffU);
        for (const std::byte byte : as_bytes(sent.reason)) payload[size++] = byte;
    }
    put_frame(opcode::close, true, std::span(payload).first(size));
    if (outcome) outcome->sent = std::move(sent);
}

} // namespace weft
