// SPDX-License-Identifier: MIT
// Dialling: from a URI to a connected socket, with a report for each way to fail.
#include <weft/endpoint/client.hpp>

#include <cassert>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/target.hpp"
#include "loop/adopted_socket_posix.hpp"
#include "loop/connector_posix.hpp"
#include "loop/loop_state.hpp"
#include "loop/socket_stream_posix.hpp"

namespace weft {

namespace {

connect_plan plan_of(const dial_options& options) {
    connect_plan plan;
    plan.attempt_delay = options.attempt_delay;
    plan.resolution_delay = options.resolution_delay;
    plan.socket = {options.local_address, options.before_connect};
    return plan;
}

} // namespace

client::client(event_loop& loop) : loop_(loop.state()), service_(*loop_) {}

client::~client() = default;

client::client(client&& other) noexcept = default;
client& client::operator=(client&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(service_, other.service_);
    return *this;
}

connection_handle client::connect(std::string_view target, handlers what, dial_options options) {
    const auto parsed = uri::parse(target);
    if (parsed) return connect(*parsed, std::move(what), std::move(options));
    static const auto nowhere = uri::parse("ws://invalid/");
    connection& dialled = service_.begin_dial(*nowhere, std::move(what), std::move(options));
    service::fail_dialling(dialled, phase::resolve, parsed.error());
    return dialled.handle();
}

connection_handle client::connect(const uri& target, handlers what, dial_options options) {
    assert(loop_->called_by_owner("client::connect"));
    connect_plan plan = plan_of(options);
    result<weft::target> where = target_of(target.host(), target.port());
    if (!options.via.empty()) where = target_of(options.via);
    connection& dialled = service_.begin_dial(target, std::move(what), std::move(options));
    if (target.secure()) {
        service::fail_dialling(dialled, phase::tls, errc::no_tls);
    } else if (!where) {
        service::fail_dialling(dialled, phase::resolve, where.error());
    } else {
        plan.addresses = std::move(where->addresses);
        plan.host = std::move(where->host);
        plan.port = where->port;
        dial(dialled, std::move(plan));
    }
    return dialled.handle();
}

result<connection_handle> client::adopt(int descriptor, const uri& target, handlers what,
                                        dial_options options,
                                        std::span<const std::byte> already_read) {
    assert(loop_->called_by_owner("client::adopt"));
    if (!loop_->engine().in_own_process()) return failure(errc::forked);
    if (loop_->closed()) return failure(errc::gone);
    if (target.secure()) return failure(errc::no_tls);
    if (const auto why = check_connected(descriptor)) return failure(why);
    if (const auto why = make_fit(descriptor)) return failure(why);
    return service_
        .dial(std::make_unique<socket_stream>(*loop_, owned_descriptor(descriptor)), target,
              std::move(what), std::move(options), already_read)
        .handle();
}

/// The connector is cancelled when the connection ends, and the connection with its endpoint, so
/// what is told here always finds them both.
void client::dial(connection& dialled, connect_plan plan) {
    const phase first = plan.addresses.empty() ? phase::resolve : phase::connect;
    const auto now_at = [&dialled](phase at, connector& dialler) {
        service::dialling(dialled, at, [&dialler] { dialler.cancel(); });
    };
    plan.resolved = [now_at](connector& dialler) { now_at(phase::connect, dialler); };
    const auto attach = [loop = loop_.get(), &dialled](phase at, result<owned_descriptor> got) {
        if (!got) return service::fail_dialling(dialled, at, got.error());
        try {
            service::attach(dialled, std::make_unique<socket_stream>(*loop, std::move(*got)));
        } catch (const std::bad_alloc&) {
            service::fail_dialling(dialled, at, std::make_error_code(std::errc::not_enough_memory));
        }
    };
    try {
        now_at(first, connector::start(*loop_, std::move(plan), attach));
    } catch (const std::bad_alloc&) {
        service::fail_dialling(dialled, first, std::make_error_code(std::errc::not_enough_memory));
    }
}

void client::shutdown(duration within, function<void()> done) {
    service_.shutdown(later(loop_->now(), within), std::move(done));
}

void client::stop() {
    service_.stop();
}

std::size_t client::connection_count() const noexcept {
    return service_.connection_count();
}

void client::for_each(function<void(connection&)> visit) {
    service_.for_each(std::move(visit));
}

} // namespace weft
