// SPDX-License-Identifier: MIT
// One end of a link in a memory network: a stream whose bytes arrive late, in pieces, or never.
// Knows nothing of WebSocket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/stream.hpp>
#include <weft/stream/work_item.hpp>
#include <weft/testing/dice.hpp>

namespace weft::testing {

class memory_network;

/// How bytes travel in one direction of a link. By default they arrive at once, whole, and without
/// loss.
struct line {
    duration latency_min{}; ///< from a write to the arrival of its bytes; drawn per write
    duration latency_max{}; ///< bytes never overtake earlier ones

    /// The most bytes that may be written and not yet delivered to the receiver.
    std::size_t capacity = 64 * 1024;

    /// The most bytes that one `on_receive` delivers. The number is random, and independent of the
    /// sizes of the writes.
    std::size_t piece_max = SIZE_MAX;

    std::uint32_t short_write_one_in = 0;  ///< one in this many writes accepts a part only
    std::uint32_t failed_write_one_in = 0; ///< one in this many fails and breaks the link
};

/// One end of a link, made by a memory network.
///
/// Meets the contract of `stream`, and behaves like TCP: after its owner has closed it, the other
/// end receives the end of the input. The other end is reset if this end has left input unread, or
/// if the other end writes again.
class network_stream final : public stream, public timed_work_item {
public:
    ~network_stream() override;

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override;
    void half_close() noexcept override;
    void close() noexcept override;
    void close_with_reset() noexcept override;
    [[nodiscard]] std::size_t input_pending() const noexcept override;
    [[nodiscard]] std::size_t output_pending() const noexcept override;

    // --- faults that a test may cause

    /// Breaks the link: each end fails with `connection_reset`, when the reset reaches it. Data in
    /// flight is lost or, at random, still delivered first.
    void reset() noexcept;

    /// Drops everything that this end writes from now on, including its close: the host has
    /// vanished. Cut both ends to simulate a pulled cable.
    void cut() noexcept { cut_ = true; }

    /// Makes the next write fail with `why`, and breaks the link.
    void fail_next_write(std::error_code why) noexcept { next_write_ = why; }

    /// Changes how bytes that this end writes travel from now on.
    void change(const line& conditions) noexcept { line_ = conditions; }

    // --- observations

    /// Returns how many bytes this end has written that were not yet delivered to the other end.
    [[nodiscard]] std::size_t in_flight() const noexcept;

    /// Returns when bytes were last delivered here.
    [[nodiscard]] time_point last_received() const noexcept { return last_received_; }

    /// Returns when a write here last accepted bytes: the time of the clock, which may be later
    /// than that of the turn.
    [[nodiscard]] time_point last_sent() const noexcept { return last_sent_; }

    /// Returns when this end last wrote again after a write that had accepted only a part.
    [[nodiscard]] time_point last_went_on() const noexcept { return last_went_on_; }

    /// Returns when the owner last called `output_pending` while bytes in flight counted, in that
    /// call or in the one before. Bytes in flight count if there are at least 4 KiB of them, or if
    /// the last write accepted only a part.
    [[nodiscard]] time_point last_under_way() const noexcept { return last_under_way_; }

    /// Returns true if this end was never cut, reset or failed.
    [[nodiscard]] bool intact() const noexcept { return !cut_ && broken_ == never; }

    /// Returns the other end, while it exists.
    [[nodiscard]] network_stream* other() const noexcept { return peer_; }

private:
    friend class memory_network;

    struct arrival {
        time_point due;
        std::size_t size;
    };

    network_stream(memory_network& over, weft::driver& owner, const line& conditions);

    void run() noexcept override;
    void expire() noexcept override { run(); }
    void deliver(std::size_t size);
    void report_break();

    result<std::size_t> fail_write(std::error_code why);
    void put(std::span<const std::span<const std::byte>> pieces, std::size_t size);
    void note_taken(std::size_t taken, std::size_t size) noexcept;

    [[nodiscard]] time_point travel() noexcept;
    [[nodiscard]] time_point arrival_of_next() noexcept;
    [[nodiscard]] std::size_t arrived(time_point now) const noexcept;
    [[nodiscard]] time_point next_change() const noexcept;
    void wake() noexcept;
    void break_at(time_point when) noexcept;

    memory_network& network_;
    line line_; // for what this end writes
    stream_events* sink_ = nullptr;
    network_stream* peer_ = nullptr;
    byte_queue inbox_; // what the other end wrote
    std::vector<arrival> arrivals_;
    std::size_t piece_max_ = SIZE_MAX; // bytes delivered at a time
    std::size_t lost_ = 0;             // written, but will never arrive
    time_point last_due_{};
    time_point last_received_{};
    time_point last_sent_{};
    time_point last_went_on_{};
    mutable std::size_t counted_ = 0; // bytes in flight, at the last query
    mutable time_point last_under_way_{};
    time_point writable_ = never; // when this end notices room
    time_point eof_ = never;      // when the end of the input arrives
    time_point broken_ = never;   // when a reset arrives
    std::error_code next_write_;
    bool break_loses_ = false; // the reset also loses what has arrived
    bool paused_ = false;
    bool refused_ = false; // a write was accepted in part: `on_writable` is due
    bool owes_ = false;    // the last write was accepted in part
    bool eof_reported_ = false;
    bool half_closed_ = false;
    bool closed_ = false;
    bool cut_ = false;
};

} // namespace weft::testing
