// SPDX-License-Identifier: MIT
// Runs the dialog with a proxy, then passes through everything.
#include "endpoint/tunnel.hpp"

#include <new>
#include <utility>

#include <weft/core/error.hpp>

namespace weft {

std::error_code tunnel::open(opened then) {
    then_ = std::move(then);
    under().start(*this);
    return write_output();
}

void tunnel::start(stream_events& sink) noexcept {
    dialog_.reset();
    sink_ = &sink;
}

/// Writes the dialog's output, as far as the stream takes it.
std::error_code tunnel::write_output() {
    output_ += dialog_->take_output();
    if (output_.empty()) return {};
    const auto bytes = std::as_bytes(std::span(output_));
    const auto taken = under().write({&bytes, 1});
    if (!taken) return taken.error();
    output_.erase(0, *taken);
    return {};
}

void tunnel::report(std::error_code why, int http_status) {
    if (auto then = std::move(then_)) then(why, http_status);
}

/// Runs one step of the dialog, which may be the last.
template <class Step>
void tunnel::take(Step&& step) noexcept {
    try {
        step();
        const auto broken = dialog_->over() ? std::error_code() : write_output();
        if (broken) return report(broken);
        if (!dialog_->over()) return;
        const bool early =
            !dialog_->error() && !output_.empty(); // the request was not sent in full
        report(early ? make_error_code(errc::bad_proxy_answer) : dialog_->error(),
               dialog_->http_status());
    } catch (const std::bad_alloc&) {
        report(std::make_error_code(std::errc::not_enough_memory));
    }
}

bool tunnel::wants_bytes() noexcept {
    return !sink_ || stream_filter::wants_bytes();
}

void tunnel::on_receive(std::span<std::byte> bytes) {
    if (sink_) return stream_filter::on_receive(bytes);
    take([&] { dialog_->receive(bytes); });
}

void tunnel::on_eof() {
    if (sink_) return stream_filter::on_eof();
    report(errc::unexpected_eof);
}

void tunnel::on_writable() {
    if (sink_) return stream_filter::on_writable();
    take([] {});
}

void tunnel::on_error(std::error_code why) {
    if (sink_) return stream_filter::on_error(why);
    report(why);
}

} // namespace weft
