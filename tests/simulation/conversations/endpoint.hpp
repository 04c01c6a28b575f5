// SPDX-License-Identifier: MIT
// A server or a client of a world: the service, its options, and what is counted of it. What its
// handlers hear goes to the parties.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/testing/network_stream.hpp>

#include "simulation/conversations/party.hpp"

namespace weft::simulation {

/// A shutdown that was asked for.
struct ending {
    time_point deadline;
    int done = 0; // calls; must become one
};

struct endpoint {
    endpoint(world& there, event_loop& runs_it, std::string is_called);

    world& around;
    event_loop& loop;
    const std::string name; // where a server listens; empty for a client
    connection_options connection;
    duration connect_timeout{};
    std::optional<stream_endpoint> here;
    bool gone = false;

    // connections, of which a server's may have nothing to do with a party
    std::size_t begun = 0;
    std::size_t opened = 0;
    std::size_t closed = 0;
    std::size_t failed = 0;

    std::vector<std::unique_ptr<ending>> endings;
    bool asking = false; // inside a call that takes a `done`

    [[nodiscard]] bool serves() const noexcept { return !name.empty(); }

    /// Begins, with options that the world's chance draws.
    void begin();
    void connect(party& client, party& server, endpoint& at_server);

    /// Ends, calling nobody but a `done`.
    void destroy();
    void shut_down(duration within);
    void stop();

    /// A shutdown of this or of its loop begins: one that is under way has its deadline now.
    void shutdown_begins(time_point deadline);

    /// What `done` to hand over, for a shutdown until `deadline`.
    [[nodiscard]] function<void()> done_by(time_point deadline);

    // --- what must hold

    void check_settled();
    void check_end() const;

private:
    void serve(std::unique_ptr<testing::network_stream> arrived);
    [[nodiscard]] handlers make_handlers(party* outbound, bool validates);
    template <class Tell>
    void hear(weft::connection& c, party* outbound, const char* what, Tell&& tell);
    void decide(weft::connection& c, party& who);
};

/// What a connection carries with it: whose it is, and that it lives.
struct mark {
    endpoint& at;
    party* who = nullptr;
    std::shared_ptr<int> alive;
    time_point begun{};
    testing::network_stream* link = nullptr;
};

} // namespace weft::simulation
