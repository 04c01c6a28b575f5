// SPDX-License-Identifier: MIT
// One attempt to connect, phase by phase: resolve, connect, proxy, TLS. Then the connection has its
// stream and opens the WebSocket. Each phase has its own timeout and is independent of the others.
#pragma once

#include <memory>
#include <optional>
#include <system_error>

#include <weft/connection/stream_endpoint.hpp>

#include "endpoint/proxy.hpp"
#include "loop/connector.hpp"

namespace weft {

/// Created by `start`; destroys itself when the connection has its stream or has ended.
class outbound_connector final : public work_item {
public:
    /// Connects for `outbound`, to which failures are reported in a later round of work.
    static void start(loop_state& loop, connection& outbound) noexcept;

private:
    outbound_connector(loop_state& loop, connection& outbound) noexcept
        : loop_(loop), outbound_(outbound) {}
    ~outbound_connector() override = default;

    void run() noexcept override {}

    // The phases. Each starts the next, or fails and reports its own `phase`.
    void begin();
    void resolve_and_connect(connect_plan plan);
    void go_through_proxy();
    void secure();
    void finish() noexcept;

    template <class Step>
    void take(phase at, Step&& step) noexcept;
    void now_at(phase at);
    void fail(phase at, std::error_code why, int http_status = 0) noexcept;
    void give_up() noexcept;
    void note_target() noexcept;

    loop_state& loop_;
    connection& outbound_;
    std::optional<proxy> proxy_;
    std::string target_;             // what the socket connects to, for reports
    connector* connector_ = nullptr; // until it has called back
    std::unique_ptr<stream> stream_; // null until connected; proxy and TLS wrap it
};

} // namespace weft
