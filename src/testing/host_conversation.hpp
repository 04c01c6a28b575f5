// SPDX-License-Identifier: MIT
// A WebSocket client and an echo server on one loop, connected by a pipe in memory: work that is
// neither a timer nor a posted function, and that must keep a host running.
#pragma once

#include <weft/connection/stream_endpoint.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/stream/memory_pipe.hpp>

namespace weft::testing {

class host_conversation {
public:
    explicit host_conversation(event_loop& loop) : server_(loop.driver()), client_(loop.driver()) {
        server_.route("/", {
            .message = [](connection& peer, message m) { peer.send(m); },
            .interrupt = [this] { ++interrupts; },
        });
        auto [near, far] = memory_pipe(loop.driver(), loop.driver());
        server_.serve(std::move(far));
        client_.connect(std::move(near), *uri::parse("ws://host/"),
                        {
                            .open =
                                [this](connection& peer) {
                                    to = peer.handle();
                                    is_open = true;
                                },
                            .message = [this](connection&, message) { ++received; },
                        });
    }

    /// Sends `what`. May be called outside a turn or in one.
    void say(std::string_view what) {
        client_.for_each([&](connection& peer) { peer.send(what); });
    }
    void pause() {
        client_.for_each([](connection& peer) { peer.pause(); });
    }
    void resume() {
        client_.for_each([](connection& peer) { peer.resume(); });
    }

    connection_handle to; ///< for other threads
    bool is_open = false;
    int received = 0;
    int interrupts = 0;

private:
    stream_endpoint server_;
    stream_endpoint client_;
};

} // namespace weft::testing
