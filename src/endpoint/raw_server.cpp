// SPDX-License-Identifier: MIT
// Forwards the functions of raw_server to its state, and turns accepted sockets into raw
// connections.
#include <weft/endpoint/raw_server.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/admission.hpp"
#include "endpoint/adopted_stream.hpp"
#include "endpoint/listeners.hpp"
#include "endpoint/raw_set.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

/// An estimate of what a TLS handshake holds.
constexpr std::size_t memory_of_a_tls_handshake = 24 * 1024;

constexpr admission::drop_policy silent_drop_policy{
    [](const channel& one) noexcept {
        return raw_set::may_drop(static_cast<const raw_connection&>(one));
    },
    [](channel& one, std::error_code why) noexcept {
        raw_set::drop(static_cast<raw_connection&>(one), why);
    },
    false};

} // namespace

/// The state of a server. It outlives a server that is destroyed in one of its own handlers.
class raw_server::state final : public work_item, public driver_observer, private listeners::owner {
public:
    state(loop_state& loop, raw_handlers&& what, const raw_options& options)
        : loop_(loop), listeners_(loop, *this),
          admission_(loop.random(), silent_drop_policy),
          set_(new raw_set(loop, raw_route{std::move(what), options})) {
        limits({});
        set_->on_opened([this](const raw_connection& one) {
            if (!counts_silent_) admission_.opened(one);
        });
        set_->on_first_byte([this](const raw_connection& one) { admission_.opened(one); });
        set_->on_removed([this](const raw_connection& one) {
            admission_.left(one);
            listeners_.retry_accept();
        });
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
        const address peer = remote_address_of(socket);
        if (const auto why = judge(peer, tls != nullptr)) return failure(why);
        if (const auto why = prepare_socket(socket)) return failure(why);
        adopted_stream connected(loop_, socket, tls, {}, already_read);
        raw_connection& served = set_->serve(connected.take_stream(), connected.early());
        count_in(served, peer, tls != nullptr);
        return &served;
    }

    void limits(const raw_server_limits& limits) {
        admission_.set({.connections_max = limits.connections_max,
                        .connections_per_address_max = limits.connections_per_address_max,
                        .handshakes_max = limits.silent_max,
                        .handshakes_per_address_max = limits.silent_per_address_max,
                        .ipv6_prefix = limits.ipv6_prefix});
        counts_silent_ = limits.connections_max != unlimited || limits.silent_max != unlimited ||
            limits.silent_per_address_max != unlimited;
        limits_ = limits;
        set_->memory_max(limits.memory_max);
    }
    [[nodiscard]] const raw_server_limits& limits() const noexcept { return limits_; }

    [[nodiscard]] weft::listeners& listeners() noexcept { return listeners_; }
    [[nodiscard]] raw_set& connections() noexcept { return *set_; }

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
        if (const auto why = judge(peer, by.tls != nullptr)) {
            client.reset();
            if (refused) loop_.call(*this, [&] { refused(peer, why); });
            return;
        }
        if (by.accept_filter) {
            bool welcome = false;
            loop_.call(*this, [&] { welcome = by.accept_filter(client.get(), peer); });
            if (!welcome || !set_) return;
        }
        count_in(set_->serve(by.cover(loop_.network().make_stream(loop_, std::move(client))), {}),
                 peer, by.tls != nullptr);
    }

    void on_starved(std::error_code why) override {
        if (accept_error) loop_.call(*this, [&] { accept_error(why); });
    }

    void on_scarcity(std::error_code why) noexcept override {
        admission_.free_descriptor(loop_.now(), why);
    }

    /// Returns the error with which one more client is refused, or none.
    [[nodiscard]] std::error_code judge(const address& peer, bool secure) {
        if (!set_->memory().has_room(secure ? memory_of_a_tls_handshake : 0)) {
            return errc::over_memory_budget;
        }
        return admission_.admit(peer, set_->size(), admission_.handshakes());
    }

    void count_in(raw_connection& served, const address& peer, bool secure) noexcept {
        admission_.count(served, peer, secure || counts_silent_, loop_.now());
    }

    loop_state& loop_;
    weft::listeners listeners_;
    admission admission_;
    raw_server_limits limits_;
    bool counts_silent_ = false;
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

void raw_server::limits(const raw_server_limits& limits) {
    state_->limits(limits);
}

void raw_server::connections_max(std::size_t limit) {
    raw_server_limits changed = state_->limits();
    changed.connections_max = limit;
    state_->limits(changed);
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

std::size_t raw_server::memory_used() const noexcept {
    return state_->connections().memory().used();
}

void raw_server::for_each(function<void(raw_connection&)> action) {
    state_->connections().for_each(action);
}

} // namespace weft
