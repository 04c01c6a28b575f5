// SPDX-License-Identifier: MIT
// A chat room: a client that reconnects with its last position gets the lines that it missed.
//
//     build/release/examples/hub_chat
//     build/release/weft connect 'ws://127.0.0.1:9001/chat'
//     build/release/weft connect 'ws://127.0.0.1:9001/chat?since=1-5f3a'
#include <csignal>
#include <iostream>
#include <string>

#include <weft/weft.hpp>

int main() {
    using namespace std::chrono_literals;
    weft::event_loop loop;
    weft::server server{loop};

    weft::hub_options options;
    options.history = {100, 10min}; // messages, and their age
    options.format = [](std::string_view, const weft::publication& line, std::string& message) {
        message = line.at.str() + ' ' + line.data;
    };
    weft::hub hub{loop, std::move(options)};

    server.route(
        "/chat",
        {
            .open =
                [&](weft::connection& client) {
                    weft::subscribe_options joining;
                    const auto since = client.query_value("since"); // /chat?since=17-5f3a
                    if (since) joining.since = weft::position::parse(*since);
                    joining.done = [asked = since.has_value()](weft::connection& to,
                                                               const weft::subscribed& how) {
                        if (asked && !how.recovered) to.send("reload");
                        to.send("at " + how.at.str()); // for ?since=, if no line follows
                    };
                    (void)hub.subscribe(client, "lobby", std::move(joining));
                },
            .message = [&](weft::connection&, weft::message m) { hub.publish("lobby", m); },
        });

    (void)loop.on_signal({SIGINT, SIGTERM}, [&](int) { server.shutdown(2s); });
    const auto bound = server.listen("127.0.0.1", 9001);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    loop.run();
}
