// SPDX-License-Identifier: MIT
// Messages that a session reports in parts, as their bytes arrive, instead of assembling them.
// RFC 6455 §5.4.
#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/masking.hpp>

#include "core/session_extra.hpp"

namespace weft {
namespace {

/// The most decompressed bytes of a part while no memory is lent.
constexpr std::size_t decoded_part_size_max = 16 * 1024;

} // namespace

std::size_t session::part_size_max() const noexcept {
    return std::max<std::size_t>(1, options_->limits.message_size_max);
}

/// Reports the next part of the frame in progress, or passes over its end.
void session::take_parts(event& next, time_point now) {
    while (in_frame_ && next.type == event_type::none) {
        const bool needs_input = extra_->frame_left != 0 && !extra_->decoder_is_full;
        if (needs_input && waiting().empty()) return;
        if (compressed_) {
            take_compressed_part(next, now);
        } else {
            take_plain_part(next, now);
        }
    }
}

/// Reports the part in the memory in which it was received, without a copy.
void session::take_plain_part(event& next, time_point now) {
    extra& at = *extra_;
    const std::size_t most = std::min(waiting().size(), part_size_max());
    const auto part =
        unmask_input(static_cast<std::size_t>(std::min<std::uint64_t>(at.frame_left, most)));
    if (is_text_ && !text_.feed(part)) return fail(errc::bad_utf8, now);
    at.unmasked = 0;
    at.frame_left -= part.size();
    consume_input(part.size());
    if (!part.empty()) message_grew(part.size(), now);
    in_frame_ = at.frame_left != 0;
    report_part(part, !in_frame_ && last_frame_, next, now);
}

/// Decompresses as much as one part holds. The rest of the input waits, unmasked.
void session::take_compressed_part(event& next, time_point now) {
    extra& at = *extra_;
    const auto from = unmask_input(
        static_cast<std::size_t>(std::min<std::uint64_t>(at.frame_left, waiting().size())));
    const bool last = last_frame_ && from.size() == at.frame_left;
    if (from.empty() && !last && !at.decoder_is_full) {
        in_frame_ = false;
        return;
    }
    const auto room = room_for_part();
    const auto step = at.decoding->run(from, room, last);
    if (!step) return fail(step.error(), now);
    const bool stuck = !step->done && step->read == 0 && step->written == 0;
    if (stuck) return fail(errc::bad_compressed_data, now);
    const auto part = room.first(step->written);
    if (is_text_ && !text_.feed(part)) return fail(errc::bad_utf8, now);
    at.decoder_is_full = !step->done;
    at.unmasked -= step->read;
    at.frame_left -= step->read;
    consume_input(step->read);
    if (step->read != 0) message_grew(step->read, now);
    in_frame_ = at.frame_left != 0 || !step->done;
    const bool ends = last && step->done;
    if (ends) complete(at.decoding);
    report_part(part, ends, next, now);
}

void session::report_part(std::span<const std::byte> part, bool ends, event& next,
                          time_point now) {
    if (ends && is_text_ && !text_.complete()) return fail(errc::bad_utf8, now);
    if (part.empty() && !ends) return;
    extra& at = *extra_;
    if (!discards_messages_) next = {event_type::part, is_text_, !at.part_reported, ends, part};
    at.part_reported = true;
    at.fragments = ends ? 0 : 1; // the limit counts frames without payload
}

/// Returns the first `size` bytes of the input, which belong to the frame in progress.
std::span<std::byte> session::unmask_input(std::size_t size) noexcept {
    extra& at = *extra_;
    const auto front = waiting().first(size);
    if (at.unmasked >= size) return front;
    const auto rest = front.subspan(at.unmasked);
    if (role() == role::server) mask(rest, at.key, at.key_offset);
    at.key_offset = static_cast<std::uint8_t>((at.key_offset + rest.size()) % at.key.size());
    at.unmasked = size;
    return front;
}

/// Returns lent memory if there is some, otherwise memory of the session, until the next event.
std::span<std::byte> session::room_for_part() {
    if (lent_) return lent_->room_for_decoded(part_size_max());
    message_reported_ = true;
    const std::size_t size = std::min(decoded_part_size_max, part_size_max());
    return extra_->assembly.contiguous_room(size, size);
}

} // namespace weft
