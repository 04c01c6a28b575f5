// SPDX-License-Identifier: MIT
// Accepts clients of a relay, connects each to the other end, and ends them all.
#include "weft/relay/relay_run.hpp"

#include <algorithm>
#include <iostream>
#include <span>
#include <utility>

#include "host_loops/host_loops.hpp"
#include "weft/names.hpp"
#include "weft/relay/standard_end.hpp"
#include "weft/relay/stream_end.hpp"
#include "weft/relay/websocket_end.hpp"
#include "without_loop/printable.hpp"
#include "without_loop/seconds.hpp"

namespace weft_tool {
namespace {

using end_kind = relay_address::kind;

/// How long the program waits, after its only link, for the peer of a WebSocket to end the stream.
/// All messages have arrived then. A raw connection ends at its close timeout, which does not run
/// while output waits: closed before, it could lose output, because the peer may still send.
constexpr auto relay_close_timeout = std::chrono::seconds(1);
constexpr auto relay_shutdown_time = std::chrono::seconds(3);

/// The longest part of a message that a WebSocket receives at a time. So it also limits the output
/// that waits for the other side.
constexpr std::size_t part_size_max = std::size_t{64} * 1024;

/// A link reads nothing more while output waits, so the queue needs no limit. Unless there is an
/// idle timeout, peers may stop reading, or stop sending in the middle of a message, for any time.
weft::connection_options websocket_options(const relay_options& options,
                                           weft::connection_options from = {}) {
    from.limits.message_size_max = part_size_max;
    from.queue_size_max = weft::unlimited;
    from.limits.message_rate_min = 0;
    from.timeouts.idle = seconds(options.idle_timeout);
    from.timeouts.message = seconds(options.idle_timeout);
    from.timeouts.write_stall = seconds(options.idle_timeout);
    return from;
}

weft::raw_options stream_options(const relay_options& options) {
    weft::raw_options made;
    made.queue_size_max = weft::unlimited;
    made.idle_timeout = seconds(options.idle_timeout);
    made.write_stall = seconds(options.idle_timeout);
    made.tls_timeout = seconds(options.connecting.timeout);
    return made;
}

/// Returns the first of `served` that the client has offered; empty for none.
std::string first_offered(std::span<const std::string> served, const weft::connection& by) {
    const auto offered = by.offered_subprotocols();
    for (const auto& one : served) {
        if (std::ranges::find(offered, one) != offered.end()) return one;
    }
    return {};
}

exit_code exit_code_of(const relay_ending& why) {
    if (why.misused) return exit_code::usage;
    if (!why.opened) return exit_code::not_connected;
    if (why.bad_input) return exit_code::input_output;
    return why.proper ? exit_code::ok : exit_code::ended_badly;
}

} // namespace

relay_run::relay_run(const relay_options& options, relay_plan plan, const char* command,
                     relay_observer* recorder)
    : options_(options), plan_(std::move(plan)), log_(command, options.verbose, options.json),
      recorder_(recorder), loop_({.engine = engine_of(options.loop)}),
      names_(resolve_names(loop_, options.name_servers)), signals_(loop_), client_(loop_),
      raw_client_(loop_), server_(loop_), last_resort_(loop_, [this] { end_all(); }),
      single_(!plan_.client.listens || plan_.server.what == end_kind::standard) {
    client_.on_interrupt([this] { handle_signals(); });
}

exit_code relay_run::run() {
    if (!listen()) return exit_code::not_connected;
    if (plan_.client.listens) {
        const auto& trusted = plan_.serving.issuers_file;
        log_.listening(listening_at_,
                       trusted.empty() ? "" : "; clients can trust it with --ca " + trusted);
    } else {
        begin(make_end(plan_.client, plan_.to_client), make_end(plan_.server, plan_.to_server));
    }
    run_inside(options_.loop, loop_);
    return outcome_;
}

// --- accepting

bool relay_run::listen() {
    const auto& at = plan_.client;
    if (!at.listens || !listening_at_.empty()) return true;
    weft::listening_endpoint* server = &server_;
    if (at.what == end_kind::websocket) {
        serve_websockets();
    } else {
        serve_streams();
        server = &*raw_server_;
    }
    const auto bound = at.what == end_kind::unix_socket
        ? server->listen(at.where())
        : server->listen(at.host, at.port, {.tls = plan_.serving.layer});
    if (!bound) {
        log_.note("cannot listen at " + at.shown() + ": " + bound.error().message() +
                  "\n  Try a numeric address of this machine, or another port or path; port 0 "
                  "chooses a free port");
        return false;
    }
    listening_at_ = bound->str();
    if (bound->is_ip()) listening_at_.insert(0, at.typed.substr(0, at.typed.find("//") + 2));
    if (at.what == end_kind::websocket) listening_at_ += at.path.empty() ? "/" : at.path;
    return true;
}

void relay_run::serve_websockets() {
    weft::route_options how;
    how.connection = websocket_options(options_);
    how.connection.extension = plan_.compression;
    how.connection.timeouts.handshake = 5 * seconds(options_.connecting.timeout);
    auto what = websocket_end::route_handlers();
    what.validate = [this](weft::connection& peer) { accept(peer); };
    const bool any_path = plan_.client.path.empty() || plan_.client.path == "/";
    server_.route(any_path ? "/*" : plan_.client.path, std::move(what), how);
    server_.limits({.connections_max = options_.connections_max});
}

void relay_run::serve_streams() {
    auto what = stream_end::handlers();
    what.open = [this](weft::raw_connection& peer) { accept(peer); };
    raw_server_.emplace(loop_, std::move(what), stream_options(options_));
    raw_server_->limits({.connections_max = options_.connections_max});
}

bool relay_run::may_begin() const noexcept {
    return !ending_ && (!single_ || count_ == 0);
}

void relay_run::accept(weft::connection& peer) {
    if (!options_.any_origin && !plan_.origins.allows(*peer.request())) {
        const std::string origin(peer.origin().value_or(""));
        log_.note("refused a web page of " + origin + "\n  To let it connect: --origin " + origin);
        static_cast<void>(peer.reject(403));
        return;
    }
    if (!may_begin()) return static_cast<void>(peer.reject(503));
    auto to = plan_.to_server;
    if (to && to->how.subprotocols.empty()) to->how.subprotocols = peer.offered_subprotocols();
    auto chosen = to ? std::string() : first_offered(options_.connecting.subprotocols, peer);
    auto other = make_end(plan_.server, to);
    begin(std::make_unique<accepted_websocket>(peer, options_.framing, std::move(chosen)),
          std::move(other));
}

void relay_run::accept(weft::raw_connection& peer) {
    if (!may_begin()) return peer.abort();
    begin(std::make_unique<accepted_stream>(peer, options_.framing.lines),
          make_end(plan_.server, plan_.to_server));
}

// --- links

std::unique_ptr<relay_end> relay_run::make_end(const relay_address& at,
                                               const std::optional<target>& to) {
    if (at.what == end_kind::standard) {
        return std::make_unique<standard_end>(loop_, options_.framing.lines);
    }
    if (to) {
        auto how = to->how;
        how.connection = websocket_options(options_, how.connection);
        return std::make_unique<connecting_websocket>(client_, to->uri, std::move(how),
                                                      options_.framing);
    }
    weft::raw_connect_options how;
    how.connection = stream_options(options_);
    how.connect_timeout = seconds(options_.connecting.timeout);
    if (at.secure) how.tls = plan_.tls;
    return std::make_unique<connecting_stream>(raw_client_, at.where(), std::move(how),
                                               options_.framing.lines);
}

void relay_run::begin(std::unique_ptr<relay_end> first, std::unique_ptr<relay_end> second) {
    ++count_;
    if (single_ && plan_.client.listens) {
        server_.stop_listening();
        if (raw_server_) raw_server_->stop_listening();
    }
    links_.emplace_back(loop_, count_, std::move(first), std::move(second),
                        seconds(options_.wait), static_cast<relay_observer&>(*this));
    links_.back().start();
}

void relay_run::link_opened(relay_link& which) {
    log_.opened(which);
    if (recorder_) recorder_->link_opened(which);
}

void relay_run::link_passes(relay_link& which, std::size_t from, const relay_piece& what) {
    if (recorder_) recorder_->link_passes(which, from, what);
}

void relay_run::link_input_ended(relay_link& which, std::size_t from) {
    if (recorder_) recorder_->link_input_ended(which, from);
}

void relay_run::link_ended(relay_link& which) {
    log_.ended(which);
    if (recorder_) recorder_->link_ended(which);
    if (single_) {
        if (outcome_ == exit_code::ok) outcome_ = exit_code_of(which.ending());
        close_endpoints(relay_close_timeout, weft::duration::max());
    }
    loop_.post([this, ended = &which] {
        links_.remove_if([ended](const relay_link& one) { return &one == ended; });
        if (ending_ && links_.empty()) last_resort_.disarm();
    });
}

// --- the end

/// Called on a stop signal. The first closes all links properly, the second ends them at once.
void relay_run::handle_signals() {
    if (signals_handled_ == stop_signals::count()) return;
    signals_handled_ = stop_signals::count();
    if (ending_) return end_all();
    end(exit_code::ok);
}

void relay_run::end(exit_code outcome) {
    if (outcome_ == exit_code::ok) outcome_ = outcome;
    if (std::exchange(ending_, true)) return;
    for (auto& one : links_) one.close(weft::close_code::going_away);
    close_endpoints(relay_shutdown_time, relay_shutdown_time);
    if (!links_.empty()) last_resort_.arm_after(relay_shutdown_time);
}

void relay_run::end(exit_code outcome, std::string_view why) {
    log_.note(why);
    end(outcome);
}

void relay_run::close_endpoints(weft::duration websockets, weft::duration streams) {
    server_.shutdown(websockets);
    client_.shutdown(websockets);
    if (raw_server_) raw_server_->shutdown(streams);
    raw_client_.shutdown(streams);
}

void relay_run::end_all() {
    for (auto& one : links_) one.abort();
    server_.stop();
    if (raw_server_) raw_server_->stop();
    client_.stop();
    raw_client_.stop();
}

} // namespace weft_tool
