// SPDX-License-Identifier: MIT
// Any AsyncReadStream and AsyncWriteStream of Asio as a Weft stream. Shared by standalone Asio and
// Boost.Asio, and includes neither; knows no WebSocket.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <system_error>
#include <utility>

#include <weft/asio/executor_driver.hpp>
#include <weft/asio/layer_operations.hpp>
#include <weft/core/byte_queue.hpp>
#include <weft/stream/stream.hpp>

namespace weft {

/// Carries bytes over `Layer`, which is connected: a socket, a TLS stream whose handshake is done,
/// or a stream type of the application.
///
/// One read is always pending unless reading is paused; bytes that a pending read delivers after
/// `pause` are kept until `resume`. Output to a socket is written at once; for other layers, up to
/// 64 KiB are copied and then written in order. If Asio operations are pending when the stream is
/// destroyed, the layer exists until they end. A stream type of the application needs a `close()`,
/// or a `lowest_layer()` that has one.
template <class Asio, class Layer>
class executor_stream final : public stream, private work_item {
    using error_code = typename Asio::error_code;
    using driver_type = executor_driver<Asio>;
    static constexpr bool writes_at_once = asio_socket<Asio, Layer>;

public:
    /// Creates a stream on the driver `on`. The layer may have another executor: its completion
    /// handlers run on the driver's.
    executor_stream(std::shared_ptr<driver_type> on, Layer layer)
        : stream(*on),
          channel_(std::make_shared<channel>(prepared(std::move(on)), std::move(layer), this)) {
        error_code ignored;
        if constexpr (writes_at_once) channel_->layer.non_blocking(true, ignored);
        do_not_delay<Asio>(channel_->layer);
    }
    ~executor_stream() override { executor_stream::close(); }

    /// Returns the layer, for socket options and the like. Only this stream may read from it, write
    /// to it or close it.
    [[nodiscard]] Layer& layer() noexcept { return channel_->layer; }

    /// Returns the layer and closes this stream; only before `start`.
    [[nodiscard]] Layer release() noexcept {
        closed_ = true;
        return std::move(channel_->layer);
    }

    void start(stream_events& sink) noexcept override {
        sink_ = &sink;
        driver().defer(*this);
    }

    void pause() noexcept override { paused_ = true; }

    void resume() noexcept override {
        paused_ = false;
        if (has_events()) driver().defer(*this);
    }

    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override {
        if (closed_ || half_closed_) return failure(std::make_error_code(std::errc::broken_pipe));
        try {
            if constexpr (writes_at_once) {
                return write_now(pieces);
            } else {
                return write_behind(pieces);
            }
        } catch (const std::bad_alloc&) {
            close();
            return failure(std::make_error_code(std::errc::not_enough_memory));
        }
    }

    void half_close() noexcept override {
        if (closed_ || std::exchange(half_closed_, true)) return;
        if (writes_at_once || !writing_) end_writing();
    }

    void close() noexcept override {
        if (std::exchange(closed_, true)) return;
        driver().cancel(*this);
        channel_->owner = nullptr;
        remember_ends();
        close_layer<Asio>(channel_->layer);
    }

    [[nodiscard]] address local_address() const override {
        if (ends_) return ends_->local;
        return closed_ ? address() : local_address_of<Asio>(channel_->layer);
    }
    [[nodiscard]] address remote_address() const override {
        if (ends_) return ends_->remote;
        return closed_ ? address() : remote_address_of<Asio>(channel_->layer);
    }
    [[nodiscard]] bool secure() const noexcept override { return has_async_shutdown<Layer>; }

    /// Asio may already have taken bytes from the system while the handler of the pending read
    /// still waits in Asio's queue. Asio calls that handler within a few turns, and this function
    /// is called at most once a turn, to check a deadline. So the first calls after a read has
    /// begun count a full buffer.
    [[nodiscard]] std::size_t input_pending() const noexcept override {
        if (closed_ || eof_reported_) return 0;
        const bool unknown = reading_ && calls_in_read_ < calls_before_handler;
        calls_in_read_ += unknown;
        const std::size_t here = arrived_ + (eof_ || why_ ? 1 : 0) + (unknown ? room_ : 0);
        return here + available_in<Asio>(channel_->layer);
    }

    /// Includes bytes that the system has accepted and the peer's system has not acknowledged, if
    /// the system reports their number.
    [[nodiscard]] std::size_t output_pending() const noexcept override {
        if (closed_) return 0;
        return waiting_.size() + channel_->output.size() + unconfirmed_in<Asio>(channel_->layer);
    }

private:
    static constexpr std::size_t first_read = 1024;
    static constexpr std::size_t read_max = 64 * 1024;
    static constexpr std::size_t waiting_max = 64 * 1024;
    static constexpr std::size_t pieces_max = 16;
    static constexpr std::uint8_t calls_before_handler = 4;

