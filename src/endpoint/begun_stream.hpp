// SPDX-License-Identifier: MIT
// A stream of which somebody has read the beginning: it tells that first. Knows neither sockets nor
// what the bytes mean.
#pragma once

#include <memory>
#include <span>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/task.hpp>

#include "endpoint/covering_stream.hpp"

namespace weft {

class begun_stream final : public covering_stream, private task {
public:
    /// Copies `already_read`; throws std::bad_alloc.
    begun_stream(std::unique_ptr<stream> rest, std::span<const std::byte> already_read)
        : covering_stream(std::move(rest)) {
        early_.append(already_read);
    }

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    void close() noexcept override;
    [[nodiscard]] std::size_t input_pending() const noexcept override {
        return early_.size() + covering_stream::input_pending();
    }

private:
    bool wants_bytes() noexcept override;
    void on_error(std::error_code why) override;

    void run() noexcept override;

    byte_queue early_; // until it has been told
    bool paused_ = false;
    bool declined_ = false; // the rest waits until the beginning has been told
};

} // namespace weft
