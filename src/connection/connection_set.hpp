// SPDX-License-Identifier: MIT
// The connections of one endpoint, and the routes they share.
#pragma once

#include <memory>
#include <string_view>
#include <system_error>
#include <vector>

#include <weft/connection/connection.hpp>
#include <weft/connection/connection_tracer.hpp>
#include <weft/connection/drain_options.hpp>
#include <weft/connection/endpoint_counters.hpp>
#include <weft/connection/reconnecting_connection.hpp>
#include <weft/connection/route.hpp>
#include <weft/stream/address_prefix.hpp>

#include "stream/registry.hpp"

namespace weft {

class connection_set final : public registry<connection> {
public:
    explicit connection_set(weft::driver& owner);
    ~connection_set() override;

    void add_route(std::string_view path, handlers&& what, const route_options& options);

    /// Returns the route for a request, or null. The route's subprotocol is the one to accept.
    [[nodiscard]] route* find(const http_request& request, const upgrade_offer* offer);

    /// Returns whether a route for this host and path exists, with any subprotocol.
    [[nodiscard]] bool knows_path(const http_request& request) const;

    /// Returns whether the same routes serve `name`, the server name of the TLS handshake, and the
    /// requested host; true if either is empty.
    [[nodiscard]] bool alike(std::string_view name, const http_request& request) const;

    [[nodiscard]] route& unrouted() noexcept { return unrouted_; }

    /// A connection counts as unopened until `opened` is called for it, or it is removed.
    [[nodiscard]] std::size_t unopened() const noexcept { return unopened_; }
    void opened(const connection& one) noexcept;
    void on_opened(function<void(const connection&)> handler) { on_opened_ = std::move(handler); }
    void on_removed(function<void(const connection&)> handler) { on_removed_ = std::move(handler); }

    /// See `stream_endpoint::trust_forwarded_for`.
    void trust_forwarded_for(std::vector<address_prefix>&& trusted,
                             function<void(connection&, const address&)>&& handler) {
        trusted_ = std::move(trusted);
        on_named_ = std::move(handler);
    }
    [[nodiscard]] const std::vector<address_prefix>& trusted() const noexcept { return trusted_; }
    void named(connection& who, const address& where) { on_named_(who, where); }

    /// Throw std::bad_alloc; then nothing was added.
    connection& add_served();
    connection& add_outbound(const uri& target, handlers&& what, connect_options&& options);

    /// Adds a connection that fails with `why`, because `target` is malformed. Throws
    /// std::bad_alloc; then nothing was added.
    connection& add_malformed(std::string_view target, std::error_code why, handlers&& what,
                              connect_options&& options);

    /// Returns whether redirects can be followed now.
    [[nodiscard]] bool follows_redirects() const noexcept { return redirect_ && !shutting_down(); }

    /// Continues `from`, whose end has not been reported, as a new connection to `target`. Throws
    /// std::bad_alloc; then nothing has changed.
    void redirect(connection& from, uri target);
    void on_redirect(function<void(connection&)> connect) { redirect_ = std::move(connect); }
    void remove(connection& gone) noexcept;

    /// Count an event; see `endpoint_counters`.
    void count_request() noexcept { ++counters_.requests; }
    void count_closed(const report& why) noexcept;
    void count_failed(const report& why) noexcept;
    [[nodiscard]] endpoint_counters counters();

    /// See `stream_endpoint::trace`.
    void trace(std::shared_ptr<connection_tracer> by) noexcept { tracer_ = std::move(by); }
    [[nodiscard]] const std::shared_ptr<connection_tracer>& tracer() const noexcept {
        return tracer_;
    }

    /// See `stream_endpoint::drain`.
    void drain(const drain_options& options, function<void()> done);
    [[nodiscard]] bool draining() const noexcept { return drain_ != nullptr; }

    /// Returns the answer to a handshake during a drain.
    [[nodiscard]] http_response drain_refusal() const;

    /// Closes a connection that has opened during a drain, when the drain's window ends.
    void close_at_end_of_drain(connection& opened) noexcept;

    /// See `stream_endpoint::keep_connected`.
    [[nodiscard]] reconnecting_connection::state&
    keep_connected(std::string_view target, handlers&& what, reconnect_options&& options,
                   function<void(connection&)>&& connect);
    void forget(const reconnecting_connection::state& gone) noexcept;

    void stop(std::error_code why) noexcept;
    void dismiss() noexcept;

    void on_interrupt() override;
    void on_shutdown(time_point deadline, function<void()> done) noexcept override;
    void on_driver_closed() noexcept override;

private:
    class drain_in_progress;

    void close_in_drain(connection& one, time_point when) noexcept;
    void end_drain() noexcept;
    void end_drain_if_empty() noexcept;
    void take_drain_done() noexcept;
    connection& add(route& by, std::unique_ptr<connection::details> outbound);
    void replace_by(const route& added) noexcept;

    std::vector<std::unique_ptr<route>> routes_;
    route unrouted_;
    function<void(const connection&)> on_removed_;
    function<void(const connection&)> on_opened_;
    function<void(connection&)> redirect_;
    std::vector<address_prefix> trusted_; // proxies that may report a client's address
    function<void(connection&, const address&)> on_named_;
    std::shared_ptr<connection_tracer> tracer_;
    std::size_t unopened_ = 0;
    endpoint_counters counters_; // of the past; `counters` adds the present
    std::vector<reconnecting_connection::state*> kept_;
    std::unique_ptr<drain_in_progress> drain_;
};

} // namespace weft
