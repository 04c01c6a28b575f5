// SPDX-License-Identifier: MIT
// The memory of a session: queued input, output that moves from lent memory to its own, and what is
// counted against a budget and freed.
#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

#include "core/session_extra.hpp"
#include "core/short_messages.hpp"

namespace weft {
namespace {

/// If less than this is left of a frame, it is read into the caller's buffer, together with
/// whatever follows the frame.
constexpr std::size_t direct_read_min = 64 * 1024;

/// The most that one read takes of a message, so that one message does not occupy the loop for
/// long.
constexpr std::size_t direct_read_max = 512 * 1024;

} // namespace

// --- queued input

/// Returns the queued input, with at least `count` contiguous bytes if that many are queued.
std::span<std::byte> session::gather(std::size_t count) {
    if (!extra_ || extra_->input.empty()) return given();
    byte_queue& retained = extra_->input;
    if (retained.size() < count) {
        const auto missing = std::min(count - retained.size(), given().size());
        retained.append(given().first(missing));
        set_given(given().subspan(missing));
    }
    return retained.bytes();
}

/// Copies the rest of the caller's bytes to the session's own memory.
void session::retain_given() {
    if (given().empty()) return;
    more().input.append(given());
    set_given({});
}

/// Handles input of a session that has ended: waits for the peer's close frame, or drops it.
void session::pass_over_input() noexcept {
    try {
        skip_to_close();
    } catch (const std::bad_alloc&) {
        awaits_close_ = false;
    }
    if (!awaits_close_) return discard_input();
    if (extra_) extra_->assembly.release();
}

void session::discard_input() noexcept {
    if (extra_) {
        extra_->input.clear();
        extra_->assembly.release();
    }
    set_given({});
}

std::span<std::byte> session::input_room() noexcept {
    if (!in_frame_ || state_ != session_state::open || paused_ || compressed_ ||
        discards_messages_ || options_->receives_parts) {
        return {};
    }
    extra& at = *extra_;
    if (at.frame_left < direct_read_min || !at.input.empty() || !given().empty()) return {};
    try {
        const auto room = at.assembly.room(direct_read_min, expected_size());
        const auto most = static_cast<std::size_t>(
            std::min<std::uint64_t>(at.frame_left, direct_read_max));
        return room.first(std::min(room.size(), most));
    } catch (const std::bad_alloc&) {
        return {}; // `receive` will need the same memory, and fail
    }
}

// --- lent memory

void session::borrow(scratch& lent) noexcept {
    assert(!lent_);
    lent.input_ = given();
    lent.received_header_ = {};
    lent.short_end_ = short_messages::end_of_sizes(*options_);
    if (extra_) extra_->given = {};
    lent_ = &lent;
}

void session::keep_output() {
    if (!lent_) return;
    if (!lent_->output_.empty()) more().output.append(lent_->output_);
    if (!lent_->payload_.empty()) more().output.append(lent_->payload_);
    lent_->payload_ = {};
}

void session::settle_output() noexcept {
    if (!lent_ || (lent_->output_.empty() && lent_->payload_.empty())) return;
    try {
        keep_output();
    } catch (const std::bad_alloc&) {
        give_up();
    }
}

void session::settle_input() noexcept {
    try {
        retain_given();
    } catch (const std::bad_alloc&) {
        give_up();
        set_given({});
    }
}

// --- memory of its own

/// Frees the assembled message of the last event.
void session::forget_message() noexcept {
    if (!message_reported_) return;
    message_reported_ = false;
    if (extra_) extra_->assembly.release();
}

session::extra& session::more() {
    if (!extra_) {
        extra_ = std::make_unique<extra>();
        if (lent_) extra_->taken_at = lent_->taken_at_;
    }
    return *extra_;
}

void session::discard_extra_if_empty() noexcept {
    if (!extra_ || paused_ || !extra_->empty()) return;
    if (codec_ && codec_->memory_used() != 0) return; // extra_ counts the codec's memory
    extra_.reset();
}

void session::count_memory(memory_account& account, void* owner, std::size_t beside) noexcept {
    if (!extra_) return;
    std::size_t bytes = beside + sizeof(extra) + extra_->input.capacity() +
        extra_->assembly.memory_used() + extra_->output.memory_used();
    if (extra_->handshake) bytes += extra_->handshake->memory_used();
    if (extra_->decoding) bytes += extra_->decoding->memory_used();
    if (extra_->encoding) bytes += extra_->encoding->memory_used();
    if (codec_) bytes += codec_->memory_used();
    account.change(extra_->held, owner, bytes);
}

void session::forget_account() noexcept {
    if (extra_) extra_->held.leave();
}

/// Keeps an incomplete frame header while the session waits for the peer's close frame, as the next
/// input continues it.
void session::drop_input() noexcept {
    assert(state_ == session_state::closed && !lent_);
    message_reported_ = false;
    pass_over_input();
    if (!awaits_close_ || !extra_) return;
    try {
        byte_queue rest;
        rest.append(extra_->input.bytes());
        extra_->input = std::move(rest);
    } catch (const std::bad_alloc&) {
        awaits_close_ = false;
        discard_input();
    }
}

void session::settle() noexcept {
    settle_output();
    if (!given().empty()) settle_input();
    lent_ = nullptr;
    if (!extra_) return;
    forget_message();
    extra_->input.release_if_empty();
    extra_->output.release_if_empty();
    discard_extra_if_empty();
}

} // namespace weft
