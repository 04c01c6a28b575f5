// SPDX-License-Identifier: MIT
// Forwards the functions of client to its stream_endpoint, and starts connecting.
#include <weft/endpoint/client.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "endpoint/adopted_stream.hpp"
#include "endpoint/outbound_connector.hpp"
#include "endpoint/target.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {

namespace {

void start(loop_state& on, connection& outbound) noexcept {
    outbound_connector::start(on, stream_endpoint::pending(outbound), *outbound.uri());
}

} // namespace

client::client(event_loop& loop) : loop_(loop.state()), endpoint_(*loop_) {
    endpoint_.on_redirect([&on = *loop_](connection& outbound) { start(on, outbound); });
}

client::~client() = default;

client::client(client&& other) noexcept = default;
client& client::operator=(client&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(endpoint_, other.endpoint_);
    std::swap(tls_, other.tls_);
    std::swap(has_fail_handler_, other.has_fail_handler_);
    return *this;
}

void client::tls(std::shared_ptr<secure_layer> layer) noexcept {
    tls_ = std::move(layer);
}

connection_handle client::connect(std::string_view target, handlers what, connect_options options) {
    const auto parsed = uri::parse(target);
    if (parsed) return connect(*parsed, std::move(what), std::move(options));
    if (!what.fail && !has_fail_handler_) {
        complain(*loop_, "weft::client::connect", target, parsed.error());
    }
    return endpoint_
        .begin_malformed(target, parsed.error(), std::move(what), std::move(options))
        .handle();
}

// --- for coroutines

template <class Target>
connect_operation client::begin_conversation(const Target& target, const connect_options& options) {
    auto begun = connect_operation::begin_on(endpoint_.driver());
    begun.connecting(connect(target, begun.take_handlers(), options));
    return begun;
}

template connect_operation client::begin_conversation(const std::string_view&,
                                                      const connect_options&);
template connect_operation client::begin_conversation(const uri&, const connect_options&);

connect_operation client::connect(std::string_view target) {
    return begin_conversation(target, connect_options());
}

connect_operation client::connect(const uri& target) {
    return begin_conversation(target, connect_options());
}

// --- the rest

void client::on_fail(function<void(const report&)> handler) {
    has_fail_handler_ = static_cast<bool>(handler);
    endpoint_.on_fail(std::move(handler));
}

void client::on_interrupt(function<void()> handler) {
    endpoint_.on_interrupt(std::move(handler));
}

connection_handle client::connect(const uri& target, handlers what, connect_options options) {
    loop_->require_owner("client::connect");
    if (!options.tls) options.tls = tls_;
    connection& outbound = endpoint_.begin_connect(target, std::move(what), std::move(options));
    const auto handle = outbound.handle();
    start(*loop_, outbound);
    return handle;
}

reconnecting_connection client::keep_connected(std::string_view target, handlers what,
                                               reconnect_options options) {
    loop_->require_owner("client::keep_connected");
    if (!options.connect.tls) options.connect.tls = tls_;
    return endpoint_.keep_connected(
        target, std::move(what), std::move(options),
        [&on = *loop_](connection& outbound) { start(on, outbound); }, loop_);
}

result<connection_handle> client::adopt(native_socket socket, const uri& target, handlers what,
                                        connect_options options,
                                        std::span<const std::byte> already_read) {
    loop_->require_owner("client::adopt");
    if (const auto why = loop_->check_alive()) return failure(why);
    if (!options.tls) options.tls = tls_;
    if (target.secure() && !options.tls) return failure(errc::no_tls);
    if (const auto why = check_connected(socket)) return failure(why);
    if (const auto why = prepare_socket(socket)) return failure(why);
    secure_layer* const tls = target.secure() ? options.tls.get() : nullptr;
    adopted_stream server(*loop_, socket, tls, target.host(), already_read);
    return endpoint_
        .connect(server.take_stream(), target, std::move(what), std::move(options), server.early())
        .handle();
}

void client::shutdown(duration within, function<void()> done) {
    endpoint_.shutdown(within, std::move(done));
}

void client::stop() {
    endpoint_.stop();
}

std::size_t client::connection_count() const noexcept {
    return endpoint_.connection_count();
}

void client::trace(std::shared_ptr<connection_tracer> by) {
    endpoint_.trace(std::move(by));
}

endpoint_counters client::counters() const {
    return endpoint_.counters();
}

void client::for_each(function<void(connection&)> action) {
    endpoint_.for_each(std::move(action));
}

} // namespace weft
