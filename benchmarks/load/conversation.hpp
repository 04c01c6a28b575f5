// SPDX-License-Identifier: MIT
//
// One busy connection: sends a batch of messages in one send, waits until all came back, sends the
// next. Knows neither who waits for readiness nor what the bytes mean.

#pragma once

#include "reply_counter.hpp"
#include "wire.hpp"

#include "without_loop/latency_histogram.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace weft::load {

using weft_tool::latency_histogram;

class conversation {
public:
    using clock = std::chrono::steady_clock;

    /// `batch` holds `depth` messages and outlives the conversation.
    conversation(std::unique_ptr<wire> over, std::string_view batch, std::size_t depth,
                 std::unique_ptr<reply_counter> replies)
        : wire_{std::move(over)}, batch_{batch}, depth_{depth}, replies_{std::move(replies)} {}

    int number() const { return wire_->number(); }

    void send_batch();

    /// Does what the socket is ready for; returns how many messages came back.
    ///
    /// Readiness is expected as edges: it goes on until the socket has nothing more. `scratch` is
    /// free again on return.
    std::size_t handle_ready(std::span<char> scratch, latency_histogram& into);

private:
    void flush();
    std::size_t count(std::string_view bytes, latency_histogram& into);

    std::unique_ptr<wire> wire_;
    std::string_view batch_;
    std::string_view unsent_;
    std::size_t depth_;
    std::size_t outstanding_ = 0;
    clock::time_point sent_at_{};
    std::unique_ptr<reply_counter> replies_;
};

}  // namespace weft::load
