// SPDX-License-Identifier: MIT
// One end of a link in a memory network: a stream whose bytes take their time, come in pieces, and
// may be lost. It knows nothing of WebSocket.
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

/// How bytes travel in one direction of a link. As it stands: at once, whole, and all of them.
struct line {
    duration latency_min{}; ///< from a write to the arrival of its bytes; drawn for each write
    duration latency_max{}; ///< they never overtake each other

    /// Bytes that may have been written and not yet been told to the receiver.
    std::size_t capacity = 64 * 1024;

    /// Bytes that one `on_receive` is told: any number up to this, also across writes.
    std::size_t piece_max = SIZE_MAX;

    std::uint32_t short_write_one_in = 0;  ///< writes that take a part though there is room
    std::uint32_t failed_write_one_in = 0; ///< writes that fail and break the link
};

/// One end of a link, made by a memory network.
///
/// A stream like any other, which behaves as TCP does: after its owner has closed it, the other end
/// is told the end of the input, or is reset if something was left unread or is written later.
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

    // --- what may happen to it

    /// Breaks the link: both ends are told `connection_reset`, each when it hears of it. What is
    /// under way is lost, or at random still told before.
    void reset() noexcept;

    /// From now on nothing that this end writes arrives, nor its end: its side has vanished. Cut
    /// both ends for a cable that was pulled.
    void cut() noexcept { cut_ = true; }

    /// The next write fails with `why`, and the link is broken.
    void fail_next_write(std::error_code why) noexcept { next_write_ = why; }

    /// How what this end writes travels from now on.
    void change(const line& conditions) noexcept { line_ = conditions; }

    // --- what has happened to it

    /// Bytes that this end has written and the other has not been told.
    [[nodiscard]] std::size_t in_flight() const noexcept;

    /// When bytes were last told here.
    [[nodiscard]] time_point last_received() const noexcept { return last_received_; }

    /// When bytes were last taken here, by the clock and not the turn, which may be late.
    [[nodiscard]] time_point last_sent() const noexcept { return last_sent_; }

    /// The same for bytes of which a write before had taken only a part.
    [[nodiscard]] time_point last_went_on() const noexcept { return last_went_on_; }

    /// When its owner last asked what is under way, and that counted, or had counted when it asked
    /// before: as much as puts deadlines off, or anything behind a write that took only a part.
    [[nodiscard]] time_point last_under_way() const noexcept { return last_under_way_; }

    /// Whether nothing was cut, reset or failed here.
    [[nodiscard]] bool intact() const noexcept { return !cut_ && broken_ == never; }

    /// The other end, while both exist.
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
    line line_; // of what this end writes
    stream_events* sink_ = nullptr;
    network_stream* peer_ = nullptr;
    byte_queue inbox_; // what the other end wrote
    std::vector<arrival> arrivals_;
    std::size_t piece_max_ = SIZE_MAX; // that are told at a time
    std::size_t lost_ = 0;             // written, and never to arrive
    time_point last_due_{};
    time_point last_received_{};
    time_point last_sent_{};
    time_point last_went_on_{};
    mutable std::size_t counted_ = 0; // as under way, when that was last asked
    mutable time_point last_under_way_{};
    time_point writable_ = never; // when room is noticed
    time_point eof_ = never;      // when the end of the input arrives
    time_point broken_ = never;   // when a reset arrives
    std::error_code next_write_;
    bool break_loses_ = false; // what has arrived, too
    bool paused_ = false;
    bool refused_ = false; // a write took only a part, and room was not told yet
    bool owes_ = false;    // the last write took only a part
    bool eof_told_ = false;
    bool half_closed_ = false;
    bool closed_ = false;
    bool cut_ = false;
};

} // namespace weft::testing
