// SPDX-License-Identifier: MIT
// A stream of which somebody has read the beginning: it tells that first. Knows neither sockets nor
// what the bytes mean.
#pragma once

#include <memory>
#include <span>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/stream.hpp>
#include <weft/stream/task.hpp>

namespace weft {

class begun_stream final : public stream, private task, private stream_events {
public:
    /// Copies `already_read`; throws std::bad_alloc, and then `rest` has not been moved from.
    begun_stream(std::unique_ptr<stream>&& rest, std::span<const std::byte> already_read)
        : stream(rest->driver()) {
        early_.append(already_read);
        rest_ = std::move(rest);
    }

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override {
        return rest_->write(pieces);
    }
    void half_close() noexcept override { rest_->half_close(); }
    void close() noexcept override;
    [[nodiscard]] address local_address() const override { return rest_->local_address(); }
    [[nodiscard]] address remote_address() const override { return rest_->remote_address(); }

private:
    bool wants_bytes() noexcept override;
    void on_receive(std::span<std::byte> bytes) override { sink_->on_receive(bytes); }
    void on_eof() override { sink_->on_eof(); }
    void on_writable() override { sink_->on_writable(); }
    void on_error(std::error_code why) override;

    void run() noexcept override;

    std::unique_ptr<stream> rest_;
    byte_queue early_; // until it has been told
    stream_events* sink_ = nullptr;
    bool paused_ = false;
    bool declined_ = false; // the rest waits until the beginning has been told
};

} // namespace weft
