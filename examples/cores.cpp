// SPDX-License-Identifier: MIT
// A server on all cores: one loop per core, each with a server whose state no other loop uses. The
// kernel distributes clients. Ctrl-C closes all connections properly, and ends the program.
//
//     build/release/examples/cores [port [cores]]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <list>
#include <string>

#include <weft/weft.hpp>

namespace {

/// Counts without a lock, because it belongs to one loop.
class counting_server {
public:
    counting_server(weft::event_loop& loop, int core) : server_(loop) {
        server_.route("/", {
            .message = [this, core](weft::connection& peer, weft::message) {
                peer.send("core " + std::to_string(core) + ": " + std::to_string(++count_));
            },
            .interrupt = [this] { server_.shutdown(std::chrono::seconds(2)); },
        });
    }

    weft::result<weft::address> listen(std::uint16_t port) {
        return server_.listen("127.0.0.1", port, {.reuse_port = true});
    }

private:
    weft::server server_;
    unsigned long count_ = 0;
};

weft::event_loops* to_interrupt = nullptr;

} // namespace

int main(int argc, char** argv) {
    auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    weft::event_loops loops(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0);
    std::list<counting_server> servers;
    for (auto& loop : loops) {
        auto& made = servers.emplace_back(loop, static_cast<int>(servers.size()));
        const auto bound = made.listen(port);
        if (!bound) {
            std::cerr << "cannot listen: " << bound.error().message() << '\n';
            return 1;
        }
        port = bound->port();
    }
    std::cout << "ws://127.0.0.1:" << port << "/\n" << std::flush;

    to_interrupt = &loops;
    std::signal(SIGINT, [](int) { to_interrupt->wake(); });
    loops.run();
}
