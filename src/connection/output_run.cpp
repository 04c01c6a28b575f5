// SPDX-License-Identifier: MIT
// Runs of frames that connections share; how a connection joins a run, leaves it, and writes it.
#include "connection/output_run.hpp"

#include <cstring>
#include <new>
#include <utility>

#include <weft/connection/connection.hpp>

#include "connection/connection_details.hpp"
#include "core/shared_frames.hpp"

namespace weft {
namespace {

constexpr std::size_t used_max = 64;  // pieces in use at the same time
constexpr std::size_t spare_max = 16; // unused pieces that are kept

} // namespace

// --- memory

/// Drops pieces that output queues still refer to, because a slow reader may need them for long.
std::shared_ptr<std::byte[]> run_memory::take() noexcept {
    if (used_ == used_max) return {};
    try {
        spare_.reserve(spare_max);
        std::shared_ptr<std::byte[]> taken;
        while (!taken && !spare_.empty()) {
            if (spare_.back().use_count() == 1) taken = std::move(spare_.back());
            spare_.pop_back();
        }
        if (!taken) taken = std::make_unique_for_overwrite<std::byte[]>(piece_size);
        ++used_;
        return taken;
    } catch (const std::bad_alloc&) {
        return {};
    }
}

void run_memory::give_back(std::shared_ptr<std::byte[]>&& piece) noexcept {
    --used_;
    auto returned = std::move(piece);
    if (spare_.size() < spare_max) spare_.push_back(std::move(returned));
}

// --- the run

bool output_run::takes(const prepared_message& what) noexcept {
    return what.plain().frame.size() <= frame_size_max;
}

bool output_run::has_room_for(const prepared_message& what) const noexcept {
    return run_memory::piece_size - size_ >= what.plain().frame.size();
}

bool output_run::append(const prepared_message& what, run_memory& from) noexcept {
    if (!takes(what) || !has_room_for(what)) return false;
    if (!bytes_) {
        bytes_ = from.take();
        if (!bytes_) return false;
        memory_ = &from;
    }
    const auto frame = what.plain().frame;
    std::memcpy(bytes_.get() + size_, frame.data(), frame.size());
    last_ = size_;
    size_ += static_cast<std::uint32_t>(frame.size());
    ++messages_;
    return true;
}

bool output_run::join(connection& who, run_place& at) noexcept {
    return who.join_run(*this, at);
}

void output_run::leave(connection& who) noexcept {
    who.leave_run();
}

void output_run::write(connection& who) noexcept {
    if (who.in_run_) who.write_run();
}

shared_bytes output_run::frames_of(const run_place& at) const noexcept {
    return {{bytes_.get() + at.begin, size_of(at)}, bytes_, run_memory::piece_size};
}

void output_run::remove(run_place& at) noexcept {
    at.run = nullptr;
    if (--members_ == 0) free();
}

void output_run::free() noexcept {
    if (bytes_) memory_->give_back(std::move(bytes_));
    size_ = messages_ = last_ = 0;
}

// --- a connection in a run

bool connection::join_run(output_run& run, run_place& at) noexcept {
    if (dead_ || ended_ || depth_ != 0 || session_.borrowing() || writing_ || blocked_ || !extra_ ||
        !shared_frames::may_be_sent(session_)) {
        return false;
    }
    leave_run();
    if (session_.output_size() >= output_that_leaves_at_once) [[unlikely]] {
        write_now();
        return false; // the stream may have called code that ended the run
    }
    if (!is_open()) return false; // no memory to queue its part of the other run
    if (run.size_ == 0) return false; // the last connection in the run has ended meanwhile
    at = {&run, run.last_, run.messages_ - 1};
    ++run.members_;
    extras()->place = &at;
    in_run_ = true;
    driver().at_turn_end(*this);
    return true;
}

/// Leaves the run, and queues this connection's part. Called before anything else is added to the
/// output. May throw std::bad_alloc; then the connection is still in the run.
void connection::queue_run() {
    run_place& at = *extras()->place;
    output_run& from = *at.run;
    shared_frames::send(session_, from.frames_of(at), from.messages_of(at));
    in_run_ = false;
    from.remove(at);
}

/// Does the same. Without memory for it, ends the connection, because the peer must not miss a
/// message.
void connection::queue_run_or_end() noexcept {
    try {
        queue_run();
    } catch (const std::bad_alloc&) {
        forget_run(); // first: when the connection ends, the hub may free its place in the run
        end_at_once(make_error_code(std::errc::not_enough_memory));
    }
}

/// Leaves the run, and writes this connection's part through scratch memory, so that a peer that
/// reads needs no memory of its own. Leaves first, because writing may call code of the application
/// (`io_stream::write_handler`), which may end the subscription or the hub.
void connection::write_run() noexcept {
    const borrowed_scratch lent(*this);
    if (!lent) return queue_run_or_end();
    run_place& at = *extras()->place;
    output_run& from = *at.run;
    shared_bytes frames = from.frames_of(at);
    const std::size_t count = from.messages_of(at);
    in_run_ = false;
    from.remove(at);
    try {
        shared_frames::send_by_reference(session_, std::move(frames), count);
    } catch (const std::bad_alloc&) {
        // Otherwise the peer would miss messages.
        return end_at_once(make_error_code(std::errc::not_enough_memory));
    }
    write_now();
    shared_frames::keep_rest(session_);
}

/// Leaves the run, and drops this connection's part, because the connection ends.
void connection::forget_run() noexcept {
    if (!in_run_) return;
    in_run_ = false;
    extras()->place->run->remove(*extras()->place);
}

std::size_t connection::size_of_run() const noexcept {
    return in_run_ ? extras()->place->run->size_of(*extras()->place) : 0;
}

} // namespace weft
