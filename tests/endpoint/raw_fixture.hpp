// SPDX-License-Identifier: MIT
// What tests of raw connections have: handlers that note everything, and a server that echoes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "endpoint/endpoint_fixture.hpp"

namespace weft::testing {

inline std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// One side's record of what its handlers received.
struct raw_ending {
    int opened = 0;
    int closed = 0;
    int failed = 0;
    int writable = 0;
    int interrupts = 0;
    std::string received;
    raw_connection* open = nullptr; ///< while it is
    report why;

    [[nodiscard]] bool ended() const { return closed + failed != 0; }

    /// Handlers that fill this in, and then call those of `more`.
    raw_handlers noted(raw_handlers more = {}) {
        more.open = [this, next = std::move(more.open)](raw_connection& peer) mutable {
            ++opened;
            open = &peer;
            if (next) next(peer);
        };
        more.data = [this, next = std::move(more.data)](raw_connection& peer,
                                                        std::span<std::byte> bytes) mutable {
            received += text_of(bytes);
            if (next) next(peer, bytes);
        };
        more.writable = [this, next = std::move(more.writable)](raw_connection& peer) mutable {
            ++writable;
            if (next) next(peer);
        };
        more.close = [this, next = std::move(more.close)](raw_connection& peer,
                                                          const report& end) mutable {
            ++closed;
            open = nullptr;
            why = end;
            if (next) next(peer, end);
        };
        more.fail = [this, next = std::move(more.fail)](const report& end) mutable {
            ++failed;
            why = end;
            if (next) next(end);
        };
        more.interrupt = [this, next = std::move(more.interrupt)]() mutable {
            ++interrupts;
            if (next) next();
        };
        return more;
    }
};

class raw_endpoint : public endpoint {
protected:
    void SetUp() override {
        endpoint::SetUp();
        connector_.emplace(loop());
    }
    void TearDown() override {
        connector_.reset();
        raw_server_.reset();
        endpoint::TearDown();
    }

    /// Serves at a port that the system chose; where.
    std::string serve(raw_handlers what, const raw_options& options = {}) {
        raw_server_.emplace(loop(), std::move(what), options);
        const auto bound = raw_server_->listen("127.0.0.1", 0);
        EXPECT_TRUE(bound) << bound.error().message();
        port_ = bound ? bound->port() : std::uint16_t{0};
        return "tcp://127.0.0.1:" + std::to_string(port_);
    }

    std::string serve_raw_echo() {
        return serve(served_.noted(
            {.data = [](raw_connection& peer, std::span<std::byte> bytes) { peer.send(bytes); }}));
    }

    /// Connects, and waits until both sides are open.
    bool connect(const std::string& target, raw_handlers more = {},
                 raw_connect_options options = {}) {
        connector_->connect(target, outbound_.noted(std::move(more)), std::move(options));
        return run_until([&] { return outbound_.ended() || (outbound_.open && served_.open); }) &&
            !outbound_.ended();
    }

    bool all_gone() {
        return run_until(
            [&] { return connector_->connection_count() + raw_server_->connection_count() == 0; });
    }

    std::optional<raw_server> raw_server_;
    std::optional<raw_client> connector_;
    raw_ending served_;
    raw_ending outbound_;
};

} // namespace weft::testing
