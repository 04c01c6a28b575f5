// SPDX-License-Identifier: MIT
// A peer that is no WebSocket client: it writes what it likes, if anything, and leaves when it
// likes.
#pragma once

#include <array>
#include <memory>
#include <string>

#include <weft/testing/memory_network.hpp>

#include "support/canned_handshake.hpp"

namespace weft::simulation {

class stranger final : public stream_events {
public:
    stranger(testing::memory_network& net, std::string_view server, driver& on) {
        give_up_ = net.connect(server, on, [this, &net](auto made) {
            if (!made) return;
            stream_ = std::move(*made);
            stream_->start(*this);
            speak(net.chance());
        });
    }
    stranger(const stranger&) = delete;
    stranger& operator=(const stranger&) = delete;
    ~stranger() {
        give_up_();
        if (stream_) stream_->driver().retire(stream_.release());
    }

private:
    void speak(testing::dice& chance) {
        std::string said = testing::canned_request();
        if (chance.one_in(2)) said.resize(chance.below(said.size()));
        std::string junk(chance.below(40), ' ');
        chance.fill(std::as_writable_bytes(std::span(junk)));
        said += junk;
        const std::array pieces{std::as_bytes(std::span<const char>(said))};
        static_cast<void>(stream_->write(pieces));
        if (chance.one_in(3)) stream_->half_close();
    }

    [[nodiscard]] bool wants_bytes() noexcept override { return true; }
    void on_receive(std::span<std::byte>) override {}
    void on_eof() override { stream_->half_close(); }
    void on_writable() override {}
    void on_error(std::error_code) override {}

    function<void()> give_up_;
    std::unique_ptr<testing::network_stream> stream_;
};

} // namespace weft::simulation
