// SPDX-License-Identifier: MIT
// Relays bytes between hiredis and Redis, with TLS on the side of Redis. Needed because not every
// version of hiredis supports TLS or allows the caller to add it. Knows nothing of hiredis or
// Redis.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/stream/secure_layer.hpp>

#include "loop/system.hpp"

namespace weft {

class tls_relay {
public:
    /// Throws std::bad_alloc.
    tls_relay(loop_state& loop, diverted_socket ends, secure_layer& tls, std::string_view host);

    void start() noexcept;

    /// Closes both connections. The relay must exist until the end of the turn.
    void close() noexcept;

    /// Returns why the connection to Redis has ended; no error if Redis closed it regularly.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }
    [[nodiscard]] std::string_view error_detail() const noexcept {
        return redis_.stream->error_detail();
    }

private:
    struct side final : stream_events {
        explicit side(tls_relay& of) noexcept : relay(of) {}

        bool wants_bytes() noexcept override { return true; }
        void on_receive(std::span<std::byte> bytes) override { relay.pass(*this, bytes); }
        void on_eof() override { relay.ended(*this, {}); }
        void on_writable() override { relay.flush(*this); }
        void on_error(std::error_code why) override { relay.ended(*this, why); }

        tls_relay& relay;
        std::unique_ptr<weft::stream> stream = {};
        std::string waiting = {}; // to be written to `stream`
    };

    [[nodiscard]] side& other(const side& than) noexcept {
        return &than == &redis_ ? library_ : redis_;
    }
    void pass(side& from, std::span<const std::byte> bytes) noexcept;
    void flush(side& to) noexcept;
    void ended(side& which, std::error_code why) noexcept;

    side redis_{*this};
    side library_{*this};
    std::error_code error_;
    bool ended_ = false; // the connection to Redis has ended
};

} // namespace weft
