// SPDX-License-Identifier: MIT
// Delivers the bytes that were read before, then passes through everything.
#include "endpoint/prefixed_stream.hpp"

#include <utility>

namespace weft {

void prefixed_stream::start(stream_events& sink) noexcept {
    driver().defer(*this);
    stream_filter::start(sink);
}

void prefixed_stream::pause() noexcept {
    paused_ = true;
    stream_filter::pause();
}

void prefixed_stream::resume() noexcept {
    paused_ = false;
    if (!early_.empty()) driver().defer(*this);
    stream_filter::resume();
}

void prefixed_stream::close() noexcept {
    early_.clear();
    driver().cancel(*this);
    stream_filter::close();
}

void prefixed_stream::close_with_reset() noexcept {
    early_.clear();
    driver().cancel(*this);
    stream_filter::close_with_reset();
}

bool prefixed_stream::wants_bytes() noexcept {
    if (early_.empty()) return stream_filter::wants_bytes();
    declined_ = true;
    return false;
}

void prefixed_stream::on_error(std::error_code why) {
    early_.clear();
    driver().cancel(*this);
    stream_filter::on_error(why);
}

/// Moves the bytes out first: the sink may close this stream.
void prefixed_stream::run() noexcept {
    if (paused_ || early_.empty() || !sink_->wants_bytes()) return;
    byte_queue early = std::exchange(early_, {});
    if (std::exchange(declined_, false)) under().resume();
    sink_->on_receive(early.bytes());
}

} // namespace weft
