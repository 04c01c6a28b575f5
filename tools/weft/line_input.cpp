// SPDX-License-Identifier: MIT
// Reading and cutting lines, in time linear in the bytes.
#include "weft/line_input.hpp"

#include <unistd.h>

#include <cerrno>

namespace weft_tool {
namespace {

constexpr std::size_t read_size = 64 * 1024;

} // namespace

line_input::line_input(int descriptor)
    : descriptor_(descriptor), terminal_(::isatty(descriptor) == 1) {}

void line_input::fill() {
    if (ended_) return;
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    const std::size_t kept = buffer_.size();
    buffer_.resize(kept + read_size);
    const ssize_t got = ::read(descriptor_, buffer_.data() + kept, read_size);
    const int error = errno;
    buffer_.resize(kept + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got > 0) return;
    if (got == 0) return end({});
    // Another process may have made the open file non-blocking, or may have read it empty.
    if (error == EINTR || error == EAGAIN) return;
    // The other end of a pseudo-terminal was closed.
    if (error == EIO && terminal_) return end({});
    end({error, std::system_category()});
}

std::optional<std::string_view> line_input::next_line() {
    const std::size_t line_end = buffer_.find('\n', scanned_);
    const std::string_view all = buffer_;
    if (line_end != std::string::npos) {
        const auto line = all.substr(begin_, line_end - begin_);
        begin_ = scanned_ = line_end + 1;
        return line;
    }
    scanned_ = buffer_.size();
    if (ended_ && !error_ && begin_ < buffer_.size()) {
        const auto line = all.substr(begin_);
        begin_ = buffer_.size();
        return line;
    }
    if (buffer_.size() - begin_ > line_size_max) end(make_error_code(std::errc::message_size));
    return std::nullopt;
}

void line_input::end(std::error_code why) noexcept {
    ended_ = true;
    error_ = why;
}

} // namespace weft_tool
