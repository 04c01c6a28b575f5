// SPDX-License-Identifier: MIT
// Sends the recorded pieces of one client, and collects the answers.
#include "weft/record/replayed_client.hpp"

#include <span>
#include <utility>

namespace weft_tool {

using event_kind = weft::testing::recorded_event::kind;

replayed_client::replayed_client(weft::event_loop& loop, const weft::testing::recording& from,
                                 std::uint64_t number, const replay_pace& pace)
    : loop_(loop), pace_(pace), number_(number), timer_(loop, [this] { expired(); }) {
    weft::testing::answer_reader reader;
    for (const auto& one : from.events) {
        if (one.connection != number) continue;
        if (one.what == event_kind::from_server) {
            reader.receive(one.bytes);
        } else if (one.what != event_kind::server_ended) {
            steps_.push_back({one, reader.answers().size()});
        }
    }
    recorded_ = reader.all();
}

void replayed_client::start(weft::raw_client& by, const std::string& where,
                            weft::raw_connect_options how) {
    connect_ = [this, &by, where, how = std::move(how)]() mutable {
        by.connect(where, handlers(), std::move(how));
    };
    timer_.arm_at(pace_.fast ? loop_.now() : pace_.begin + steps_.front().what.at);
}

weft::raw_handlers replayed_client::handlers() {
    return {
        .open =
            [this](weft::raw_connection& peer) {
                peer_ = &peer;
                go_on();
            },
        .data =
            [this](weft::raw_connection&, std::span<std::byte> bytes) {
                received_.receive(bytes);
                if (pace_.fast || next_ == steps_.size()) go_on();
            },
        .writable =
            [this](weft::raw_connection&) {
                held_back_ = false;
                go_on();
            },
        .close =
            [this](weft::raw_connection&, const weft::report&) {
                peer_ = nullptr;
                timer_.disarm();
            },
        .fail = [this](const weft::report& why) { failure_ = weft::to_string(why); },
    };
}

/// Plays all steps that are due, and waits for the next one.
void replayed_client::go_on() {
    while (peer_ && !held_back_ && next_ < steps_.size()) {
        const auto& one = steps_[next_];
        const auto due = pace_.begin + one.what.at;
        const bool answered = received_.answers().size() >= one.answers;
        if (pace_.fast && !answered) return timer_.arm_after(pace_.wait);
        if (!pace_.fast && loop_.now() < due) return timer_.arm_at(due);
        play(steps_[next_++].what);
    }
    if (peer_ && next_ == steps_.size()) end_if_answered();
}

/// Called when it is time to connect or to send, or when an answer has not come in time.
void replayed_client::expired() {
    if (connect_) return std::exchange(connect_, nullptr)();
    if (!peer_) return;
    if (next_ == steps_.size()) return peer_->close();
    if (held_back_) return; // `writable` will continue
    if (pace_.fast) play(steps_[next_++].what);
    go_on();
}

void replayed_client::play(const weft::testing::recorded_event& what) {
    if (what.what == event_kind::from_client) {
        held_back_ = peer_->send(what.bytes) == weft::send_result::backed_up;
    } else if (what.what == event_kind::client_ended) {
        peer_->finish();
    }
}

void replayed_client::end_if_answered() {
    if (received_.answers().size() >= recorded_.size()) return peer_->close();
    timer_.arm_after(pace_.wait);
}

std::vector<std::string> replayed_client::differences() const {
    return weft::testing::differences(recorded_, received_.all());
}

} // namespace weft_tool
