// SPDX-License-Identifier: MIT
// Connects: turns a text into a connected stream, with a report for each kind of failure.
#include <weft/endpoint/raw_client.hpp>

#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "core/reported_target.hpp"
#include "endpoint/adopted_stream.hpp"
#include "endpoint/outbound_connector.hpp"
#include "endpoint/raw_set.hpp"
#include "endpoint/target.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

result<target> raw_target_of(std::string_view text) {
    constexpr std::string_view tcp = "tcp://";
    if (text.starts_with(tcp)) text.remove_prefix(tcp.size());
    return peer_target_of(text);
}

/// Returns the name that the server's certificate must match, an IPv6 address without its brackets.
std::string host_to_prove(const raw_connect_options& options, const target& where) {
    if (!options.tls_host.empty()) return options.tls_host;
    const bool bracketed = where.host.starts_with('[') && where.host.ends_with(']');
    return bracketed ? where.host.substr(1, where.host.size() - 2) : where.host;
}

/// Returns the options that the code that connects needs.
connect_options options_for_connecting(raw_connect_options&& from) {
    connect_options with;
    with.connect_timeout = from.connect_timeout;
    with.tls = std::move(from.tls);
    with.attempt_delay = from.attempt_delay;
    with.resolution_delay = from.resolution_delay;
    with.local_address = std::move(from.local_address);
    with.before_connect = std::move(from.before_connect);
    return with;
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
    auto where = raw_target_of(target);
    if (!where && !what.fail) complain(*loop_, "weft::raw_client::connect", target, where.error());
    const std::string shown = where ? std::string(target) : for_reports(target);
    std::string host = where ? host_to_prove(options, *where) : std::string();
    raw_connection& outbound = set_->begin_connect(std::move(what), options.connection,
                                                   options_for_connecting(std::move(options)));
    const raw_handle handle = outbound.handle();
    outbound.pending().note_target(shown);
    if (where) {
        outbound_connector::start(*loop_, outbound.pending(), std::move(*where), std::move(host));
    } else {
        outbound.pending().fail(phase::resolve, where.error());
    }
    return handle;
}

result<raw_handle> raw_client::adopt(native_socket socket, raw_handlers what,
                                     const raw_options& options,
                                     std::span<const std::byte> already_read,
                                     std::shared_ptr<secure_layer> tls, std::string_view host) {
    loop_->require_owner("raw_client::adopt");
    if (const auto why = loop_->check_alive()) return failure(why);
    if (const auto why = check_connected(socket)) return failure(why);
    if (const auto why = prepare_socket(socket)) return failure(why);
    adopted_stream connected(*loop_, socket, tls.get(), host, already_read);
    connect_options with;
    with.connect_timeout = {};
    raw_connection& adopted = set_->begin_connect(std::move(what), options, std::move(with));
    try {
        adopted.receive_early(connected.early());
    } catch (const std::bad_alloc&) {
        adopted.dismiss();
        throw;
    }
    adopted.attach(connected.take_stream());
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

void raw_client::for_each(function<void(raw_connection&)> action) {
    set_->for_each(action);
}

} // namespace weft
