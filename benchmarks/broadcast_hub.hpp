// SPDX-License-Identifier: MIT
// A server whose subscribers all get each message that a publisher sends to /publish. Prints its
// port. Knows nothing of brokers.
#pragma once

#include <cstdio>
#include <string_view>
#include <utility>

#include <weft/weft.hpp>

namespace weft::bench {

/// Serves until it is killed; returns an exit code.
inline int broadcast(event_loop& loop, hub_options options) {
    constexpr std::string_view topic = "all";
    hub topics{loop, std::move(options)};
    server serving{loop};
    serving.route("/subscribe", {.open = [&](connection& peer) {
                      if (!topics.subscribe(peer, topic)) peer.abort();
                  }});
    serving.route("/publish", {.message = [&](connection&, message m) {
                      topics.publish(topic, m);
                  }});
    const auto bound = serving.listen("127.0.0.1", 0);
    if (!bound) return 1;
    std::printf("%u\n", static_cast<unsigned>(bound->port()));
    std::fflush(stdout);
    loop.run();
    return 0;
}

} // namespace weft::bench
