// SPDX-License-Identifier: MIT
// One server of several that share a Redis: passes on the topic "numbers" to its subscribers, and
// publishes what publishers send. Prints its port. Usage: machine_server PORT REDIS_SOCKET
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include <weft/redis/redis_broker.hpp>
#include <weft/weft.hpp>

namespace {

using namespace std::chrono_literals;

constexpr std::string_view topic = "numbers";

weft::hub_options options_for(const char* redis_socket) {
    weft::redis_options redis;
    redis.socket = redis_socket;
    redis.keeps_data = true;
    redis.backoff_max = 500ms;
    weft::hub_options options;
    options.broker = std::make_shared<weft::redis_broker>(redis);
    options.history = {10'000, 10min};
    options.recovered_max = 10'000;
    options.format = [](std::string_view, const weft::publication& what, std::string& message) {
        if (what.at.offset != 0) message = what.at.str() + ' ';
        message += what.data;
    };
    return options;
}

/// Answers a subscriber with its position, and with what became of its request to recover.
void tell(weft::connection& to, const weft::subscribed& how, bool asked) {
    const char* const word = !asked ? "at " : how.recovered ? "back " : "reset ";
    to.send(word + how.at.str());
}

void publish(weft::hub& hub, weft::connection& publisher, std::string_view number) {
    weft::publish_options once;
    once.idempotency_key = number;
    hub.publish(topic, weft::message(number), once,
                [to = publisher.handle(), text = std::string(number)](
                    const weft::result<weft::position>& at) {
                    to.send((at ? "ok " : "again ") + text);
                });
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: machine_server PORT REDIS_SOCKET\n";
        return 2;
    }
    weft::event_loop loop;
    weft::server server{loop};
    weft::server_limits limits;
    limits.handshakes_max = limits.handshakes_per_address_max = 20'000;
    server.limits(limits);
    weft::hub hub{loop, options_for(argv[2])};
    hub.on_loss([&](std::string_view name, const weft::position& now) {
        const std::string text = "reset " + now.str();
        hub.publish_if(name, weft::message(std::string_view(text)),
                       [](weft::connection&) { return true; });
    });
    weft::route_options patient; // the machine may be busy
    patient.connection.timeouts.handshake = 120s;
    patient.connection.timeouts.pong = 120s;
    server.route("/numbers",
                 {.open =
                      [&](weft::connection& peer) {
                          weft::subscribe_options joining;
                          if (const auto since = peer.query_value("since")) {
                              joining.since = weft::position::parse(*since);
                          }
                          joining.done = [asked = joining.since.has_value()](
                                             weft::connection& to, const weft::subscribed& how) {
                              tell(to, how, asked);
                          };
                          if (!hub.subscribe(peer, topic, std::move(joining))) peer.abort();
                      }},
                 patient);
    server.route("/publish",
                 {.message = [&](weft::connection& peer,
                                 weft::message m) { publish(hub, peer, m.text()); }},
                 patient);
    const auto port = static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10));
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "machine_server: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    loop.run();
}
