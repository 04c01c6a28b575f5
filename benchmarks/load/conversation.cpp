// SPDX-License-Identifier: MIT
//
// One busy connection. Knows neither who waits for readiness nor what the bytes mean.

#include "conversation.hpp"

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace weft::load {

void conversation::send_batch() {
    unsent_ = batch_;
    outstanding_ = depth_;
    sent_at_ = clock::now();
    flush();
}

std::size_t conversation::handle_ready(std::span<char> scratch, latency_histogram& into) {
    if (!unsent_.empty()) flush();
    std::size_t messages = 0;
    for (;;) {
        const ssize_t got = wire_->receive(scratch);
        if (got < 0 && errno == EAGAIN) return messages;
        if (got < 0) throw std::system_error{errno, std::generic_category(), "recv"};
        if (got == 0) throw std::runtime_error{"the server closed a connection"};
        const auto size = static_cast<std::size_t>(got);
        messages += count({scratch.data(), size}, into);
        if (size < scratch.size()) return messages;
    }
}

std::size_t conversation::count(std::string_view bytes, latency_histogram& into) {
    const std::size_t completed = replies_->receive(bytes);
    if (completed > outstanding_) throw std::runtime_error{"more came back than was sent"};
    outstanding_ -= completed;
    if (completed > 0 && outstanding_ == 0) {
        into.record(clock::now() - sent_at_);
        send_batch();
    }
    return completed;
}

void conversation::flush() {
    const ssize_t sent = wire_->send(unsent_);
    if (sent < 0 && errno != EAGAIN) {
        throw std::system_error{errno, std::generic_category(), "send"};
    }
    if (sent > 0) unsent_.remove_prefix(static_cast<std::size_t>(sent));
}

}  // namespace weft::load
