// SPDX-License-Identifier: MIT
//
// All connections of one run, busy and idle, and the epoll loop that drives the busy ones.

#pragma once

#include "conversation.hpp"
#include "dial.hpp"
#include "options.hpp"

#include "without_loop/latency_histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weft::load {

class fleet {
public:
    /// Opens the busy connections, if messages are counted; nothing is sent on them yet.
    explicit fleet(const options& wanted);

    /// Puts the first batch on every busy connection.
    void start();

    /// Keeps all busy connections busy for that long; returns how many messages came back.
    std::uint64_t run_for(std::chrono::duration<double> time, latency_histogram& into);

    /// Opens `options::idle` further connections, which stay silent.
    void open_idle();

    /// Opens connections one after the other for that long, each closed before the next; returns
    /// how many.
    std::uint64_t open_for(std::chrono::duration<double> time);

private:
    std::unique_ptr<wire> open_connection();
    std::unique_ptr<reply_counter> make_counter() const;
    void watch(conversation& talk);

    const options wanted_;
    const std::string payload_;
    const std::string batch_;
    const std::string request_;
    std::vector<char> scratch_;
    std::vector<std::unique_ptr<conversation>> busy_;
    std::vector<std::unique_ptr<wire>> idle_;
    std::size_t opened_ = 0;
    descriptor set_;
};

}  // namespace weft::load
