// SPDX-License-Identifier: MIT
// One connection between a WebSocket and standard input and output. Weft's loop is a guest here:
// the conversation's own poll(2) watches the loop's one descriptor beside its input.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <weft/weft.hpp>

#include "weft/connect.hpp"
#include "weft/exit_code.hpp"
#include "weft/line_input.hpp"
#include "weft/message_output.hpp"
#include "weft/stop_signals.hpp"

namespace weft_tool {

class conversation {
public:
    conversation(const connect_options& options, const weft::uri& target);

    /// Talks until the connection has ended.
    exit_code run(weft::dial_options dial);

private:
    // the host's loop
    void wait_and_serve(int loop_descriptor);
    [[nodiscard]] bool wants_input() const noexcept;
    void heed_signals();

    // what the connection tells
    [[nodiscard]] weft::handlers handlers();
    void opened(weft::connection& peer);
    void received(weft::message what);
    void ponged();
    void closed(const weft::report& why);
    void failed(const weft::report& why);

    // from the input
    void read_input();
    void send_lines();
    [[nodiscard]] bool send_line(std::string_view line);
    void input_ended();

    // towards the end
    void end_if_answered();
    void silence();
    void close(weft::close_code code = weft::close_code::normal);
    void give_up(exit_code outcome, const std::string& why);
    void send_ping();
    void say(const std::string& text) const;

    const connect_options& options_;
    const weft::uri& target_;
    std::string via_;
    weft::event_loop loop_;
    std::shared_ptr<void> names_;
    stop_signals signals_;
    weft::client client_;
    weft::timer quiet_;
    weft::timer ping_;
    line_input input_;
    message_output output_;
    weft::connection* peer_ = nullptr; // while it is open
    std::uint64_t lines_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t answers_ = 0; // since the first was sent
    std::chrono::steady_clock::time_point pinged_;
    exit_code outcome_ = exit_code::ok;
    int signals_heeded_ = 0;
    bool held_back_ = false; // the peer reads more slowly than the input comes
    bool finishing_ = false; // the input has ended; answers may still come
    bool ended_ = false;
};

} // namespace weft_tool
