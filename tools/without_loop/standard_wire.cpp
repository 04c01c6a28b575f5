// SPDX-License-Identifier: MIT
// Reads and writes without blocking, on any kind of descriptor.
#include "without_loop/standard_wire.hpp"

#include <limits.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace weft_tool {
namespace {

std::error_code last_error() {
    return {errno, std::system_category()};
}

bool is_same_file(int one, int other) {
    struct stat first {};
    struct stat second {};
    return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 &&
        first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool is_socket(int descriptor) {
    struct stat found {};
    return ::fstat(descriptor, &found) == 0 && S_ISSOCK(found.st_mode);
}

} // namespace

standard_wire::standard_wire() : output_is_socket_(is_socket(STDOUT_FILENO)) {}

standard_wire::readiness standard_wire::wait(readiness wanted, weft::duration at_most,
                                             const sigset_t& signals) {
    fd_set readable;
    fd_set writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    if (wanted.read) FD_SET(STDIN_FILENO, &readable);
    if (wanted.write) FD_SET(STDOUT_FILENO, &writable);
    constexpr auto longest = std::chrono::duration_cast<weft::duration>(std::chrono::hours(1));
    const auto left = std::chrono::nanoseconds(std::clamp(at_most, {}, longest));
    const auto whole = std::chrono::floor<std::chrono::seconds>(left);
    const timespec limit{static_cast<time_t>(whole.count()),
                         static_cast<long>((left - whole).count())};
    // Not ppoll(2), which macOS does not have. Both numbers are small enough for select(2).
    const int count = ::pselect(STDOUT_FILENO + 1, &readable, &writable, nullptr, &limit, &signals);
    if (count < 0 && errno == EBADF) return wanted; // reading or writing reports which one
    if (count <= 0) return {};
    return {FD_ISSET(STDIN_FILENO, &readable) != 0, FD_ISSET(STDOUT_FILENO, &writable) != 0};
}

weft::result<std::size_t> standard_wire::read(std::span<std::byte> buffer) {
    ssize_t count;
    do {
        count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) return weft::failure(last_error());
    return static_cast<std::size_t>(count);
}

weft::result<std::size_t>
standard_wire::write(std::span<const std::span<const std::byte>> pieces) const {
    std::size_t taken = 0;
    for (auto piece : pieces) {
        while (!piece.empty()) {
            const auto count = write_some(piece);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return taken;
            if (count < 0) return weft::failure(last_error());
            taken += static_cast<std::size_t>(count);
            piece = piece.subspan(static_cast<std::size_t>(count));
        }
    }
    return taken;
}

/// A descriptor that polls as writable takes PIPE_BUF bytes without blocking.
long standard_wire::write_some(std::span<const std::byte> bytes) const {
    if (output_is_socket_) {
        return ::send(STDOUT_FILENO, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    pollfd output{STDOUT_FILENO, POLLOUT, 0};
    if (::poll(&output, 1, 0) <= 0) {
        errno = EAGAIN;
        return -1;
    }
    return ::write(STDOUT_FILENO, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
}

void standard_wire::end_output() const {
    if (output_is_socket_) {
        ::shutdown(STDOUT_FILENO, SHUT_WR);
    } else {
        ::close(STDOUT_FILENO);
    }
}

bool standard_wire::errors_go_to_peer() {
    return is_same_file(STDERR_FILENO, STDOUT_FILENO) || is_same_file(STDERR_FILENO, STDIN_FILENO);
}

} // namespace weft_tool
