// SPDX-License-Identifier: MIT
// Replays one client of a recording: connects to a server, and sends what the client sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <weft/endpoint/raw_client.hpp>
#include <weft/loop/timer.hpp>
#include <weft/testing/answers.hpp>
#include <weft/testing/recording.hpp>

namespace weft_tool {

/// The times at which recorded clients send.
struct replay_pace {
    weft::time_point begin; ///< when the recording began, on the clock of the loop
    bool fast = false;      ///< send each piece once the answers before it have come
    weft::duration wait{};  ///< how long to wait for an expected answer
};

class replayed_client {
public:
    replayed_client(weft::event_loop& loop, const weft::testing::recording& from,
                    std::uint64_t number, const replay_pace& pace);

    /// Connects at the recorded time, or now if the pace is `fast`.
    void start(weft::raw_client& by, const std::string& where, weft::raw_connect_options how);

    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] std::size_t answer_count() const { return recorded_.size(); }

    /// Returns why the server could not be reached; empty if it could.
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

    [[nodiscard]] std::vector<std::string> differences() const;

private:
    struct step {
        weft::testing::recorded_event what;
        std::size_t answers; ///< number of answers that had come before it
    };

    [[nodiscard]] weft::raw_handlers handlers();
    void expired();
    void go_on();
    void play(const weft::testing::recorded_event& what);
    void end_if_answered();

    weft::event_loop& loop_;
    const replay_pace pace_;
    const std::uint64_t number_;
    std::vector<step> steps_;
    std::vector<weft::testing::answer> recorded_;
    weft::testing::answer_reader received_;
    weft::timer timer_;
    weft::function<void()> connect_;
    weft::raw_connection* peer_ = nullptr;
    std::string failure_;
    std::size_t next_ = 0;   // index of the next step
    bool held_back_ = false; // output waits for the server
};

} // namespace weft_tool
