// SPDX-License-Identifier: MIT
// Writes without blocking to any kind of descriptor.
#include "without_loop/log_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

namespace weft_tool {
namespace {

std::string time_of_day() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    ::localtime_r(&now, &parts);
    std::array<char, 16> time{};
    std::strftime(time.data(), time.size(), "%H:%M:%S ", &parts);
    return time.data();
}

/// Opens the file behind `descriptor` again: O_NONBLOCK belongs to the open file, which other
/// programs share through the descriptor. -1 if it cannot be opened.
int opened_again(int descriptor) {
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

} // namespace

log_output::log_output(int descriptor) : descriptor_(descriptor) {
    struct stat found {};
    if (::fstat(descriptor, &found) != 0) return;
    socket_ = S_ISSOCK(found.st_mode);
    if (!S_ISFIFO(found.st_mode) && !S_ISCHR(found.st_mode)) return;
    reopened_ = opened_again(descriptor);
    may_block_ = reopened_ < 0;
}

log_output::~log_output() {
    if (reopened_ >= 0) ::close(reopened_);
}

void log_output::timed_line(std::string_view text) {
    write_line(time_of_day().append(shortened(text, line_size_max)));
}

void log_output::line(std::string_view text) {
    write_line(shortened(text, line_size_max));
}

/// Writes one piece, so that lines of several programs on one terminal stay whole.
void log_output::write_line(std::string whole) {
    whole.push_back('\n');
    const std::lock_guard lock(mutex_);
    if (!finish() || !report_lost_lines() || !put(whole)) ++lost_;
}

bool log_output::report_lost_lines() {
    if (lost_ == 0) return true;
    const char* const words = lost_ == 1 ? " line was lost\n" : " lines were lost\n";
    if (!put(time_of_day() + std::to_string(lost_) + words)) return false;
    lost_ = 0;
    return finish();
}

/// Returns false if nothing was written.
bool log_output::put(std::string_view whole) {
    const long taken = write_some(whole);
    if (taken <= 0) return false;
    rest_ = whole.substr(static_cast<std::size_t>(taken));
    static_cast<void>(finish()); // the next line will try again
    return true;
}

bool log_output::finish() {
    while (!rest_.empty()) {
        const long taken = write_some(rest_);
        if (taken <= 0) return false;
        rest_.erase(0, static_cast<std::size_t>(taken));
    }
    return true;
}

long log_output::write_some(std::string_view bytes) const {
    pollfd ready{descriptor_, POLLOUT, 0};
    if (may_block_ && ::poll(&ready, 1, 0) <= 0) return 0;
    long taken = 0;
    do {
        if (socket_) {
            taken = ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        } else {
            taken = ::write(reopened_ >= 0 ? reopened_ : descriptor_, bytes.data(), bytes.size());
        }
    } while (taken < 0 && errno == EINTR);
    return taken;
}

std::string shortened(std::string_view text, std::size_t size_max) {
    if (text.size() <= size_max) return std::string(text);
    std::size_t kept = size_max;
    while (kept > 0 && (text[kept] & '\xc0') == '\x80') --kept; // within a character
    return std::string(text.substr(0, kept)) + "... (" + std::to_string(text.size() - kept) +
        " more bytes)";
}

} // namespace weft_tool
