// SPDX-License-Identifier: MIT
// A stream whose first bytes other code has already read. Delivers them before all others. Does not
// depend on sockets or on what the bytes mean.
#pragma once

#include <memory>
#include <span>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/work_item.hpp>

#include "endpoint/stream_filter.hpp"

namespace weft {

class prefixed_stream final : public stream_filter, private work_item {
public:
    /// Copies `already_read`; throws std::bad_alloc.
    prefixed_stream(std::unique_ptr<stream> rest, std::span<const std::byte> already_read)
        : stream_filter(std::move(rest)) {
        early_.append(already_read);
    }

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    void close() noexcept override;
    void close_with_reset() noexcept override;
    [[nodiscard]] std::size_t input_pending() const noexcept override {
        return early_.size() + stream_filter::input_pending();
    }

private:
    bool wants_bytes() noexcept override;
    void on_error(std::error_code why) override;

    void run() noexcept override;

    byte_queue early_; // until delivered
    bool paused_ = false;
    bool declined_ = false; // the stream below waits until `early_` is delivered
};

} // namespace weft
