// SPDX-License-Identifier: MIT
// A proxy for tests: it sends the answers that a test gives it, and then passes bytes on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <weft/weft.hpp>

namespace weft::testing {

/// Answers each portion that a client sends with the next of its words. With the last, the way is
/// open: to one port of this machine, wherever the client wanted to go.
class test_proxy {
public:
    test_proxy(event_loop& loop, std::vector<std::string> words, std::uint16_t way_to)
        : words_(std::move(words)), way_to_(way_to), out_(loop), in_(loop, inward()),
          port_(in_.listen("127.0.0.1:0")->port()) {}

    [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(port_); }

    /// What the clients have said before their way was open.
    [[nodiscard]] const std::string& received() const { return received_; }

private:
    raw_handlers inward() {
        return {.data = [this](raw_connection& from, std::span<std::byte> bytes) {
                    hear(from, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
                },
                .close = [this](raw_connection&, const report&) { onward_.close(); }};
    }

    void hear(raw_connection& from, std::string bytes) {
        if (said_ == words_.size()) {
            onward_.send(std::move(bytes));
            return;
        }
        received_ += bytes;
        const std::string& word = words_[said_++];
        if (said_ < words_.size()) {
            from.send(std::as_bytes(std::span(word)));
            return;
        }
        const auto back = from.handle();
        onward_ = out_.connect(
            "127.0.0.1:" + std::to_string(way_to_),
            {.open = [back, word](raw_connection&) { back.send(word); },
             .data =
                 [back](raw_connection&, std::span<std::byte> some) {
                     back.send(std::vector(some.begin(), some.end()));
                 },
             .close = [back](raw_connection&, const report&) { back.close(); }});
    }

    std::vector<std::string> words_;
    std::uint16_t way_to_;
    std::size_t said_ = 0;
    std::string received_;
    raw_handle onward_;
    raw_client out_;
    raw_server in_;
    std::uint16_t port_;
};

} // namespace weft::testing
