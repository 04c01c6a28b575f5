// SPDX-License-Identifier: MIT
// Writing messages in large pieces.
#include "weft/message_output.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "weft/stop_signals.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

constexpr std::size_t piece_size = 64 * 1024;

/// Returns true if an interrupted write should be tried again.
bool try_again(int descriptor) {
    if (errno == EINTR) return stop_signals::count() == 0;
    if (errno != EAGAIN) return false;
    pollfd wait{descriptor, POLLOUT, 0};
    return ::poll(&wait, 1, -1) >= 0 || (errno == EINTR && stop_signals::count() == 0);
}

} // namespace

message_output::message_output(int descriptor)
    : descriptor_(descriptor), terminal_(::isatty(descriptor) == 1) {}

void message_output::write(weft::message received) {
    if (error_) return;
    if (terminal_) {
        show(received);
    } else {
        waiting_.append(received.text());
        if (received.is_text()) waiting_.push_back('\n');
    }
    if (waiting_.size() >= piece_size) flush();
}

void message_output::show(weft::message received) {
    waiting_.append("< ");
    if (received.is_text()) {
        waiting_.append(printable(continued(received.text(), "| "), line_breaks::kept));
    } else {
        waiting_.append(hex(received.text()));
        waiting_.append(" (").append(std::to_string(received.size())).append(" bytes)");
    }
    waiting_.push_back('\n');
}

void message_output::flush() {
    std::string_view rest = waiting_;
    while (!rest.empty() && !error_) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (!try_again(descriptor_)) {
            error_ = {errno, std::system_category()};
        }
    }
    waiting_.clear();
}

} // namespace weft_tool
