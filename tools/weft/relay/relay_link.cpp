// SPDX-License-Identifier: MIT
// Passes data between the two connections of a link.
#include "weft/relay/relay_link.hpp"

#include <utility>

namespace weft_tool {

relay_link::relay_link(weft::event_loop& loop, std::uint64_t number,
                       std::unique_ptr<relay_end> first, std::unique_ptr<relay_end> second,
                       weft::duration wait, relay_observer& observer)
    : observer_(observer), silence_(loop, [this] { end_silence(); }), wait_(wait),
      number_(number) {
    sides_[0].end = std::move(first);
    sides_[1].end = std::move(second);
}

void relay_link::start() {
    for (auto& one : sides_) one.end->start(*this);
}

void relay_link::close(weft::close_code code) {
    if (!std::exchange(ending_known_, true)) ending_ = {.code = code};
    for (auto& one : sides_) {
        if (!one.ended) one.end->close({.code = code});
    }
}

void relay_link::abort() {
    for (auto& one : sides_) {
        if (!one.ended) one.end->abort();
    }
}

void relay_link::opened(relay_end& from) {
    const auto here = index_of(from);
    sides_[here].open = true;
    if (ending_known_) return from.close(ending_);
    if (!sides_[1 - here].open) return sides_[1 - here].end->admit(from.subprotocol());
    both_open_ = true;
    observer_.link_opened(*this);
    for (auto& one : sides_) one.end->resume();
}

void relay_link::received(relay_end& from, const relay_piece& what) {
    const auto here = index_of(from);
    auto& there = sides_[1 - here];
    if (there.ended || ending_known_) return;
    sides_[here].received += what.bytes.size();
    observer_.link_passes(*this, here, what);
    await_silence();
    if (there.end->send(what)) return;
    there.backed_up = true;
    from.pause();
}

void relay_link::drained(relay_end& from) {
    const auto here = index_of(from);
    if (!std::exchange(sides_[here].backed_up, false)) return;
    auto& there = sides_[1 - here];
    if (!there.ended) there.end->resume();
    await_silence();
}

void relay_link::input_ended(relay_end& from) {
    const auto here = index_of(from);
    sides_[here].finished = true;
    observer_.link_input_ended(*this, here);
    auto& there = sides_[1 - here];
    if (there.ended || there.end->finish()) return;
    closes_when_silent_ = true;
    await_silence();
}

/// Restarts the timer for `end_silence`, if the link ends after a time without data.
void relay_link::await_silence() {
    if (closes_when_silent_ && !sides_[1].ended && !sides_[0].ended) silence_.arm_after(wait_);
}

/// Called after some time without data, when one end has no more input and the other one cannot be
/// half-closed. If output of either end waits, the time does not count, because the link does not
/// read then; `drained` restarts it.
void relay_link::end_silence() {
    if (sides_[0].backed_up || sides_[1].backed_up) return;
    for (auto& one : sides_) {
        if (!one.finished && !one.ended) return one.end->close({});
    }
}

void relay_link::ended(relay_end& from, const relay_ending& why) {
    const auto here = index_of(from);
    sides_[here].ended = true;
    auto& there = sides_[1 - here];
    if (!std::exchange(ending_known_, true)) {
        ending_ = why;
        ended_by_ = here;
    }
    if (!there.ended) return there.end->close(why);
    silence_.disarm();
    observer_.link_ended(*this);
}

} // namespace weft_tool
