// SPDX-License-Identifier: MIT
// The routes and their limits.
#include "without_loop/services.hpp"

#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>

#include "without_loop/seconds.hpp"
#include "without_loop/web_pages.hpp"

namespace weft_tool {
namespace {

constexpr std::size_t chat_message_size_max = 64 * 1024;

constexpr std::size_t chat_queue_size_max = 128 * 1024;

weft::route_options echo_route(const service_options& options) {
    weft::route_options route;
    route.connection.limits.message_size_max = options.message_size_max;
    route.connection.queue_size_max = options.queue_size_max;
    route.connection.timeouts.idle = seconds(options.idle_timeout);
    route.connection.extension = options.compression;
    return route;
}

/// A member that does not read must not keep the others' messages in memory.
weft::route_options chat_route(const service_options& options) {
    auto route = echo_route(options);
    route.connection.limits.message_size_max =
        std::min(options.message_size_max, chat_message_size_max);
    route.connection.queue_size_max = chat_queue_max(options);
    route.connection.when_full = weft::queue_policy::close;
    return route;
}

weft::handlers echo() {
    return {.message = [](weft::connection& peer, weft::message what) { peer.send(what); }};
}

weft::handlers websocket_expected() {
    return {.http = [](weft::connection& peer) {
        static_cast<void>(peer.respond(weft::refusal(weft::errc::bad_upgrade)));
    }};
}

/// Leaves the answer, 404, to the server.
weft::handlers nothing_here() {
    return {.http = [](weft::connection&) {}};
}

} // namespace

std::size_t chat_queue_max(const service_options& options) {
    return std::min(options.queue_size_max, chat_queue_size_max);
}

std::vector<served_route> services(server_log& log, chat_service chat,
                                   const service_options& options) {
    const auto ours = [&options](weft::handlers what) {
        return answering_to(options.names, std::move(what));
    };
    std::vector<served_route> all;
    all.push_back({"/echo", ours(echo()), echo_route(options)});
    all.push_back({"/chat", ours(std::move(chat.room)), chat_route(options)});
    all.push_back({"/chat/members",
                   log.logged_requests(ours(std::move(chat.members)), log_level::debug),
                   {}});
    for (auto& [path, page] : web_pages()) {
        const bool is_part = path.ends_with(".js") || path.ends_with(".css"); // of the page
        const auto level = is_part || path == "/health" ? log_level::debug : log_level::info;
        all.push_back({path, log.logged_requests(ours(std::move(page)), level), {}});
    }
    return all;
}

std::vector<served_route> refusals(server_log& log, const service_options& options) {
    std::vector<served_route> all;
    const auto add = [&](const char* path, weft::handlers what) {
        what = answering_to(options.names, std::move(what));
        all.push_back({path, log.logged_requests(std::move(what), log_level::info), {}});
    };
    add("/echo", websocket_expected());
    add("/chat", websocket_expected());
    add("*", nothing_here());
    return all;
}

} // namespace weft_tool
