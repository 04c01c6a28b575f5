// SPDX-License-Identifier: MIT
// Forwards the functions of raw_server to its state, and turns accepted sockets into raw
// connections.
#include <weft/endpoint/raw_server.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/adopted_stream.hpp"
#include "endpoint/listeners.hpp"
#include "endpoint/raw_set.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {

/// The state of a server, which outlives it if one of its handlers destroys it.
class raw_server::state final : public work_item, public driver_observer, private listeners::owner {
public:
    state(loop_state& loop, raw_handlers&& what, const raw_options& options)
        : loop_(loop), listeners_(loop, *this),
          set_(new raw_set(loop, raw_route{std::move(what), options})) {
        set_->on_gone([this] { listeners_.feed(); });
        loop_.enroll(*this);
    }

    void dismiss() noexcept {
        loop_.leave(*this);
        listeners_.close();
        std::exchange(set_, nullptr)->dismiss();
        loop_.retire(this);
    }

    result<raw_connection*> adopt(native_socket socket, std::span<const std::byte> already_read,
                                  secure_layer* tls) {
        if (const auto why = loop_.check_alive()) return failure(why);
        if (const auto why = check_connected(socket)) return failure(why);
        if (is_full()) return failure(errc::too_many_connections);
        if (const auto why = make_fit(socket)) return failure(why);
        adopted_stream connected(loop_, socket, tls, {}, already_read);
        return &set_->serve(connected.way(), connected.early());
    }

    [[nodiscard]] weft::listeners& listeners() noexcept { return listeners_; }
    [[nodiscard]] raw_set& connections() noexcept { return *set_; }

    std::size_t connections_max = SIZE_MAX;
    function<void(std::error_code)> accept_error;
    function<void(const address&, std::error_code)> refused;

private:
    void on_interrupt() override {}
    void on_shutdown(time_point, function<void()> done) noexcept override {
        listeners_.close();
        done();
    }
    void on_driver_closed() noexcept override { listeners_.close(); }

    void on_accept(owned_socket client, const address& peer,
                   listeners::accept_settings& by) override {
        if (is_full()) {
            client.reset();
            if (refused) loop_.call(*this, [&] { refused(peer, errc::too_many_connections); });
            return;
        }
        if (by.accept_filter) {
            bool welcome = false;
            loop_.call(*this, [&] { welcome = by.accept_filter(client.get(), peer); });
            if (!welcome || !set_) return;
        }
        set_->serve(by.cover(loop_.network().make_stream(loop_, std::move(client))), {});
    }

    void on_starved(std::error_code why) override {
        if (accept_error) loop_.call(*this, [&] { accept_error(why); });
    }

    [[nodiscard]] bool is_full() const noexcept { return set_->size() >= connections_max; }

    loop_state& loop_;
    weft::listeners listeners_;
    raw_set* set_;
};

raw_server::raw_server(event_loop& loop, raw_handlers what, const raw_options& options)
    : listening_endpoint(loop.state()), state_(new state(*loop_, std::move(what), options)) {
    listeners_ = &state_->listeners();
}

raw_server::~raw_server() {
    if (state_) state_->dismiss();
}

result<raw_connection*> raw_server::adopt(native_socket socket,
                                          std::span<const std::byte> already_read,
                                          std::shared_ptr<secure_layer> tls) {
    loop_->require_owner("raw_server::adopt");
    return state_->adopt(socket, already_read, tls.get());
}

raw_connection& raw_server::serve(std::unique_ptr<stream> connected,
                                  std::span<const std::byte> already_read) {
    loop_->require_owner("raw_server::serve");
    return state_->connections().serve(std::move(connected), already_read);
}

void raw_server::connections_max(std::size_t limit) noexcept {
    state_->connections_max = limit;
}

void raw_server::on_refused(function<void(const address&, std::error_code)> handler) {
    state_->refused = std::move(handler);
}

void raw_server::on_accept_error(function<void(std::error_code)> handler) {
    state_->accept_error = std::move(handler);
}

void raw_server::shutdown(duration within, function<void()> done) {
    loop_->require_owner("raw_server::shutdown");
    state_->listeners().close();
    state_->connections().shut_down(later(loop_->now(), within), std::move(done));
}

void raw_server::stop() {
    loop_->require_owner("raw_server::stop");
    state_->listeners().close();
    state_->connections().stop(errc::aborted);
}

std::size_t raw_server::connection_count() const noexcept {
    return state_->connections().size();
}

void raw_server::for_each(function<void(raw_connection&)> visit) {
    state_->connections().for_each(visit);
}

} // namespace weft
