// SPDX-License-Identifier: MIT
// Forwards the functions of stream_endpoint to its set of connections.
#include <weft/connection/stream_endpoint.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"
#include "connection/reconnecting_state.hpp"

namespace weft {

stream_endpoint::stream_endpoint(weft::driver& owner) : set_(new connection_set(owner)) {}

stream_endpoint::~stream_endpoint() {
    if (set_) set_->dismiss();
}

stream_endpoint::stream_endpoint(stream_endpoint&& other) noexcept
    : set_(std::exchange(other.set_, nullptr)) {}

stream_endpoint& stream_endpoint::operator=(stream_endpoint&& other) noexcept {
    std::swap(set_, other.set_);
    return *this;
}

void stream_endpoint::route(std::string_view path, handlers what, const route_options& options) {
    set_->add_route(path, std::move(what), options);
}

void stream_endpoint::on_fail(function<void(const report&)> handler) {
    set_->unrouted().handlers.fail = std::move(handler);
}

void stream_endpoint::on_interrupt(function<void()> handler) {
    set_->unrouted().handlers.interrupt = std::move(handler);
}

void stream_endpoint::handshake_options(const session_limits& limits,
                                        const session_timeouts& timeouts) {
    set_->unrouted().session.limits = limits;
    set_->unrouted().session.timeouts = timeouts;
}

connection& stream_endpoint::serve(std::unique_ptr<stream>&& client,
                                   std::span<const std::byte> already_read) {
    connection& served = set_->add_served();
    served.receive_early(already_read);
    served.attach(std::move(client));
    return served;
}

result<connection*> stream_endpoint::accept(std::unique_ptr<stream>&& client, http_request request,
                                            std::span<const std::byte> already_read) {
    driver().require_owner("stream_endpoint::accept");
    if (set_->shutting_down()) return failure(errc::shut_down);
    connection& served = set_->add_served();
    if (const auto taken = served.receive_request(std::move(request)); !taken) {
        served.dismiss();
        return failure(taken.error());
    }
    served.receive_early(already_read);
    served.attach(std::move(client));
    return &served;
}

connection& stream_endpoint::connect(std::unique_ptr<stream>&& server, const uri& target,
                                     handlers what, connect_options options,
                                     std::span<const std::byte> already_read) {
    connection& outbound = begin_connect(target, std::move(what), std::move(options));
    outbound.receive_early(already_read);
    outbound.attach(std::move(server));
    return outbound;
}

connect_operation stream_endpoint::connect(std::unique_ptr<stream>&& server, const uri& target) {
    return begin_conversation(std::move(server), target, connect_options());
}

connect_operation stream_endpoint::begin_conversation(std::unique_ptr<stream>&& server,
                                                      const uri& target,
                                                      const connect_options& options) {
    auto begun = connect_operation::begin_on(driver());
    connection& outbound = connect(std::move(server), target, begun.take_handlers(), options);
    begun.connecting(outbound.handle());
    return begun;
}

connection& stream_endpoint::begin_connect(const uri& target, handlers what,
                                           connect_options options) {
    return set_->add_outbound(target, std::move(what), std::move(options));
}

connection& stream_endpoint::begin_malformed(std::string_view target, std::error_code why,
                                             handlers what, connect_options options) {
    return set_->add_malformed(target, why, std::move(what), std::move(options));
}

reconnecting_connection stream_endpoint::keep_connected(std::string_view target, handlers what,
                                                        reconnect_options options,
                                                        function<void(connection&)> connect,
                                                        std::shared_ptr<const void> driver_owner) {
    driver().require_owner("stream_endpoint::keep_connected");
    auto& kept =
        set_->keep_connected(target, std::move(what), std::move(options), std::move(connect));
    return {&kept, std::move(driver_owner)};
}

pending_connection& stream_endpoint::pending(connection& outbound) noexcept {
    return outbound.pending();
}

void stream_endpoint::shutdown(duration within, function<void()> done) {
    driver().require_owner("stream_endpoint::shutdown");
    set_->shut_down(later(driver().now(), within), std::move(done));
}

void stream_endpoint::drain(const drain_options& options, function<void()> done) {
    driver().require_owner("stream_endpoint::drain");
    set_->drain(options, std::move(done));
}

void stream_endpoint::stop() noexcept {
    driver().require_owner("stream_endpoint::stop");
    set_->stop(errc::aborted);
}

std::size_t stream_endpoint::connection_count() const noexcept {
    return set_->size();
}

std::size_t stream_endpoint::handshake_count() const noexcept {
    return set_->unopened();
}

void stream_endpoint::memory_max(std::size_t bytes) noexcept {
    set_->memory_max(bytes);
}

std::size_t stream_endpoint::memory_used() const noexcept {
    return set_->memory().used();
}

bool stream_endpoint::has_memory(std::size_t more) const noexcept {
    return set_->memory().has_room(more);
}

void stream_endpoint::trace(std::shared_ptr<connection_tracer> by) {
    driver().require_owner("stream_endpoint::trace");
    set_->trace(std::move(by));
}

endpoint_counters stream_endpoint::counters() const {
    driver().require_owner("stream_endpoint::counters");
    return set_->counters();
}

void stream_endpoint::on_removed(function<void(const connection&)> handler) {
    set_->on_removed(std::move(handler));
}

void stream_endpoint::on_opened(function<void(const connection&)> handler) {
    set_->on_opened(std::move(handler));
}

void stream_endpoint::on_redirect(function<void(connection&)> connect) {
    set_->on_redirect(std::move(connect));
}

void stream_endpoint::trust_forwarded_for(std::vector<address_prefix> trusted,
                                          function<void(connection&, const address&)> handler) {
    set_->trust_forwarded_for(std::move(trusted), std::move(handler));
}

void stream_endpoint::refuse(connection& served, std::error_code why) noexcept {
    served.end_for_shutdown(why);
}

void stream_endpoint::drop(connection& served, std::error_code why) noexcept {
    served.end_at_once(why);
}

void stream_endpoint::drop(const connection_handle& which, std::error_code why) noexcept {
    auto* const channel = which.state_ ? which.state_->target() : nullptr;
    if (channel) drop(static_cast<connection&>(*static_cast<weft::channel*>(channel)), why);
}

bool stream_endpoint::may_drop(const connection& served) noexcept {
    const bool awaits = served.deferred_ && served.state() == session_state::connecting;
    return served.depth_ == 0 && !awaits;
}

void stream_endpoint::for_each(function<void(connection&)> action) {
    set_->for_each(action);
}

driver& stream_endpoint::driver() const noexcept {
    return set_->driver();
}

} // namespace weft
