// SPDX-License-Identifier: MIT
// The demonstration server: its routes, its listeners, and its end.
#include "weft/serve.hpp"

#include <chrono>
#include <iostream>
#include <list>
#include <span>
#include <utility>

#include <weft/weft.hpp>

#include "host_loops/host_loops.hpp"
#include "weft/listening.hpp"
#include "weft/stop_signals.hpp"
#include "weft/tls.hpp"
#include "without_loop/services.hpp"

namespace weft_tool {
namespace {

constexpr auto shutdown_time = std::chrono::seconds(3);

/// The first signal closes what is open with a proper close frame, the second at once.
void end_gently(weft::server& server, server_log& log) {
    if (stop_signals::count() > 1) return server.stop();
    if (stop_signals::count() == 0 || !server.is_listening()) return;
    log.line(log_level::info,
             "ending: closing " + std::to_string(server.connection_count()) + " connections");
    server.shutdown(shutdown_time);
}

void limit_connections(weft::server& server, server_log& log, const serve_options& options) {
    weft::server_limits limits;
    limits.connections_max = options.connections_max;
    limits.connections_per_address_max = options.connections_per_address_max;
    server.limits(limits);
    server.on_refused([&log](const weft::address& peer, std::error_code why) {
        log.line(log_level::info, "refused " + peer.str() + ": " + why.message());
    });
    server.on_accept_error([&log](std::error_code why) {
        log.line(log_level::info, "cannot accept for now: " + why.message());
    });
}

/// The same for each core. The log and the room are shared, all else belongs to the server's loop.
void prepare(weft::server& server, server_log& log, chat_room& room,
             const serve_options& options) {
    server.on_fail([&log](const weft::report& why) { log.failed(why); });
    limit_connections(server, log, options);
    static_cast<void>(server.trust(options.trusted)); // the command line has checked it
    auto routes = services(log, room, options.services);
    routes.front().what.interrupt = [&] { end_gently(server, log); };
    for (auto& [path, what, how] : routes)
        server.route(path, std::move(what), how);
}

} // namespace

exit_code serve(const serve_options& options) {
    weft::event_loops loops(options.cores, {.engine = engine_of(options.loop)});
    server_log log(log_level_named(options.level));
    chat_room room;
    std::list<weft::server> servers;
    for (auto& loop : loops) prepare(servers.emplace_back(loop), log, room, options);

    const stop_signals signals(std::span(loops.begin(), loops.end()));
    serving_tls tls;
    if (options.tls) {
        auto made = serve_tls(options.certificate_file, options.key_file);
        if (!made) {
            std::cerr << "weft serve: no TLS: " << made.error().message() << '\n';
            return exit_code::not_connected;
        }
        tls = std::move(*made);
    }
    if (!listen_on_all(servers, options, tls)) return exit_code::not_connected;
    introduce(servers.front(), loops, options, tls);
    if (loops.size() > 1) {
        loops.run();
    } else {
        run_inside(options.loop, loops[0]);
    }
    log.line(log_level::info, "ended");
    return exit_code::ok;
}

} // namespace weft_tool
