// SPDX-License-Identifier: MIT
// The handle to a server's state.
#include <weft/endpoint/server.hpp>

#include <utility>

#include "endpoint/server_state.hpp"
#include "endpoint/target.hpp"
#include "loop/loop_state.hpp"

namespace weft {

server::server(event_loop& loop) : loop_(loop.state()), state_(new state(*loop_)) {}

server::~server() {
    if (state_) state_->dismiss();
}

server::server(server&& other) noexcept
    : loop_(std::move(other.loop_)), state_(std::exchange(other.state_, nullptr)) {}

server& server::operator=(server&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(state_, other.state_);
    return *this;
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

result<address> server::listen(std::string_view host, std::uint16_t port,
                               listen_options options) {
    loop_->require_owner("server::listen");
    const auto where = addresses_of(host, port);
    if (!where) return failure(where.error());
    return state_->doors().open(where->back(), std::move(options));
}

result<address> server::listen(std::string_view where, listen_options options) {
    loop_->require_owner("server::listen");
    const auto found = addresses_of(where);
    if (!found) return failure(found.error());
    return state_->doors().open(found->back(), std::move(options));
}

void server::listen(std::string_view host, std::uint16_t port, listen_options options,
                   function<void(result<std::vector<address>>)> done) {
    loop_->require_owner("server::listen");
    state_->doors().open_named(host, port, std::move(options), std::move(done));
}

result<address> server::adopt_listener(int descriptor, listen_options options) {
    loop_->require_owner("server::adopt_listener");
    return state_->doors().adopt(descriptor, std::move(options));
}

result<int> server::release_listener(const address& where) {
    loop_->require_owner("server::release_listener");
    return state_->doors().release(where);
}

result<std::vector<address>> server::listen_activated(std::string_view name,
                                                       std::shared_ptr<secure_layer> tls) {
    loop_->require_owner("server::listen_activated");
    const auto passed = activated_descriptors(name);
    if (!passed) return failure(passed.error());
    return state_->doors().adopt(*passed, tls);
}

result<connection*> server::adopt(int descriptor, std::span<const std::byte> already_read,
                                  std::shared_ptr<secure_layer> tls) {
    loop_->require_owner("server::adopt");
    return state_->adopt(descriptor, already_read, tls.get());
}

result<connection*> server::accept(int descriptor, http_request request,
                                   std::span<const std::byte> already_read) {
    loop_->require_owner("server::accept");
    return state_->accept(descriptor, std::move(request), already_read);
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

void server::stop_listening() {
    loop_->require_owner("server::stop_listening");
    state_->doors().close();
}

bool server::stop_listening(const address& where) {
    loop_->require_owner("server::stop_listening");
    return state_->doors().close(where);
}

bool server::is_listening() const noexcept {
    return state_->doors().any();
}

std::vector<address> server::listening_at() const {
    return state_->doors().where();
}

void server::shutdown(duration within, function<void()> done) {
    state_->doors().close();
    state_->connections().shutdown(within, std::move(done));
}

void server::stop() {
    state_->doors().close();
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

void server::for_each(function<void(connection&)> visit) {
    state_->connections().for_each(std::move(visit));
}

} // namespace weft
