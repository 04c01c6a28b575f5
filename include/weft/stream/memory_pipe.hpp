// SPDX-License-Identifier: MIT
// Two connected streams in memory, for tests and for peers in one process. No system calls.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/stream.hpp>
#include <weft/stream/work_item.hpp>

namespace weft {

/// One end of a memory pipe.
class memory_stream final : public stream, public work_item {
public:
    ~memory_stream() override;

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override;
    void half_close() noexcept override;
    void close() noexcept override;
    void close_with_reset() noexcept override { reset(); }

    /// Breaks the pipe like a TCP reset: both ends lose undelivered bytes, and the other end's
    /// `on_error` is called with `connection_reset`.
    void reset() noexcept;

    /// Limits the size of one `on_receive` call to `bytes` (at least 1), for tests that split
    /// input.
    void deliver_at_most(std::size_t bytes) noexcept { delivery_max_ = bytes != 0 ? bytes : 1; }

    /// Returns how many bytes were written here and not yet delivered to the other end.
    [[nodiscard]] std::size_t in_flight() const noexcept;
    [[nodiscard]] std::size_t input_pending() const noexcept override;
    [[nodiscard]] std::size_t output_pending() const noexcept override { return in_flight(); }

private:
    friend std::pair<std::unique_ptr<memory_stream>, std::unique_ptr<memory_stream>>
    memory_pipe(weft::driver& first, weft::driver& second, std::size_t capacity);

    memory_stream(weft::driver& owner, std::size_t capacity);

    void run() noexcept override;
    void deliver();
    failure fail(std::errc why) noexcept;
    void wake() noexcept;
    [[nodiscard]] bool has_events() const noexcept;

    stream_events* sink_ = nullptr;
    memory_stream* peer_ = nullptr;
    byte_queue inbox_; // what the peer wrote
    std::size_t capacity_;
    std::size_t delivery_max_;
    bool paused_ = false;
    bool refused_ = false;       // a write was accepted in part: `on_writable` is due
    bool writable_ = false;      // there is room again: call `on_writable`
    bool peer_has_ended_ = false;
    bool eof_reported_ = false;
    bool broken_ = false;
    bool closed_ = false;
    bool half_closed_ = false;
};

/// Creates a pipe that buffers up to `capacity` bytes in each direction.
///
/// Both drivers must belong to the same thread; they may be one driver.
[[nodiscard]] std::pair<std::unique_ptr<memory_stream>, std::unique_ptr<memory_stream>>
memory_pipe(weft::driver& first, weft::driver& second, std::size_t capacity = 64 * 1024);

} // namespace weft
