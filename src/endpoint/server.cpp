// SPDX-License-Identifier: MIT
// Listeners, and what they accept.
#include <weft/endpoint/server.hpp>

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/target.hpp"
#include "loop/listener_posix.hpp"
#include "loop/loop_state.hpp"
#include "loop/socket_stream_posix.hpp"

namespace weft {

/// What outlives a server that is destroyed from one of its handlers.
class server::state final : public task, public resident {
public:
    explicit state(loop_state& loop) : loop_(loop), service_(std::in_place, loop) {
        loop_.enroll(*this);
    }

    void dismiss() noexcept {
        loop_.leave(*this);
        stop_listening();
        service_.reset();
        loop_.bury(this);
    }

    result<address> listen(const address& where, const listen_options& options) {
        if (loop_.closed()) return failure(errc::gone);
        listeners_.reserve(listeners_.size() + 1);
        const auto opened = listener::open(loop_, where, options, [this](owned_descriptor one) {
            service_->serve(std::make_unique<socket_stream>(loop_, std::move(one)));
        });
        if (!opened) return failure(opened.error());
        listeners_.push_back(*opened);
        return (*opened)->where();
    }

    void stop_listening() noexcept {
        while (!listeners_.empty()) {
            listener* last = listeners_.back();
            listeners_.pop_back();
            last->close();
        }
    }

    [[nodiscard]] const std::vector<listener*>& listeners() const noexcept { return listeners_; }
    [[nodiscard]] service& connections() noexcept { return *service_; }

private:
    void on_interrupt() override {}
    void on_shutdown(time_point, function<void()> done) override {
        stop_listening();
        done();
    }
    void on_driver_closed() noexcept override { stop_listening(); }

    loop_state& loop_;
    std::vector<listener*> listeners_;
    std::optional<service> service_;
};

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
                               const listen_options& options) {
    assert(loop_->called_by_owner("server::listen"));
    const auto where = addresses_of(host, port);
    if (!where) return failure(where.error());
    return state_->listen(where->back(), options);
}

result<address> server::listen(std::string_view where, const listen_options& options) {
    assert(loop_->called_by_owner("server::listen"));
    const auto found = addresses_of(where);
    if (!found) return failure(found.error());
    return state_->listen(found->back(), options);
}

void server::stop_listening() {
    assert(loop_->called_by_owner("server::stop_listening"));
    state_->stop_listening();
}

bool server::is_listening() const noexcept {
    return !state_->listeners().empty();
}

std::vector<address> server::listening_at() const {
    std::vector<address> all;
    for (const listener* one : state_->listeners()) all.push_back(one->where());
    return all;
}

void server::shutdown(duration within, function<void()> done) {
    state_->stop_listening();
    state_->connections().shutdown(later(loop_->now(), within), std::move(done));
}

void server::stop() {
    state_->stop_listening();
    state_->connections().stop();
}

std::size_t server::connection_count() const noexcept {
    return state_->connections().connection_count();
}

void server::for_each(function<void(connection&)> visit) {
    state_->connections().for_each(std::move(visit));
}

connection& server::serve(std::unique_ptr<stream> client) {
    return state_->connections().serve(std::move(client));
}

} // namespace weft