    static std::shared_ptr<driver_type> prepared(std::shared_ptr<driver_type> on) {
        on->prepare();
        return on;
    }

    /// The addresses of a layer that has been closed.
    struct ends {
        address local;
        address remote;
    };

    /// What pending Asio operations share with the stream, so that the layer exists until they end.
    struct channel {
        channel(std::shared_ptr<driver_type> on, Layer&& given, executor_stream* by)
            : driver(std::move(on)), layer(std::move(given)), owner(by),
              same_executor(driver->executor() == executor_of(layer)) {}

        static typename Asio::any_io_executor executor_of(Layer& which) {
            return which.get_executor();
        }

        std::shared_ptr<driver_type> driver;
        Layer layer;
        executor_stream* owner; // null once the stream is closed
        bool same_executor;     // the layer's executor is the driver's
        std::unique_ptr<std::byte[]> input;
        byte_queue output; // being written; unused for sockets
    };

    /// The pieces of one write (at most `pieces_max`) as a buffer sequence.
    struct gathered {
        using value_type = typename Asio::const_buffer;
        using const_iterator = const value_type*;

        explicit gathered(std::span<const std::span<const std::byte>> pieces)
            : count(std::min(pieces.size(), pieces_max)) {
            for (std::size_t i = 0; i < count; ++i) {
                all[i] = {pieces[i].data(), pieces[i].size()};
                size += pieces[i].size();
            }
        }

        [[nodiscard]] const_iterator begin() const noexcept { return all.data(); }
        [[nodiscard]] const_iterator end() const noexcept { return all.data() + count; }

        std::array<value_type, pieces_max> all;
        std::size_t count;
        std::size_t size = 0;
    };

    /// Begins an operation with `start`, and calls `then(stream, results...)` in a turn when it
    /// completes, unless the stream is closed by then.
    template <class Start, class Then>
    void begin(Start&& start, Then then) {
        auto done = [kept = channel_, then](const auto&... results) {
            if (!kept->owner) return;
            kept->driver->enter([&] {
                if (kept->owner) then(*kept->owner, results...);
            });
        };
        if (channel_->same_executor) {
            start(std::move(done));
        } else {
            start(Asio::bind(channel_->driver->executor(), std::move(done)));
        }
    }

    // --- reading

    [[nodiscard]] bool has_events() const noexcept {
        if (!sink_ || closed_) return false;
        return why_ || (!paused_ && !reading_ && !delivering_ && !eof_reported_);
    }

    void run() noexcept override {
        if (!has_events()) return;
        if (why_) return fail(why_);
        if (arrived_ != 0 || eof_) {
            if (sink_->wants_bytes()) return deliver();
            paused_ = true; // until `resume`
        } else {
            read();
        }
    }

    void read() noexcept {
        reading_ = true;
        calls_in_read_ = 0;
        try {
            if (!channel_->input) {
                channel_->input = std::make_unique_for_overwrite<std::byte[]>(room_);
            }
            const typename Asio::mutable_buffer into(channel_->input.get(), room_);
            begin([&](auto&& done) { channel_->layer.async_read_some(into, std::move(done)); },
                  [](executor_stream& here, const error_code& why, std::size_t size) {
                      here.received(why, size);
                  });
        } catch (const std::bad_alloc&) {
            reading_ = false;
            why_ = std::make_error_code(std::errc::not_enough_memory);
            driver().defer(*this);
        }
    }

    void received(const error_code& why, std::size_t size) noexcept {
        reading_ = false;
        arrived_ = size;
        if (Asio::is_eof(why)) {
            eof_ = true;
        } else if (why) {
            why_ = why;
        }
        run();
    }

    void deliver() noexcept {
        if (const std::size_t size = std::exchange(arrived_, 0)) {
            delivering_ = true; // a nested turn must not read into these bytes
            sink_->on_receive({channel_->input.get(), size});
            delivering_ = false;
            if (closed_) return;
            fit_room(size);
            if (has_events() && !eof_) return read();
        } else {
            eof_reported_ = true;
            sink_->on_eof();
        }
        if (has_events()) driver().defer(*this);
    }

    /// Enlarges the buffer for a peer that fills it, and shrinks it again for one that does not.
    void fit_room(std::size_t size) noexcept {
        const std::size_t before = room_;
        if (size == room_) {
            room_ = std::min(room_ * 4, read_max);
        } else if (size < room_ / 16) {
            room_ = first_read;
        }
        if (room_ != before) channel_->input.reset();
    }

