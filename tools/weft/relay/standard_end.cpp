// SPDX-License-Identifier: MIT
// Reads standard input and writes standard output in pieces that do not block.
#include "weft/relay/standard_end.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace weft_tool {
namespace {

/// Returns true if a write of at most PIPE_BUF bytes would not block. Regular files are always
/// ready.
bool takes_output() {
    pollfd one{STDOUT_FILENO, POLLOUT, 0};
    return ::poll(&one, 1, 0) > 0;
}

/// Ends standard output, so that its reader sees the end. The descriptor is replaced and not
/// closed, so that no other file gets its number.
void end_output() {
    ::shutdown(STDOUT_FILENO, SHUT_WR); // if it is a socket, perhaps the same as standard input
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0) return;
    ::dup2(nothing, STDOUT_FILENO);
    ::close(nothing);
}

} // namespace

standard_end::standard_end(weft::event_loop& loop, bool lines)
    : loop_(loop), input_(loop, STDIN_FILENO, [this](weft::readiness) { read_input(); }),
      output_(loop, STDOUT_FILENO, [this](weft::readiness) { write_output(); }), lines_(lines) {}

void standard_end::start(relay_events& to) {
    events_ = &to;
    to.opened(*this);
}

// --- input

void standard_end::pause() {
    paused_ = true;
    update_reading();
}

void standard_end::resume() {
    paused_ = false;
    update_reading();
}

void standard_end::update_reading() {
    const bool wanted = events_ && !paused_ && !input_ended_ && !closing_;
    if (input_.set({.read = wanted}) || !wanted) return;
    if (std::exchange(read_waits_, true)) return;
    loop_.post([this] { // a file, which cannot be watched
        read_waits_ = false;
        if (events_ && !paused_ && !input_ended_ && !closing_) read_input();
    });
}

void standard_end::read_input() {
    std::array<std::byte, 64 * 1024> buffer; // not initialized: read(2) fills it
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return update_reading();
    if (got < 0 && !(errno == EIO && ::isatty(STDIN_FILENO) == 1)) {
        return fail("cannot read standard input", errno);
    }
    if (got > 0) {
        const auto bytes = std::span(buffer).first(static_cast<std::size_t>(got));
        events_->received(*this, {.bytes = bytes});
        return update_reading();
    }
    input_ended_ = true;
    update_reading();
    events_->input_ended(*this);
    end_if_done();
}

// --- output

bool standard_end::send(const relay_piece& what) {
    if (!events_ || output_ended_) return true;
    waiting_.append(reinterpret_cast<const char*>(what.bytes.data()), what.bytes.size());
    if (lines_ && what.last && what.what == relay_piece::kind::text) waiting_.push_back('\n');
    write_output();
    owes_drained_ = !waiting_.empty();
    return waiting_.empty();
}

void standard_end::write_output() {
    while (written_ < waiting_.size() && takes_output()) {
        const auto size = std::min<std::size_t>(waiting_.size() - written_, PIPE_BUF);
        const ssize_t taken = ::write(STDOUT_FILENO, waiting_.data() + written_, size);
        if (taken < 0 && (errno == EINTR || errno == EAGAIN)) break;
        if (taken < 0) return fail("cannot write to standard output", errno);
        written_ += static_cast<std::size_t>(taken);
    }
    if (written_ == waiting_.size()) {
        waiting_.clear();
        written_ = 0;
    }
    update_writing();
    if (waiting_.empty() && std::exchange(owes_drained_, false) && events_) {
        events_->drained(*this);
    }
    end_if_done();
}

void standard_end::update_writing() {
    static_cast<void>(output_.set({.write = !waiting_.empty()})); // fails for files: not needed
}

bool standard_end::finish() {
    output_ends_ = true;
    if (::isatty(STDIN_FILENO) == 1) input_ended_ = true; // do not wait for Ctrl-D
    update_reading();
    end_if_done();
    return true;
}

// --- the end

void standard_end::end_if_done() {
    if (!events_ || !waiting_.empty()) return;
    if ((output_ends_ || closing_) && !std::exchange(output_ended_, true)) end_output();
    if (closing_ || (output_ended_ && input_ended_)) end_later();
}

void standard_end::close(const relay_ending& /*why*/) {
    closing_ = true;
    update_reading();
    end_if_done();
}

void standard_end::abort() {
    waiting_.clear();
    written_ = 0;
    update_writing();
    close({});
}

void standard_end::fail(const std::string& what, int error) {
    waiting_.clear();
    written_ = 0;
    output_ended_ = true;
    update_writing();
    if (!closing_) {
        ending_ = {.code = weft::close_code::going_away,
                   .text = what + ": " + std::system_category().message(error),
                   .proper = false,
                   .bad_input = true};
    }
    close({});
}

/// Reports the end later, because the link may be calling this object now.
void standard_end::end_later() {
    loop_.post([this] {
        if (auto* events = std::exchange(events_, nullptr)) events->ended(*this, ending_);
    });
}

} // namespace weft_tool
