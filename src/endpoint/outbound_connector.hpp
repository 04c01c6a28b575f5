// SPDX-License-Identifier: MIT
// Connects a pending connection, phase by phase: resolve, connect, proxy, TLS. The result is the
// connection's stream. The phases are independent of each other, and of the kind of connection.
#pragma once

#include <memory>
#include <optional>
#include <system_error>

#include <weft/connection/pending_connection.hpp>

#include "endpoint/proxy.hpp"
#include "endpoint/target.hpp"
#include "loop/connector.hpp"

namespace weft {

/// Created by `start`; destroys itself when the connection has its stream or has ended.
class outbound_connector final : public work_item {
public:
    /// Connects to `where`, which must live as long as `pending`; failures are reported in a later
    /// round of work.
    static void start(loop_state& loop, pending_connection& pending, const uri& where) noexcept;

    /// Connects to an address or a name, without a proxy. With a TLS layer in the options, the
    /// server must prove that it is `host`.
    static void start(loop_state& loop, pending_connection& pending, target where,
                      std::string host) noexcept;

private:
    outbound_connector(loop_state& loop, pending_connection& pending) noexcept
        : loop_(loop), pending_(pending) {}
    ~outbound_connector() override = default;

    template <class Begin>
    static void start_with(loop_state& loop, pending_connection& pending, Begin&& begin) noexcept;

    void run() noexcept override {}

    // The phases. Each starts the next, or fails and reports its own `phase`.
    void begin(const uri& where);
    void resolve_and_connect(target where);
    void go_through_proxy();
    void secure();
    void finish() noexcept;

    template <class Step>
    void take(phase at, Step&& step) noexcept;
    void now_at(phase at);
    void fail(phase at, std::error_code why, int http_status = 0) noexcept;
    void give_up() noexcept;
    void stop() noexcept;
    void note_tried() noexcept;

    loop_state& loop_;
    pending_connection& pending_;
    std::optional<proxy> proxy_;
    const uri* uri_ = nullptr;            // the server that a proxy connects to
    std::optional<std::string> tls_host_; // the host that the certificate must name; none: no TLS
    connector* connector_ = nullptr; // null once it has called back
    std::unique_ptr<stream> stream_; // null until connected; proxy and TLS wrap it
};

} // namespace weft
