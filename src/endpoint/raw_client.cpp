// SPDX-License-Identifier: MIT
// Connects: turns a text into a connected stream, with a report for each kind of failure.
#include <weft/endpoint/raw_client.hpp>

#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/adopted_stream.hpp"
#include "endpoint/raw_set.hpp"
#include "endpoint/target.hpp"
#include "loop/connector.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

result<target> raw_target_of(std::string_view text) {
    constexpr std::string_view tcp = "tcp://";
    if (text.starts_with(tcp)) text.remove_prefix(tcp.size());
    return target_of(text);
}

/// Returns the name that the server's certificate must match, an IPv6 address without its brackets.
std::string host_to_prove(const raw_connect_options& options, const target& where) {
    if (!options.tls_host.empty()) return options.tls_host;
    const bool bracketed = where.host.starts_with('[') && where.host.ends_with(']');
    return bracketed ? where.host.substr(1, where.host.size() - 2) : where.host;
}

connect_plan plan_of(const raw_connect_options& options) {
    connect_plan plan;
    plan.attempt_delay = options.attempt_delay;
    plan.resolution_delay = options.resolution_delay;
    plan.socket = {options.local_address, options.before_connect};
    return plan;
}

} // namespace

raw_client::raw_client(event_loop& loop)
    : loop_(loop.state()), set_(new raw_set(*loop_, raw_route{})) {}

raw_client::~raw_client() {
    if (set_) set_->dismiss();
}

raw_client::raw_client(raw_client&& other) noexcept
    : loop_(std::move(other.loop_)), set_(std::exchange(other.set_, nullptr)) {}

raw_client& raw_client::operator=(raw_client&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(set_, other.set_);
    return *this;
}

raw_handle raw_client::connect(std::string_view target, raw_handlers what,
                               raw_connect_options options) {
    loop_->require_owner("raw_client::connect");
    connect_plan plan = plan_of(options);
    auto where = raw_target_of(target);
    if (!where && !what.fail) complain(*loop_, "weft::raw_client::connect", target, where.error());
    auto facts = std::make_unique<report_facts>();
    facts->target = where ? std::string(target) : for_reports(target);
    raw_connection& outbound =
        set_->begin_connect(std::move(what), options.connection, options.connect_timeout);
    const raw_handle handle = outbound.handle();
    outbound.extras()->facts = std::move(facts);
    if (where) {
        options.tls_host = host_to_prove(options, *where);
        plan.addresses = std::move(where->addresses);
        plan.host = std::move(where->host);
        plan.port = where->port;
        connect(outbound, std::move(plan), std::move(options));
    } else {
        outbound.fail_connecting(phase::resolve, where.error());
    }
    return handle;
}

/// The connector is cancelled when the connection ends, and the connection ends with its endpoint,
/// so both exist whenever the connector calls back.
void raw_client::connect(raw_connection& outbound, connect_plan plan,
                         raw_connect_options&& options) {
    const phase first = plan.addresses.empty() ? phase::resolve : phase::connect;
    const auto now_at = [&outbound](phase at, connector& running) {
        outbound.begin_phase(at, [&running] { running.cancel(); });
        outbound.extras()->connecting = &running;
    };
    plan.begun = [&outbound](connector&) { outbound.phase_begins(); };
    plan.resolved = [now_at](connector& running) { now_at(phase::connect, running); };
    const auto attach = [loop = loop_.get(), &outbound, tls = std::move(options.tls),
                         host = std::move(options.tls_host)](phase at, result<owned_socket> got) {
        outbound.note_tried();
        if (!got) return outbound.fail_connecting(at, got.error());
        try {
            std::unique_ptr<stream> way = loop->network().make_stream(*loop, std::move(*got));
            if (tls) way = tls->cover(std::move(way), host);
            outbound.attach(std::move(way));
        } catch (const std::bad_alloc&) {
            outbound.fail_connecting(at, std::make_error_code(std::errc::not_enough_memory));
        }
    };
    try {
        now_at(first, connector::start(*loop_, std::move(plan), attach));
    } catch (const std::bad_alloc&) {
        outbound.fail_connecting(first, std::make_error_code(std::errc::not_enough_memory));
    }
}

result<raw_handle> raw_client::adopt(native_socket socket, raw_handlers what,
                                     const raw_options& options,
                                     std::span<const std::byte> already_read,
                                     std::shared_ptr<secure_layer> tls, std::string_view host) {
    loop_->require_owner("raw_client::adopt");
    if (const auto why = loop_->check_alive()) return failure(why);
    if (const auto why = check_connected(socket)) return failure(why);
    if (const auto why = make_fit(socket)) return failure(why);
    adopted_stream connected(*loop_, socket, tls.get(), host, already_read);
    raw_connection& adopted = set_->begin_connect(std::move(what), options, {});
    try {
        adopted.receive_early(connected.early());
    } catch (const std::bad_alloc&) {
        adopted.dismiss();
        throw;
    }
    adopted.attach(connected.way());
    return adopted.handle();
}

void raw_client::on_interrupt(function<void()> handler) {
    assert(loop_->called_by_owner("raw_client::on_interrupt"));
    set_->interrupt_handler(std::move(handler));
}

void raw_client::shutdown(duration within, function<void()> done) {
    loop_->require_owner("raw_client::shutdown");
    set_->shut_down(later(loop_->now(), within), std::move(done));
}

void raw_client::stop() {
    loop_->require_owner("raw_client::stop");
    set_->stop(errc::aborted);
}

std::size_t raw_client::connection_count() const noexcept {
    return set_->size();
}

void raw_client::for_each(function<void(raw_connection&)> visit) {
    set_->for_each(visit);
}

} // namespace weft
