// SPDX-License-Identifier: MIT
//
// All connections of one run, busy and idle, and the epoll loop that drives the busy ones.

#pragma once

#include "conversation.hpp"
#include "dial.hpp"
#include "latencies.hpp"
#include "options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weft::load {

class fleet {
public:
    /// Opens the busy connections; nothing is sent on them yet.
    explicit fleet(const options& wanted);

    /// Puts the first batch on every busy connection.
    void start();

    /// Keeps all busy connections busy for that long; returns how many messages came back.
    std::uint64_t run_for(std::chrono::duration<double> time, latencies& into);

    /// Opens `options::idle` further connections, which stay silent.
    void open_idle();

private:
    descriptor open_connection();
    std::unique_ptr<reply_counter> make_counter() const;
    void watch(conversation& talk);

    const options wanted_;
    const std::string payload_;
    const std::string batch_;
    const std::string request_;
    std::vector<char> scratch_;
    std::vector<std::unique_ptr<conversation>> busy_;
    std::vector<descriptor> idle_;
    descriptor set_;
};

}  // namespace weft::load
