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

/// How bytes travel in one direction of a link. By default at once, whole, and without loss.
struct line {
    duration latency_min{}; ///< from a write to the arrival of its bytes; drawn per write
    duration latency_max{}; ///< bytes never overtake earlier ones

    /// How many bytes may have been written but not yet delivered to the receiver.
    std::size_t capacity = 64 * 1024;

    /// The most bytes that one `on_receive` delivers: a random number up to this, also across
    /// writes.
    std::size_t piece_max = SIZE_MAX;

    std::uint32_t short_write_one_in = 0;  ///< writes that take a part although there is room
    std::uint32_t failed_write_one_in = 0; ///< writes that fail and break the link
};

/// One end of a link, made by a memory network.
///
/// Meets the contract of `stream`, and behaves as TCP does: after its owner has closed it, the
/// other end receives the end of the input, or is reset if something was left unread or is written
/// later.
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

    /// Returns how many bytes this end has written that have not been delivered to the other.
    [[nodiscard]] std::size_t in_flight() const noexcept;

    /// Returns when bytes were last delivered here.
    [[nodiscard]] time_point last_received() const noexcept { return last_received_; }

    /// Returns when a write here last took bytes, by the clock and not by the turn's time, which
    /// may be late.
    [[nodiscard]] time_point last_sent() const noexcept { return last_sent_; }

    /// Returns when a write last continued one that had taken only a part.
    [[nodiscard]] time_point last_went_on() const noexcept { return last_went_on_; }

    /// Returns when the owner last called `output_pending` while the bytes in flight counted, in
    /// that call or the one before. They count from 4 KiB on, and after a write that took only a
    /// part.
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
    void tell_broken();

    result<std::size_t> fail_write(std::error_code why);
    void put(std::span<const std::span<const std::byte>> pieces, std::size_t size);
    void note_taken(std::size_t taken, std::size_t size) noexcept;

    [[nodiscard]] time_point travel() noexcept;
    [[nodiscard]] time_point arrival_of_next() noexcept;
    [[nodiscard]] std::size_t arrived(time_point now) const noexcept;
    [[nodiscard]] time_point next_news() const noexcept;
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
    mutable std::size_t counted_ = 0; // as under way, at the last query
    mutable time_point last_under_way_{};
    time_point writable_ = never; // when this end notices room
    time_point eof_ = never;      // when the end of the input arrives
    time_point broken_ = never;   // when a reset arrives
    std::error_code next_write_;
    bool break_loses_ = false; // the reset also loses what has arrived
    bool paused_ = false;
    bool refused_ = false; // a write took only a part, and `on_writable` is still due
    bool owes_ = false;    // the last write took only a part
    bool eof_told_ = false;
    bool half_closed_ = false;
    bool closed_ = false;
    bool cut_ = false;
};

} // namespace weft::testing
