// SPDX-License-Identifier: MIT
// A server for other people's clients: it echoes everywhere, and on a few paths does what a client
// has to cope with. Prints where it listens, and ends when its standard input does.

#include <weft/weft.hpp>

#include <charconv>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <thread>

#include "weft/compression.hpp"

namespace {

constexpr std::size_t size_max = 64 * 1024 * 1024;

weft::route_options roomy(std::string subprotocol = {}) {
    weft::route_options options;
    options.subprotocol = std::move(subprotocol);
    options.connection.limits.message_size_max = size_max;
    options.connection.queue_size_max = 4 * size_max;
    options.connection.timeouts.ping_interval = {};
    return options;
}

weft::route_options compressed() {
    weft::route_options options = roomy();
    options.connection.extension = weft_tool::compression_for("interop_server");
    return options;
}

std::string value_of(const weft::connection& peer, std::string_view key) {
    return peer.query_value(key).value_or("");
}

int number_of(const weft::connection& peer, std::string_view key, int otherwise) {
    const std::string text = value_of(peer, key);
    int number = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void echo(weft::connection& peer, weft::message what) {
    peer.send(what);
}

// Sends the message back in fragments of at most `part` bytes, with a ping between them.
void echo_in_parts(weft::connection& peer, weft::message what) {
    constexpr std::size_t part = 1000;
    auto left = what.bytes();
    while (left.size() > part) {
        peer.send_part(weft::message(left.first(part), what.is_text()), false);
        peer.ping("between");
        left = left.subspan(part);
    }
    peer.send_part(weft::message(left, what.is_text()), true);
}

void close_as_asked(weft::connection& peer) {
    const auto code = static_cast<weft::close_code>(number_of(peer, "code", 1000));
    peer.close(code, value_of(peer, "reason"));
}

void reject_as_asked(weft::connection& peer) {
    weft::http_response response;
    response.status = number_of(peer, "status", 403);
    response.headers = {{"X-Reason", "asked for"}};
    response.body = "rejected as asked\n";
    peer.reject(response);
}

// Accepts in a later turn.
void accept_later(weft::connection& peer) {
    peer.defer();
    peer.handle().with([](weft::connection& later) { later.accept({}, {{"X-Deferred", "yes"}}); });
}

void report_health(weft::connection& peer) {
    const auto* request = peer.request();
    peer.respond({200, {}, std::string(request->method()) + " " + request->body() + "\n"});
}

void add_routes(weft::server& server) {
    server.route("/*", {.message = echo}, roomy());
    server.route("/plain", {.message = echo});
    server.route("/compressed", {.message = echo}, compressed());
    server.route("/parts", {.message = echo_in_parts}, roomy());
    server.route("/chat", {.message = echo}, roomy("chat.v1"));
    server.route("/chat", {.message = echo}, roomy("chat.v2"));
    server.route("/close", {.open = close_as_asked}, roomy());
    server.route("/reject", {.validate = reject_as_asked}, roomy());
    server.route("/later", {.message = echo, .validate = accept_later}, roomy());
    server.route("/abort", {.message = [](auto& peer, auto) { peer.abort(); }}, roomy());
    server.route("/health", {.http = report_health}, roomy());
    server.route("/missing", {.http = [](auto&) {}}, roomy());
    server.route("/ping",
                 {.open = [](weft::connection& peer) { peer.ping("are you there"); },
                  .pong =
                      [](weft::connection& peer, std::span<const std::byte> payload) {
                          peer.send(weft::message(payload, true));
                      }},
                 roomy());
}

// Reads standard input until it ends, then has the loop shut down.
void wait_for_the_end(weft::event_loop& loop) {
    std::cin.ignore(std::numeric_limits<std::streamsize>::max());
    loop.post([&loop] { loop.shutdown(std::chrono::seconds(2)); });
}

} // namespace

int main(int count, char** arguments) {
    const std::string_view where = count > 1 ? arguments[1] : "127.0.0.1:0";
    weft::event_loop loop;
    weft::server server{loop};
    add_routes(server);
    const auto bound = server.listen(where);
    if (!bound) {
        std::cerr << "cannot listen at " << where << ": " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->str() << std::endl;
    std::thread watcher{[&loop] { wait_for_the_end(loop); }};
    loop.run();
    watcher.join();
}
