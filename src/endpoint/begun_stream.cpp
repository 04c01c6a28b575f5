// SPDX-License-Identifier: MIT
// The beginning, and then passing on.
#include "endpoint/begun_stream.hpp"

#include <utility>

namespace weft {

void begun_stream::start(stream_events& sink) noexcept {
    driver().defer(*this);
    covering_stream::start(sink);
}

void begun_stream::pause() noexcept {
    paused_ = true;
    covering_stream::pause();
}

void begun_stream::resume() noexcept {
    paused_ = false;
    if (!early_.empty()) driver().defer(*this);
    covering_stream::resume();
}

void begun_stream::close() noexcept {
    early_.clear();
    driver().cancel(*this);
    covering_stream::close();
}

bool begun_stream::wants_bytes() noexcept {
    if (early_.empty()) return covering_stream::wants_bytes();
    declined_ = true;
    return false;
}

void begun_stream::on_error(std::error_code why) {
    early_.clear();
    driver().cancel(*this);
    covering_stream::on_error(why);
}

/// Out of memory of its own, as the sink may close this.
void begun_stream::run() noexcept {
    if (paused_ || early_.empty() || !sink_->wants_bytes()) return;
    byte_queue early = std::exchange(early_, {});
    if (std::exchange(declined_, false)) under().resume();
    sink_->on_receive(early.bytes());
}

} // namespace weft
