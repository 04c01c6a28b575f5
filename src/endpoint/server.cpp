// SPDX-License-Identifier: MIT
// Forwards the functions of server to its state.
#include <weft/endpoint/server.hpp>

#include <utility>

#include "endpoint/server_state.hpp"
#include "loop/loop_state.hpp"

namespace weft {

server::server(event_loop& loop)
    : listening_endpoint(loop.state()), state_(new state(*loop_)) {
    listeners_ = &state_->listeners();
}

server::~server() {
    if (state_) state_->dismiss();
}

void server::route(std::string_view path, handlers what, const route_options& options) {
    state_->connections().route(path, std::move(what), options);
}

void server::on_fail(function<void(const report&)> handler) {
    state_->connections().on_fail(std::move(handler));
}

void server::handshake_options(const session_limits& limits, const session_timeouts& timeouts) {
    state_->connections().handshake_options(limits, timeouts);
}

result<std::vector<address>> server::listen_activated(std::string_view name,
                                                       std::shared_ptr<secure_layer> tls) {
    loop_->require_owner("server::listen_activated");
    const auto passed = activated_descriptors(name);
    if (!passed) return failure(passed.error());
    return state_->listeners().adopt(*passed, tls);
}

result<connection*> server::adopt(native_socket socket, std::span<const std::byte> already_read,
                                  std::shared_ptr<secure_layer> tls) {
    loop_->require_owner("server::adopt");
    return state_->adopt(socket, already_read, tls.get());
}

result<connection*> server::accept(native_socket socket, http_request request,
                                   std::span<const std::byte> already_read) {
    loop_->require_owner("server::accept");
    return state_->accept(socket, std::move(request), already_read);
}

result<connection*> server::accept(std::unique_ptr<stream>&& client, http_request request,
                                   std::span<const std::byte> already_read) {
    loop_->require_owner("server::accept");
    return state_->accept(std::move(client), std::move(request), already_read);
}

connection& server::serve(std::unique_ptr<stream>&& client,
                          std::span<const std::byte> already_read) {
    return state_->connections().serve(std::move(client), already_read);
}

void server::limits(const server_limits& limits) {
    state_->limits(limits);
}

result<void> server::trust(const trusted_proxies& proxies) {
    return state_->trust(proxies);
}

void server::on_accept_error(function<void(std::error_code)> handler) {
    state_->on_accept_error(std::move(handler));
}

void server::on_refused(function<void(const address&, std::error_code)> handler) {
    state_->on_refused(std::move(handler));
}

std::uint64_t server::refused_count() const noexcept {
    return state_->refused_count();
}

void server::shutdown(duration within, function<void()> done) {
    state_->listeners().close();
    state_->connections().shutdown(within, std::move(done));
}

void server::drain(const drain_options& options, function<void()> done) {
    loop_->require_owner("server::drain");
    state_->connections().drain(options,
                                [all = &state_->listeners(), then = std::move(done)]() mutable {
                                    all->close();
                                    if (then) then();
                                });
    if (!options.keep_listening) state_->listeners().close();
}

void server::stop() {
    state_->listeners().close();
    state_->connections().stop();
}

std::size_t server::connection_count() const noexcept {
    return state_->connections().connection_count();
}

std::size_t server::handshake_count() const noexcept {
    return state_->connections().handshake_count();
}

std::size_t server::memory_used() const noexcept {
    return state_->connections().memory_used();
}

void server::trace(std::shared_ptr<connection_tracer> by) {
    state_->connections().trace(std::move(by));
}

endpoint_counters server::counters() const {
    auto all = state_->connections().counters();
    all.refused = refused_count();
    return all;
}

void server::for_each(function<void(connection&)> action) {
    state_->connections().for_each(std::move(action));
}

} // namespace weft
