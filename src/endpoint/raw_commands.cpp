// SPDX-License-Identifier: MIT
// The commands that an application gives a raw connection, and the output that they cause.
#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/raw_set.hpp"

namespace weft {
namespace {

/// Output of at least this size is written at once, without waiting for the end of the turn.
constexpr std::size_t output_that_leaves_at_once = 64 * 1024;

/// Pieces of at least this size are written without being copied first.
constexpr std::size_t large_piece = 16 * 1024;

} // namespace

// --- sending

send_result raw_connection::send(std::span<const std::byte> bytes) {
    assert(driver().called_by_owner("raw_connection::send"));
    if (depth_ == 0) driver().require_owner("raw_connection::send"); // handlers skip this for speed
    if (!is_open()) return send_result::closed;
    if (blocked_ && queue_is_full(bytes.size())) return refuse_to_queue();
    return send_counted(bytes);
}

/// Does the same for output that the limit has already allowed.
send_result raw_connection::send_counted(std::span<const std::byte> bytes) {
    if (blocked_ || writing_ || bytes.size() < large_piece) {
        queue_.append(bytes);
        if (queue_.size() >= output_that_leaves_at_once) write_now();
    } else {
        write_now(bytes);
    }
    if (!is_open()) return send_result::closed; // the stream broke
    after_writing();
    if (!blocked_) return send_result::accepted;
    count_memory();
    if (!is_open()) return send_result::closed;
    share_queue();
    writable_due_ = true;
    return send_result::backed_up;
}

/// Writes the queue and then `more` to the stream, and queues what it does not take of `more`. The
/// stream may call code of the application (`io_stream::write_handler`): what that sends here is
/// queued, and written after what the stream is taking.
void raw_connection::write_now(std::span<const std::byte> more) noexcept {
    if (!stream_ || blocked_ || writing_ || over()) return;
    while (const std::size_t size = queue_.size() + more.size()) {
        const std::array<std::span<const std::byte>, 2> both{queue_.bytes(), more};
        const std::size_t waiting = queue_.size();
        const std::size_t first = waiting == 0 ? 1 : 0;
        const std::size_t last = more.empty() ? 1 : 2;
        writing_ = true;
        const auto taken = stream_->write(std::span(both).subspan(first, last - first));
        writing_ = false;
        if (over()) return; // by the application, meanwhile
        if (!taken) return end_with(taken.error(), side::system);
        const std::size_t of_queue = std::min(*taken, waiting);
        const std::size_t sent_meanwhile = queue_.size() - waiting;
        queue_.consume(of_queue);
        queue_.release_if_empty();
        blocked_ = *taken < size;
        follow_output(*taken);
        keep(std::exchange(more, {}).subspan(*taken - of_queue), sent_meanwhile);
        if (blocked_) return;
    }
}

/// Updates the deadlines that depend on output. Reads the clock only if there is such a deadline,
/// because the turn's time may be old.
void raw_connection::follow_output(std::size_t count) noexcept {
    const bool timed = closing_ || route_->options.output_rate_min != 0;
    if (!blocked_ && !waits_ && !timed && pending_ == 0) return;
    const auto now = driver().read_clock();
    const bool waited = waits_;
    waits_ = blocked_;
    if (pending_ != 0) pending_ += count;
    if (waited && count != 0) {
        peer_took(now);
    } else if (blocked_ && !waited) {
        taken_at_ = now;
    }
    if (closing_ && !blocked_) until_ = deadline_after(now, route_->options.close_timeout);
    follow_rate(pending_ != 0 ? 0 : count, now); // what is on its way counts when it has arrived
    note_pending(now);
}

/// The peer took output that had waited: a sign of life, which also restarts the close timeout.
void raw_connection::peer_took(time_point now) noexcept {
    alive_at_ = taken_at_ = now;
    if (closing_) until_ = deadline_after(now, route_->options.close_timeout);
}

/// Updates how much output the peer has not taken; a small amount is normal for a peer that reads.
void raw_connection::note_pending(time_point now) noexcept {
    constexpr std::size_t that_counts = 4096;
    if (opening()) return;
    const std::size_t before = std::exchange(pending_, stream_->output_pending());
    if (!waits_ && pending_ < that_counts) pending_ = 0;
    if (pending_ < before) {
        peer_took(now);
    } else if (before == 0 && pending_ != 0 && !waits_) {
        taken_at_ = now;
    }
    follow_rate(pending_ < before ? before - pending_ : 0, now);
}

/// Updates the measurement of the output rate. Output that waits but is not queued yet, because it
/// is still in the caller's memory, counts as one byte.
void raw_connection::follow_rate(std::size_t taken, time_point now) noexcept {
    const auto& options = route_->options;
    if (options.output_rate_min == 0) return;
    const std::size_t known = std::max<std::size_t>(queue_.size() + pending_, 1);
    rate_.follow(taken, output_waits() ? known : 0, options.output_rate_min, options.write_stall,
                 now);
}

/// Queues the rest of a piece that was partly written, before the last `later` bytes of the queue.
/// Without memory for it the connection ends, as the stream of bytes would have a gap.
void raw_connection::keep(std::span<const std::byte> rest, std::size_t later) noexcept {
    if (rest.empty()) return;
    try {
        queue_.append(rest);
    } catch (const std::bad_alloc&) {
        return run_out_of_memory();
    }
    const auto both = queue_.bytes().last(later + rest.size());
    std::rotate(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(later), both.end());
}

channel::queue_limit raw_connection::limit() const noexcept {
    return {route_->options.queue_size_max, route_->options.when_full};
}

void raw_connection::end_for_full_queue() noexcept {
    end_at_once(errc::queue_full);
}

// --- pausing

void raw_connection::pause() noexcept {
    driver().require_owner("raw_connection::pause");
    if (over() || closing_ || paused_) return;
    paused_ = true;
    if (depth_ == 0 && !writing_) update();
}

void raw_connection::resume() noexcept {
    driver().require_owner("raw_connection::resume");
    if (over() || !paused_) return;
    paused_ = false;
    alive_at_ = taken_at_ = driver().now();
    rate_ = {};
    if (output_waits()) follow_rate(0, taken_at_);
    if (depth_ == 0) driver().defer(*this);
}

// --- getters

address raw_connection::remote_address() const {
    return stream_ ? stream_->remote_address() : address();
}

raw_handle raw_connection::handle() {
    driver().require_owner("raw_connection::handle");
    return raw_handle(shared_state());
}

// --- what handles have posted

bool raw_connection::holds_back() const noexcept {
    return !opened_ || (extra_ && !extra_->held.empty());
}

/// The message was counted against the limit when it was posted.
void raw_connection::send_posted(posted_message& what) {
    if (is_open()) send_counted(what.whole().bytes());
}

} // namespace weft