    void fail(std::error_code why) noexcept {
        close();
        sink_->on_error(why);
    }

    // --- writing to a socket

    result<std::size_t> write_now(std::span<const std::span<const std::byte>> pieces) {
        std::size_t taken = 0;
        while (!pieces.empty()) {
            const gathered buffers(pieces);
            pieces = pieces.subspan(buffers.count);
            error_code why;
            auto& socket = channel_->layer;
            const std::size_t part = buffers.count == 1 ? socket.write_some(buffers.all[0], why)
                                                        : socket.write_some(buffers, why);
            if (why && !Asio::would_block(why)) {
                close();
                return failure(std::error_code(why));
            }
            taken += part;
            if (part < buffers.size) {
                wait_for_room();
                break;
            }
        }
        return taken;
    }

    void wait_for_room() {
        if (std::exchange(writing_, true)) return;
        begin([&](auto&& done) {
            channel_->layer.async_wait(Layer::wait_write, std::move(done));
        }, [](executor_stream& here, const error_code&) {
            here.writing_ = false;
            here.sink_->on_writable(); // an error shows in the next write
        });
    }

    // --- writing to other layers

    result<std::size_t> write_behind(std::span<const std::span<const std::byte>> pieces) {
        std::size_t size = 0;
        for (const auto piece : pieces) size += piece.size();
        std::size_t left = std::min(size, waiting_max - std::min(waiting_max, waiting_.size()));
        const std::size_t taken = left;
        waiting_.reserve(taken);
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(left, piece.size()));
            waiting_.append(part);
            left -= part.size();
        }
        refused_ |= taken < size;
        if (!writing_) write_next();
        return taken;
    }

    /// Writes what is waiting; the sink's `on_writable` is called once `waiting_` is empty again.
    void write_next() {
        auto& output = channel_->output;
        if (output.empty()) {
            std::swap(output, waiting_);
            waiting_.clear();
        }
        if (output.empty()) return end_writing_if_wanted();
        writing_ = true;
        const auto bytes = std::as_const(output).bytes();
        begin([&](auto&& done) {
            channel_->layer.async_write_some(
                typename Asio::const_buffer(bytes.data(), bytes.size()), std::move(done));
        }, [](executor_stream& here, const error_code& why, std::size_t size) {
            here.wrote(why, size);
        });
    }

    void wrote(const error_code& why, std::size_t size) noexcept {
        writing_ = false;
        if (why) return fail(why);
        channel_->output.consume(size);
        try {
            write_next();
        } catch (const std::bad_alloc&) {
            return fail(std::make_error_code(std::errc::not_enough_memory));
        }
        if (waiting_.empty() && std::exchange(refused_, false)) sink_->on_writable();
    }

    // --- the end

    /// Keeps the addresses for calls after the stream is closed. If there is no memory, they are
    /// lost.
    void remember_ends() noexcept {
        try {
            ends_ = std::make_unique<ends>(ends{local_address_of<Asio>(channel_->layer),
                                                remote_address_of<Asio>(channel_->layer)});
        } catch (const std::bad_alloc&) {
            return;
        }
    }

    void end_writing_if_wanted() noexcept {
        if (half_closed_) end_writing();
    }

    /// Ends writing. The result is ignored: reading ends with the peer's close, or with an error.
    void end_writing() noexcept {
        if constexpr (has_async_shutdown<Layer>) {
            try {
                begin([&](auto&& done) { channel_->layer.async_shutdown(std::move(done)); },
                      [](executor_stream&, const error_code&) {});
            } catch (const std::bad_alloc&) {
                why_ = std::make_error_code(std::errc::not_enough_memory);
                driver().defer(*this);
            }
        } else {
            half_close_layer<Asio>(channel_->layer);
        }
    }

    std::shared_ptr<channel> channel_;
    stream_events* sink_ = nullptr;
    std::unique_ptr<ends> ends_; // set once it is closed
    byte_queue waiting_; // output to write after `channel::output`
    std::error_code why_;
    std::size_t room_ = first_read;
    std::size_t arrived_ = 0; // bytes of input not yet delivered
    bool eof_ = false;
    bool eof_reported_ = false;
    bool paused_ = false;
    bool reading_ = false; // an operation is pending; likewise `writing_`
    bool writing_ = false;
    mutable std::uint8_t calls_in_read_ = 0; // of `input_pending`, since the read began
    bool delivering_ = false;
    bool refused_ = false; // a write was accepted in part
    bool half_closed_ = false;
    bool closed_ = false;
};

} // namespace weft
