// SPDX-License-Identifier: MIT
// Turns accepted sockets into connections of the stream_endpoint, within the server's limits.
#include "endpoint/server_state.hpp"

#include <new>
#include <string>
#include <utility>

#include <weft/core/error.hpp>

#include "connection/forwarded_for.hpp"
#include "endpoint/adopted_stream.hpp"
#include "endpoint/proxy_protocol_stream.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"
#include "stream/log_fields.hpp"

namespace weft {
namespace {

/// An estimate: an HTTP head of default size, and what else a handshake needs.
constexpr std::size_t memory_of_a_handshake = 24 * 1024;

constexpr admission::drop_policy handshake_drop_policy{
    [](const channel& one) noexcept {
        return stream_endpoint::may_drop(static_cast<const connection&>(one));
    },
    [](channel& one, std::error_code why) noexcept {
        stream_endpoint::drop(static_cast<connection&>(one), why);
    },
    true};

} // namespace

server::state::state(loop_state& loop)
    : loop_(loop), listeners_(loop, *this), admission_(loop.random(), handshake_drop_policy),
      endpoint_(std::in_place, loop) {
    endpoint_->on_removed([this](const connection& who) { gone(who); });
    endpoint_->on_opened([this](const connection& who) { admission_.opened(who); });
    loop_.enroll(*this);
}

void server::state::dismiss() noexcept {
    loop_.leave(*this);
    listeners_.close();
    endpoint_.reset();
    loop_.retire(this);
}

void server::state::on_shutdown(time_point, function<void()> done) noexcept {
    listeners_.close();
    done();
}

// --- admission

void server::state::on_accept_error(function<void(std::error_code)> handler) {
    accept_error_ = std::move(handler);
}

/// If the log throws, `on_error` may destroy the server.
void server::state::log_refused(const address& peer, std::error_code why) noexcept {
    if (!loop_.logs(log_level::warning)) return;
    try {
        const std::string from = peer.str();
        const std::string error = why.message();
        log_fields fields;
        fields.add("peer", from);
        fields.add("error", error);
        loop_.log({log_level::warning, "refused", fields.all()});
    } catch (const std::bad_alloc&) {
        return; // the entry is lost
    }
}

void server::state::log_accept_error(std::error_code why) noexcept {
    if (!loop_.logs(log_level::warning)) return;
    try {
        const std::string error = why.message();
        log_fields fields;
        fields.add("error", error);
        loop_.log({log_level::warning, "accept_failed", fields.all()});
    } catch (const std::bad_alloc&) {
        return; // the entry is lost
    }
}

void server::state::on_refused(function<void(const address&, std::error_code)> handler) {
    on_refused_ = std::move(handler);
}

void server::state::limits(const server_limits& limits) {
    admission_.set(limits);
    endpoint_->memory_max(limits.memory_max);
}

/// The limits per address do not apply to trusted proxies.
std::error_code server::state::judge(const address& peer) {
    if (!endpoint_->has_memory(memory_of_a_handshake)) return errc::over_memory_budget;
    const bool is_proxy = is_one_of(trusted_, peer);
    return admission_.admit(is_proxy ? address() : peer, endpoint_->connection_count(),
                            endpoint_->handshake_count());
}

void server::state::on_accept(owned_socket client, const address& peer,
                              listeners::accept_settings& by) {
    if (const auto why = judge(peer)) {
        return refuse_client(std::move(client), peer, by.tls != nullptr, why);
    }
    if (by.accept_filter) {
        bool welcome = false;
        loop_.call(*this, [&] { welcome = by.accept_filter(client.get(), peer); });
        if (!welcome || !endpoint_) return;
    }
    std::unique_ptr<stream> transport = loop_.network().make_stream(loop_, std::move(client));
    proxy_protocol_stream* announced = nullptr;
    if (expects_proxy_header_ && is_one_of(trusted_, peer)) {
        auto made = std::make_unique<proxy_protocol_stream>(std::move(transport));
        announced = made.get();
        transport = std::move(made);
    }
    connection& served = endpoint_->serve(by.cover(std::move(transport)));
    if (announced)
        announced->on_proxy_header(
            [this, &served](const address& who) { apply_client_address(served, who); });
    count_in(served, peer);
}

// --- trusted proxies

result<void> server::state::trust(const trusted_proxies& proxies) {
    std::vector<address_prefix> peers;
    for (const auto& text : proxies.peers) {
        const auto parsed = address_prefix::parse(text);
        if (!parsed) return failure(parsed.error());
        peers.push_back(*parsed);
    }
    endpoint_->trust_forwarded_for(
        proxies.forwarded_for ? peers : decltype(peers)(),
        [this](connection& served, const address& who) { apply_client_address(served, who); });
    trusted_ = std::move(peers);
    expects_proxy_header_ = proxies.proxy_protocol;
    return {};
}

/// Counts the client that a proxy has reported. A connection of the proxy itself, or of another
/// proxy, is not counted.
void server::state::apply_client_address(connection& served, const address& who) {
    admission_.left(served); // removes the count of an earlier request's client
    if (is_one_of(trusted_, who)) return;
    if (const auto why = admission_.judge_address(who)) {
        ++refused_;
        stream_endpoint::refuse(served, why);
        log_refused(who, why);
        if (on_refused_ && endpoint_) loop_.call(*this, [&] { on_refused_(who, why); });
        return;
    }
    admission_.entered(served, who);
    admission_.begun(served, who, loop_.now());
}

void server::state::count_in(connection& served, const address& peer) noexcept {
    if (is_one_of(trusted_, peer)) return;
    admission_.count(served, peer, true, loop_.now());
}

/// Refuses a client. One that expects TLS gets no response: it would not understand plain HTTP, and
/// a TLS handshake would cost what the limit is there to save.
void server::state::refuse_client(owned_socket client, const address& peer, bool uses_tls,
                                  std::error_code why) {
    ++refused_;
    refuse(std::move(client), uses_tls ? std::string_view() : admission_.response());
    log_refused(peer, why);
    if (on_refused_ && endpoint_) loop_.call(*this, [&] { on_refused_(peer, why); });
}

void server::state::on_starved(std::error_code why) {
    log_accept_error(why);
    if (accept_error_ && endpoint_) loop_.call(*this, [&] { accept_error_(why); });
}

void server::state::on_scarcity(std::error_code why) noexcept {
    admission_.free_descriptor(loop_.now(), why);
}

/// Retries accepting, because the descriptor of the connection is free for a client that waits.
void server::state::gone(const connection& who) noexcept {
    admission_.left(who);
    listeners_.retry_accept();
}

// --- clients that other code has accepted

std::error_code server::state::judge_adopted(native_socket socket) {
    if (const auto why = loop_.check_alive()) return why;
    if (const auto why = check_connected(socket)) return why;
    if (const auto why = judge(remote_address_of(socket))) return why;
    return prepare_socket(socket);
}

result<connection*> server::state::adopt(native_socket socket,
                                         std::span<const std::byte> already_read,
                                         secure_layer* tls) {
    if (const auto why = judge_adopted(socket)) return failure(why);
    adopted_stream client(loop_, socket, tls, {}, already_read);
    connection& served = endpoint_->serve(client.take_stream(), client.early());
    count_in(served, served.remote_address());
    return &served;
}

result<connection*> server::state::accept(native_socket socket, http_request&& request,
                                          std::span<const std::byte> already_read) {
    if (const auto why = judge_adopted(socket)) return failure(why);
    adopted_stream client(loop_, socket, nullptr, {}, already_read);
    const auto served = endpoint_->accept(client.take_stream(), std::move(request), client.early());
    if (served) count_in(**served, (*served)->remote_address());
    return served;
}

result<connection*> server::state::accept(std::unique_ptr<stream>&& client, http_request&& request,
                                          std::span<const std::byte> already_read) {
    if (loop_.closed()) return failure(errc::gone);
    const address peer = client->remote_address();
    if (const auto why = judge(peer)) return failure(why);
    const auto served = endpoint_->accept(std::move(client), std::move(request), already_read);
    if (served) count_in(**served, peer);
    return served;
}

} // namespace weft
