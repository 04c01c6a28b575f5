// SPDX-License-Identifier: MIT
// A stream of a memory network: what is written is queued at the other end until it is due.
#include <weft/testing/network_stream.hpp>

#include <algorithm>
#include <new>
#include <utility>

#include <weft/testing/memory_network.hpp>

namespace weft::testing {

network_stream::network_stream(memory_network& over, weft::driver& owner, const line& conditions)
    : stream(owner), network_(over), line_(conditions) {
    driver().take_place(*this);
    network_.streams_.push_back(this);
}

network_stream::~network_stream() {
    network_stream::close();
    std::erase(network_.streams_, this);
}

void network_stream::start(stream_events& sink) noexcept {
    sink_ = &sink;
    wake();
}

void network_stream::pause() noexcept {
    paused_ = true;
}

void network_stream::resume() noexcept {
    paused_ = false;
    wake();
}

std::size_t network_stream::in_flight() const noexcept {
    return lost_ + (peer_ ? peer_->inbox_.size() : 0);
}

/// Less than 4 KiB does not count as progress: that much is always in flight to a peer that reads.
std::size_t network_stream::output_pending() const noexcept {
    constexpr std::size_t much = 4096;
    const std::size_t size = in_flight();
    const std::size_t before = std::exchange(counted_, owes_ || size >= much ? size : 0);
    if (before != 0 || counted_ != 0) last_under_way_ = driver().read_clock();
    return size;
}

// --- writing

time_point network_stream::travel() noexcept {
    return driver().now() + network_.chance().between(line_.latency_min, line_.latency_max);
}

/// Returns when bytes written now arrive: after everything written before.
time_point network_stream::arrival_of_next() noexcept {
    peer_->last_due_ = std::max(peer_->last_due_, travel());
    return peer_->last_due_;
}

result<std::size_t>
network_stream::write(std::span<const std::span<const std::byte>> pieces) noexcept {
    dice& chance = network_.chance();
    if (closed_ || half_closed_) return failure(std::make_error_code(std::errc::broken_pipe));
    if (broken_ <= driver().now()) {
        return fail_write(std::make_error_code(std::errc::connection_reset));
    }
    if (next_write_) return fail_write(next_write_);
    if (chance.one_in(line_.failed_write_one_in)) {
        return fail_write(std::make_error_code(std::errc::connection_aborted));
    }
    std::size_t size = 0;
    for (const auto piece : pieces)
        size += piece.size();
    const std::size_t room = line_.capacity - std::min(line_.capacity, in_flight());
    std::size_t taken = std::min(size, room);
    if (taken > 1 && chance.one_in(line_.short_write_one_in)) taken = chance.between(1, taken - 1);
    try {
        put(pieces, taken);
    } catch (const std::bad_alloc&) {
        return fail_write(std::make_error_code(std::errc::not_enough_memory));
    }
    note_taken(taken, size);
    refused_ = taken < size;
    if (refused_ && taken < room) writable_ = travel();
    wake();
    return taken;
}

void network_stream::note_taken(std::size_t taken, std::size_t size) noexcept {
    const bool went_on = std::exchange(owes_, taken < size);
    if (taken == 0) return;
    last_sent_ = driver().read_clock();
    if (went_on) last_went_on_ = last_sent_;
}

result<std::size_t> network_stream::fail_write(std::error_code why) {
    reset();
    close();
    return failure(why);
}

/// Sends the first `size` bytes of `pieces`.
void network_stream::put(std::span<const std::span<const std::byte>> pieces, std::size_t size) {
    if (size == 0) return;
    if (cut_ || !peer_) {
        lost_ += size;
        if (!cut_) break_at(travel()); // the peer's end is closed, and answers with a reset
        return;
    }
    peer_->piece_max_ = std::max<std::size_t>(line_.piece_max, 1);
    peer_->arrivals_.push_back({arrival_of_next(), size});
    for (const auto piece : pieces) {
        const auto part = piece.first(std::min(piece.size(), size));
        peer_->inbox_.append(part);
        size -= part.size();
    }
    peer_->wake();
}

// --- the end

void network_stream::half_close() noexcept {
    if (std::exchange(half_closed_, true) || !peer_ || cut_) return;
    peer_->eof_ = arrival_of_next();
    peer_->wake();
}

void network_stream::close() noexcept {
    if (std::exchange(closed_, true)) return;
    driver().cancel(*this);
    driver().disarm(*this);
    if (!peer_) return;
    const bool unread = !inbox_.empty();
    if (unread && !cut_) {
        peer_->break_at(arrival_of_next());
    } else {
        half_close();
    }
    network_stream& other = *std::exchange(peer_, nullptr);
    other.peer_ = nullptr;
    other.lost_ += inbox_.size();
    if (cut_) {
        other.cut_ = true;
    } else if (other.refused_) {
        other.writable_ = std::min(other.writable_, travel()); // so that it writes and fails
        other.wake();
    }
}

void network_stream::close_with_reset() noexcept {
    if (!cut_) reset();
    close();
}

void network_stream::reset() noexcept {
    if (closed_ || !peer_) return;
    network_stream& other = *std::exchange(peer_, nullptr);
    other.peer_ = nullptr;
    break_at(other.travel());
    other.break_at(travel());
}

void network_stream::break_at(time_point when) noexcept {
    broken_ = std::min(broken_, when);
    break_loses_ = network_.chance().one_in(2);
    wake();
}

// --- delivery

std::size_t network_stream::arrived(time_point now) const noexcept {
    std::size_t size = 0;
    for (const arrival& one : arrivals_)
        size += one.due <= now ? one.size : 0;
    return size;
}

std::size_t network_stream::input_pending() const noexcept {
    const time_point now = driver().now();
    if (closed_ || eof_reported_) return 0;
    return arrived(now) + (eof_ <= now || broken_ <= now ? 1 : 0);
}

/// Returns when there is something to deliver; an end or error behind unread bytes waits for those.
time_point network_stream::next_change() const noexcept {
    if (!sink_ || closed_) return never;
    time_point first = writable_;
    if (break_loses_ || inbox_.empty()) first = std::min(first, broken_);
    if (paused_) return first;
    if (!inbox_.empty()) return std::min(first, arrivals_.front().due);
    return eof_reported_ ? first : std::min(first, eof_);
}

void network_stream::wake() noexcept {
    const time_point first = next_change();
    if (first <= driver().now()) {
        driver().defer(*this);
    } else {
        driver().arm(*this, first);
    }
}

void network_stream::run() noexcept {
    const time_point now = driver().now();
    if (next_change() > now) return wake();
    if (broken_ <= now && (break_loses_ || inbox_.empty())) return report_break();
    if (writable_ <= now) {
        writable_ = never;
        refused_ = false;
        sink_->on_writable();
    } else if (!sink_->wants_bytes()) {
        paused_ = true; // until `resume`
    } else if (const std::size_t size = arrived(now); size != 0) {
        deliver(size);
    } else {
        eof_reported_ = true;
        sink_->on_eof();
    }
    wake();
}

void network_stream::report_break() {
    close();
    sink_->on_error(std::make_error_code(std::errc::connection_reset));
}

void network_stream::deliver(std::size_t size) {
    if (piece_max_ != SIZE_MAX) size = network_.chance().between(1, std::min(size, piece_max_));
    const auto front = inbox_.bytes().first(size);
    std::vector<std::byte> bytes(front.begin(), front.end()); // copied: the sink may write
    inbox_.consume(size);
    inbox_.release_if_empty();
    for (std::size_t left = size; left != 0;) {
        arrival& first = arrivals_.front();
        const std::size_t part = std::min(left, first.size);
        first.size -= part;
        left -= part;
        if (first.size == 0) arrivals_.erase(arrivals_.begin());
    }
    if (peer_ && peer_->refused_) {
        peer_->writable_ = std::min(peer_->writable_, peer_->travel());
        peer_->wake();
    }
    last_received_ = driver().now();
    sink_->on_receive(bytes);
}

} // namespace weft::testing
