// SPDX-License-Identifier: MIT
// The demonstration server: its routes, its listeners, and its end.
#include "weft/serve.hpp"

#include <chrono>
#include <iostream>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>

#include <weft/weft.hpp>

#include "host_loops/host_loops.hpp"
#include "weft/broker.hpp"
#include "weft/compression.hpp"
#include "weft/listening.hpp"
#include "weft/metrics.hpp"
#include "weft/shared_room.hpp"
#include "weft/stop_signals.hpp"
#include "weft/tls.hpp"
#include "without_loop/chat_room.hpp"
#include "without_loop/services.hpp"

namespace weft_tool {
namespace {

constexpr auto shutdown_time = std::chrono::seconds(3);
constexpr auto announcement_interval = std::chrono::seconds(1); // of a large chat room

/// Called on a stop signal: the first closes all connections properly, the second ends at once.
void close_gracefully(weft::server& server, server_log& log, double drain) {
    if (stop_signals::count() > 1) return server.stop();
    if (stop_signals::count() == 0 || !server.is_listening()) return;
    const auto connections = std::to_string(server.connection_count()) + " connections";
    if (drain == 0) {
        log.line(log_level::info, "ending: closing " + connections);
        return server.shutdown(shutdown_time);
    }
    const std::chrono::duration<double> window(drain);
    std::ostringstream seconds; // without trailing zeros
    seconds << window.count();
    log.line(log_level::info,
             "draining: closing " + connections + " over " + seconds.str() + " seconds");
    weft::drain_options spread;
    spread.window = std::chrono::duration_cast<weft::duration>(window);
    spread.finish = shutdown_time;
    server.drain(spread);
}

void limit_connections(weft::server& server, const serve_options& options) {
    weft::server_limits limits;
    limits.connections_max = options.connections_max;
    limits.connections_per_address_max = options.connections_per_address_max;
    server.limits(limits);
}

/// One per core. The log and the room are shared; all else belongs to the server's loop.
void prepare(weft::server& server, server_log& log, chat_service chat, weft::handlers metrics,
             const serve_options& options) {
    limit_connections(server, options);
    static_cast<void>(server.trust(options.trusted)); // the command line has checked it
    auto routes = services(log, std::move(chat), options.services);
    routes.front().what.interrupt = [&] { close_gracefully(server, log, options.drain); };
    for (auto& [path, what, how] : routes)
        server.route(path, std::move(what), how);
    metrics = answering_to(options.services.names, std::move(metrics));
    server.route("/metrics", log.logged_requests(std::move(metrics), log_level::debug));
    for (auto& [path, what, how] : refusals(log, options.services))
        server.route(path, std::move(what), how);
}

} // namespace

exit_code serve(serve_options options) {
    if (!options.any_host) {
        options.names.push_back(machine_name());
        options.services.names = std::make_shared<own_names>(options.names);
    }
    if (options.deflate) {
        options.services.compression = compression_for("weft serve");
        if (!options.services.compression) return exit_code::usage;
    }
    server_log log(log_level_named(options.level));
    weft::event_loops loops(options.cores,
                            {.engine = engine_of(options.loop), .measure_turns = true});
    if (const auto why = loops[0].engine_refused()) {
        std::cerr << "weft serve: the system refuses " << options.loop << " (" << why.message()
                  << "), so the loop uses " << weft::name(loops[0].engine()) << '\n';
    }
    std::optional<weft::timer> announcements;
    chat_room room([&] {
        loops[0].post([&] {
            if (stop_signals::count() == 0) announcements->arm_after(announcement_interval);
        });
    });
    announcements.emplace(loops[0], [&] { room.announce_changes(); });
    std::shared_ptr<weft::broker> broker;
    if (!options.hub.empty()) {
        broker = broker_at(options.hub, options.hub_trust(), log);
        if (!broker) return exit_code::usage;
    }
    std::list<shared_room> shared_rooms; // one for each loop
    std::list<weft::server> servers;
    for (auto& loop : loops) {
        log.listen_to(loop);
        chat_service chat{room.handlers(), room.members_page()};
        if (broker) chat = shared_rooms.emplace_back(loop, broker, options.services).service();
        prepare(servers.emplace_back(loop), log, std::move(chat), metrics_page(loops, servers),
                options);
    }

    const stop_signals signals(std::span(loops.begin(), loops.end()));
    serving_tls tls;
    if (options.tls) {
        tls_fault fault;
        auto made = serve_tls(options.tls_library, options.identity, fault);
        if (!made) {
            print_tls_error("weft serve", fault);
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
