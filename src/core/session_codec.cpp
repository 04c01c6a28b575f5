// SPDX-License-Identifier: MIT
// Compressed messages of a session: sends and receives them through its codec, and enforces limits
// before and after decompression. Knows no algorithm. RFC 7692 §6.
#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include <weft/core/error.hpp>

#include "core/session_extra.hpp"

namespace weft {
namespace {

/// The initial buffer size for decompressing `compressed` bytes.
std::size_t first_room_for(std::size_t compressed) noexcept {
    return std::max<std::size_t>(64, 4 * compressed);
}

std::uint64_t compressed_max(const session_limits& limits) noexcept {
    if (limits.compressed_size_max != 0) return limits.compressed_size_max;
    const std::size_t more = limits.message_size_max / 16 + 64;
    return limits.message_size_max < unlimited - more ? limits.message_size_max + more : unlimited;
}

} // namespace

void session::take_codec(message_codec_ptr agreed) {
    if (agreed && agreed->memory_used() != 0) more(); // the codec's memory is counted there
    codec_ = std::move(agreed);
    has_codec_ = codec_ != nullptr;
}

// --- receiving

/// Returns whether the frame fits the limit on compressed bytes.
bool session::compressed_fits(const frame_header& header) const noexcept {
    const bool continues = header.code == opcode::continuation;
    const std::uint64_t before = continues ? extra_->compressed_size : 0;
    return header.length <= compressed_max(options_->limits) - before;
}

/// Handles a message of one frame that has arrived completely.
void session::take_compressed_message(std::span<const std::byte> payload, event& next,
                                      time_point now) {
    if (const auto broken = decode_message(payload, next)) return fail(broken, now);
    if (!discards_messages_) return;
    next = {};
    forget_message();
}

/// Decodes a message of one frame: into lent memory if it is short, otherwise into memory of the
/// session.
std::error_code session::decode_message(std::span<const std::byte> payload, event& next) {
    const std::size_t limit = options_->limits.message_size_max;
    codec_work work(codec_->begin_decoding());
    std::span<const std::byte> whole;
    bool done = false;
    if (lent_ && limit != 0) {
        const auto step = work->run(payload, lent_->room_for_decoded(limit), true);
        if (!step) return step.error();
        whole = {lent_->decoded_.get(), step->written};
        if (is_text_ && !text_.feed(whole)) return errc::bad_utf8;
        done = step->done;
        payload = payload.subspan(step->read);
    }
    if (!done) {
        const auto room = more().assembly.contiguous_room(whole.size(), whole.size());
        std::copy(whole.begin(), whole.end(), room.begin());
        extra_->assembly.grow(whole.size());
        if (const auto broken = decode(*work, payload, true)) return broken;
        message_reported_ = true;
        whole = extra_->assembly.whole();
    }
    complete(work);
    if (is_text_ && !text_.complete()) return errc::bad_utf8;
    next = {event_type::message, is_text_, false, false, whole};
    return {};
}

/// Decodes `from` and appends the result to the message in progress. At the size limit, decodes
/// into one extra byte to find out whether there is more.
std::error_code session::decode(codec_stream& by, std::span<const std::byte> from, bool last) {
    auto& whole = more().assembly;
    const std::size_t limit = options_->limits.message_size_max;
    for (std::size_t wanted = first_room_for(from.size());; wanted *= 2) {
        std::byte beyond{};
        const bool full = whole.size() >= limit;
        const auto room = full ? std::span(&beyond, 1) : whole.contiguous_room(wanted, limit);
        const auto step = by.run(from, room, last);
        if (!step) return step.error();
        if (full && step->written != 0) return errc::message_too_big;
        whole.grow(step->written);
        if (is_text_ && !text_.feed(room.first(step->written))) return errc::bad_utf8;
        if (step->done) return {};
        if (step->read == 0 && step->written == 0) return errc::bad_compressed_data;
        from = from.subspan(step->read);
    }
}

std::error_code session::end_decoding() {
    if (const auto broken = decode(*extra_->decoding, {}, true)) return broken;
    complete(extra_->decoding);
    return {};
}

// --- sending

bool session::send(message whole, compression choice) {
    if (state_ != session_state::open || sending_parts_) return false;
    if (!compresses(whole, choice) || !put_compressed_message(whole)) {
        put_frame(whole.is_text() ? opcode::text : opcode::binary, true, whole.bytes());
    }
    ++traffic_.messages_sent;
    return true;
}

bool session::compresses(message whole, compression choice) const noexcept {
    if (!has_codec_ || choice == compression::off) return false;
    return choice == compression::on || codec_->encodes(whole.size(), whole.is_text());
}

/// Returns false, and writes nothing, if the message would not become smaller.
bool session::put_compressed_message(message whole) {
    if (whole.size() < compressed_size_min) return false;
    const std::size_t room = std::min(codec_->bound(whole.size()), whole.size() - 1);
    codec_work work(codec_->begin_encoding());
    const auto code = whole.is_text() ? opcode::text : opcode::binary;
    if (put_compressed_frame(*work, code, true, whole.bytes(), room)) return false;
    complete(work);
    return true;
}

bool session::put_compressed_part(message part, bool last) {
    extra& at = more();
    codec_work begun(at.encoding ? nullptr : codec_->begin_encoding());
    const auto broken = put_compressed_frame(begun ? *begun : *at.encoding, opcode_of(part), last,
                                             part.bytes(), codec_->bound(part.size()));
    if (broken) {
        fail(broken, alive_);
        return false;
    }
    if (begun) at.encoding = std::move(begun);
    if (last) complete(at.encoding);
    part_sent(last);
    return true;
}

/// Encodes directly into the output. On an error, such as too little room, writes nothing.
std::error_code session::put_compressed_frame(codec_stream& by, opcode code, bool fin,
                                              std::span<const std::byte> payload,
                                              std::size_t room) {
    const bool masked = role() == role::client;
    const auto reserved = code == opcode::continuation ? 0U : compressed_bit;
    frame_header header{code, fin, masked, static_cast<std::uint8_t>(reserved), {}, room};
    const std::size_t before = encoded_size(header);
    std::byte* const to = extend_output(before + room);
    output_queue& queue = lent_ ? lent_->output_ : extra_->output;
    const auto step = by.run(payload, {to + before, room}, fin);
    if (!step || !step->done) {
        queue.drop_back(before + room);
        return step ? make_error_code(std::errc::no_buffer_space) : step.error();
    }
    header.length = step->written;
    const std::size_t size = encoded_size(header);
    if (size != before) std::memmove(to + size, to + before, step->written);
    if (masked) {
        options_->random->fill(header.key);
        mask({to + size, step->written}, header.key);
    }
    encode_frame_header(header, to);
    queue.drop_back(before + room - size - step->written);
    return {};
}

} // namespace weft
