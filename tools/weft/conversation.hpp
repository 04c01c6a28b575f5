// SPDX-License-Identifier: MIT
// Connects a WebSocket with standard input and output, on one event loop, which runs alone or
// inside a host.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <weft/weft.hpp>

#include "weft/connect.hpp"
#include "weft/line_input.hpp"
#include "weft/message_output.hpp"
#include "weft/stop_signals.hpp"
#include "without_loop/exit_code.hpp"

namespace weft_tool {

class conversation {
public:
    conversation(const connect_options& options, const weft::uri& target);

    /// Runs until the connection has ended.
    exit_code run(weft::connect_options how);

private:
    [[nodiscard]] bool wants_input() const noexcept;
    void update_reading();
    void handle_signals();
    void flush_later();

    // handlers of the connection
    [[nodiscard]] weft::handlers handlers();
    void opened(weft::connection& peer);
    void received(weft::message what);
    void ponged();
    void closed(const weft::report& why);
    void failed(const weft::report& why);

    // input
    void read_input();
    void read_file();
    void send_lines();
    [[nodiscard]] bool send_line(std::string_view line);
    void input_ended();

    // the end
    void end_if_answered();
    void silence();
    void close(weft::close_code code = weft::close_code::normal);
    void give_up(exit_code outcome, const std::string& why);
    void send_ping();
    void say(const std::string& text) const;

    const connect_options& options_;
    const weft::uri& target_;
    std::string via_;
    std::shared_ptr<weft::extension_negotiator> compression_; // null for none
    weft::event_loop loop_;
    std::shared_ptr<void> names_;
    stop_signals signals_;
    weft::client client_;
    weft::timer quiet_;
    weft::timer ping_;
    line_input input_;
    weft::watch readable_;
    message_output output_;
    weft::connection* peer_ = nullptr; // while it is open
    std::uint64_t lines_ = 0;
    std::uint64_t sent_ = 0;
    std::uint64_t answers_ = 0; // since the first message was sent
    std::chrono::steady_clock::time_point pinged_;
    exit_code outcome_ = exit_code::ok;
    int signals_handled_ = 0;
    bool pollable_ = true;     // false for a file, which is always readable
    bool read_waits_ = false;  // a piece of a file will be read in a later turn
    bool flush_waits_ = false; // received messages will be written in a later turn
    bool held_back_ = false; // the peer reads more slowly than input arrives
    bool finishing_ = false; // the input has ended; answers may still come
    bool ended_ = false;
};

} // namespace weft_tool
