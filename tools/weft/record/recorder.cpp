// SPDX-License-Identifier: MIT
// Writes a line to the recording for each event of a link.
#include "weft/record/recorder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace weft_tool {

using event_kind = weft::testing::recorded_event::kind;

/// Only the owner can read a new file, because recordings contain passwords and cookies.
bool recorder::open(const std::string& file) {
    const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0) ::close(made);
    out_.open(file, std::ios::binary | std::ios::trunc);
    out_ << weft::testing::recording_head << std::flush;
    return out_.good();
}

void recorder::write(const relay_link& which, event_kind what, std::span<const std::byte> bytes) {
    const auto now = std::chrono::steady_clock::now();
    if (!begin_) begin_ = now;
    out_ << weft::testing::to_line({.at = now - *begin_,
                                    .connection = which.number(),
                                    .what = what,
                                    .bytes = {bytes.begin(), bytes.end()}})
         << std::flush;
    if (out_.good() || !failed_) return;
    std::exchange(failed_, nullptr)();
}

void recorder::link_opened(relay_link& which) {
    write(which, event_kind::open);
}

void recorder::link_passes(relay_link& which, std::size_t from, const relay_piece& what) {
    write(which, from == 0 ? event_kind::from_client : event_kind::from_server, what.bytes);
}

void recorder::link_input_ended(relay_link& which, std::size_t from) {
    write(which, from == 0 ? event_kind::client_ended : event_kind::server_ended);
}

void recorder::link_ended(relay_link& which) {
    if (which.opened()) write(which, event_kind::close);
}

} // namespace weft_tool
