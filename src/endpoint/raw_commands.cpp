// SPDX-License-Identifier: MIT
// What an application tells a raw connection to do, and the output that comes of it.
#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/raw_set.hpp"

namespace weft {
namespace {

/// So much output leaves at once, without waiting for the end of the turn.
constexpr std::size_t output_that_leaves_at_once = 64 * 1024;

/// From this size on bytes are written from where their sender has them.
constexpr std::size_t large_piece = 16 * 1024;

} // namespace

// --- sending

send_result raw_connection::send(std::span<const std::byte> bytes) {
    assert(driver().called_by_owner("raw_connection::send"));
    if (!is_open()) return send_result::closed;
    if (blocked_ && queue_is_full(bytes.size())) return refuse_to_queue();
    if (blocked_ || bytes.size() < large_piece) {
        queue_.append(bytes);
        if (queue_.size() >= output_that_leaves_at_once) write_now();
    } else {
        keep(bytes.subspan(write_now(bytes)));
    }
    if (!is_open()) return send_result::closed; // the stream broke
    after_writing();
    if (!blocked_) return send_result::accepted;
    tell_writable_ = true;
    return send_result::backed_up;
}

/// Hands the queue, and `more` behind it, to the stream; returns how much of `more` it took.
std::size_t raw_connection::write_now(std::span<const std::byte> more) noexcept {
    if (!stream_ || blocked_ || over()) return 0;
    const std::array<std::span<const std::byte>, 2> both{queue_.bytes(), more};
    const std::size_t size = queue_.size() + more.size();
    if (size == 0) return 0;
    const std::size_t first = queue_.empty() ? 1 : 0;
    const std::size_t last = more.empty() ? 1 : 2;
    const auto taken = stream_->write(std::span(both).subspan(first, last - first));
    if (!taken) {
        end_with(taken.error(), side::system);
        return 0;
    }
    const std::size_t of_queue = std::min(*taken, queue_.size());
    queue_.consume(of_queue);
    queue_.release_if_empty();
    blocked_ = *taken < size;
    return *taken - of_queue;
}

/// A part has been written: without memory for the rest the connection cannot go on.
void raw_connection::keep(std::span<const std::byte> rest) noexcept {
    if (rest.empty() || over()) return;
    try {
        queue_.append(rest);
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
    }
}

/// Output that was not made by the innermost handler leaves at the end of the turn.
void raw_connection::after_writing() noexcept {
    if (depth_ == 0 || suspended_) {
        driver().at_turn_end(*this);
    } else if (!blocked_) {
        driver().output_waits();
    }
}

bool raw_connection::queue_is_full(std::size_t more) const noexcept {
    const std::size_t waiting = queue_.size();
    const auto& options = route_->options;
    // Up to there an answer of any size is taken: beyond, nothing is heard that asks for one.
    const bool pauses = options.when_full == queue_policy::pause;
    const std::size_t always_taken = pauses ? options.queue_size_max / 2 : 0;
    const std::size_t limit = options.queue_size_max;
    return waiting > always_taken && (waiting >= limit || more > limit - waiting);
}

send_result raw_connection::refuse_to_queue() noexcept {
    tell_writable_ = true;
    if (route_->options.when_full == queue_policy::close) end_with(errc::queue_full, side::local);
    return send_result::dropped;
}

/// From half the limit on, until all has drained, nothing is heard of a peer that does not read
/// its answers.
bool raw_connection::queue_pauses() noexcept {
    const auto& options = route_->options;
    const bool applies = blocked_ && answers_wait_ && options.when_full == queue_policy::pause;
    held_back_ = applies && (held_back_ || queue_.size() > options.queue_size_max / 2);
    return held_back_;
}

// --- pausing

void raw_connection::pause() noexcept {
    assert(driver().called_by_owner("raw_connection::pause"));
    if (over() || closing_ || std::exchange(paused_, true)) return;
    if (depth_ == 0) update();
}

void raw_connection::resume() noexcept {
    assert(driver().called_by_owner("raw_connection::resume"));
    if (over() || !std::exchange(paused_, false)) return;
    heard_at_ = driver().now();
    if (depth_ == 0) driver().defer(*this);
}

// --- getters

address raw_connection::local_address() const {
    return stream_ ? stream_->local_address() : address();
}

address raw_connection::remote_address() const {
    return stream_ ? stream_->remote_address() : address();
}

std::any& raw_connection::data() {
    return more().data;
}

raw_handle raw_connection::handle() {
    assert(driver().called_by_owner("raw_connection::handle"));
    auto& ticket = more().ticket;
    if (!ticket && !dead_ && !ended_) ticket = driver().issue_ticket(this);
    return {driver(), ticket.value_or(driver::ticket{})};
}

// --- handles

bool raw_handle::with(function<void(raw_connection&)> work) const {
    if (!mailbox_) return false;
    return mailbox_->post([owner = driver_, issued = ticket_, work = std::move(work)]() mutable {
        auto* const target = static_cast<raw_connection*>(owner->redeem(issued));
        if (target) target->do_posted(work);
    });
}

bool raw_handle::send(std::string bytes) const {
    return with([bytes = std::move(bytes)](raw_connection& to) { to.send(bytes); });
}

bool raw_handle::send(std::vector<std::byte> bytes) const {
    return with([bytes = std::move(bytes)](raw_connection& to) { to.send(std::span(bytes)); });
}

bool raw_handle::close() const {
    return with([](raw_connection& which) { which.close(); });
}

bool raw_handle::abort() const {
    return with([](raw_connection& which) { which.abort(); });
}

} // namespace weft
