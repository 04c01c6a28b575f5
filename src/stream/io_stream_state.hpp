// SPDX-License-Identifier: MIT
// The state that the caller's end and the connection's end share. It exists until both ends are
// destroyed.
#pragma once

#include <weft/stream/io_stream.hpp>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/work_item.hpp>

namespace weft {

/// The most input that `read_some` queues, and the most that one `>>` reads, in bytes.
constexpr std::size_t io_stream_input_max = 64 * 1024;

class io_stream::state final : public work_item {
public:
    state(weft::driver& owner, write_handler output, io_stream_options options)
        : driver_(owner), output_(std::move(output)), options_(std::move(options)) {}

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }
    [[nodiscard]] const io_stream_options& options() const noexcept { return options_; }

    // --- called by the caller's end
    void on_shutdown(function<void()> handler) { shutdown_ = std::move(handler); }
    void feed(std::span<const std::byte> bytes);
    [[nodiscard]] std::size_t room() const noexcept;
    void eof() noexcept;
    void fatal_error(std::error_code why) noexcept;
    void writable() noexcept;
    [[nodiscard]] bool blocked() const noexcept { return blocked_; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    void caller_left() noexcept;

    // --- called by the connection's end
    void connection_came() noexcept { connection_ = true; }
    void start(stream_events& sink) noexcept;
    void pause() noexcept { paused_ = true; }
    void resume() noexcept;
    result<std::size_t> write(std::span<const std::span<const std::byte>> pieces) noexcept;
    void half_close() noexcept;
    void close() noexcept;
    void connection_left() noexcept;
    [[nodiscard]] std::size_t input_pending() const noexcept {
        return inbox_.size() + (error_ || (ended_ && !eof_reported_) ? 1 : 0);
    }
    [[nodiscard]] std::size_t output_pending() const noexcept {
        return caller_ && options_.output_pending ? options_.output_pending() : 0;
    }

private:
    void run() noexcept override;
    void deliver() noexcept;
    void report_shutdown() noexcept;
    void deliver_input();
    void wake() noexcept;
    [[nodiscard]] bool input_waits() const noexcept;
    [[nodiscard]] bool has_events() const noexcept;
    result<std::size_t> call_output(std::span<const std::span<const std::byte>> pieces) noexcept;
    void leave(bool& side) noexcept;

    weft::driver& driver_;
    write_handler output_;
    function<void()> shutdown_;
    io_stream_options options_;
    stream_events* sink_ = nullptr;
    byte_queue inbox_;
    std::error_code error_;
    bool caller_ = true; // the caller's end exists
    bool connection_ = false; // the connection's end exists
    bool paused_ = false;
    bool declined_ = false;
    bool blocked_ = false;   // output waits
    bool can_write_ = false; // `writable` was called after output began to wait
    bool writing_ = false;   // the write handler is running
    bool ended_ = false;     // `eof` was called
    bool eof_reported_ = false;
    bool half_closed_ = false;
    bool closed_ = false;
    bool shutdown_waits_ = false; // the `on_shutdown` handler is due
};

/// The connection's end of an io_stream.
class io_stream::end final : public stream {
public:
    explicit end(state& shared) noexcept : stream(shared.driver()), state_(shared) {
        state_.connection_came();
    }
    ~end() override { state_.connection_left(); }

    void start(stream_events& sink) noexcept override { state_.start(sink); }
    void pause() noexcept override { state_.pause(); }
    void resume() noexcept override { state_.resume(); }
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override {
        return state_.write(pieces);
    }
    void half_close() noexcept override { state_.half_close(); }
    void close() noexcept override { state_.close(); }
    [[nodiscard]] address local_address() const override { return state_.options().local; }
    [[nodiscard]] address remote_address() const override { return state_.options().remote; }
    [[nodiscard]] bool secure() const noexcept override { return state_.options().secure; }
    [[nodiscard]] std::size_t input_pending() const noexcept override {
        return state_.input_pending();
    }
    [[nodiscard]] std::size_t output_pending() const noexcept override {
        return state_.output_pending();
    }
    [[nodiscard]] bool calls_application() const noexcept override { return true; }

private:
    state& state_;
};

} // namespace weft
