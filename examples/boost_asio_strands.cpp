// SPDX-License-Identifier: MIT
// A server in an io_context that several threads run: one loop per strand, each with a server whose
// state no other strand uses. Ctrl-C closes all connections, and then `run` returns.
//
//     build/release/examples/boost_asio_strands [port [strands [threads]]]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include <weft/hosts/boost_asio.hpp>
#include <weft/weft.hpp>

namespace {

/// Counts without a lock, because it belongs to one strand.
class counting_server {
public:
    counting_server(weft::event_loop& loop, std::size_t strand) : server_(loop) {
        server_.route("/", {
            .message = [this, strand](weft::connection& peer, weft::message) {
                peer.send("strand " + std::to_string(strand) + ": " + std::to_string(++count_));
            },
        });
    }

    weft::result<weft::address> listen(std::uint16_t port) {
        return server_.listen("127.0.0.1", port, {.reuse_port = true});
    }

private:
    weft::server server_;
    unsigned long count_ = 0;
};

std::size_t number(int argc, char** argv, int which, std::size_t otherwise) {
    return argc > which ? std::strtoul(argv[which], nullptr, 10) : otherwise;
}

} // namespace

int main(int argc, char** argv) {
    auto port = static_cast<std::uint16_t>(number(argc, argv, 1, 9001));
    boost::asio::io_context context;
    weft::event_loops loops(number(argc, argv, 2, 4));
    weft::boost_asio_guests strands{loops, context};
    std::list<counting_server> servers;
    for (auto& loop : loops) {
        const auto bound = servers.emplace_back(loop, servers.size()).listen(port);
        if (!bound) {
            std::cerr << "cannot listen: " << bound.error().message() << '\n';
            return 1;
        }
        port = bound->port();
    }
    std::cout << "ws://127.0.0.1:" << port << "/\n" << std::flush;

    boost::asio::signal_set interrupt{context, SIGINT}; // the application's own signal handling
    interrupt.async_wait([&](const auto&, int) { loops.shutdown(std::chrono::seconds(2)); });

    std::vector<std::thread> threads(number(argc, argv, 3, 2));
    for (auto& one : threads) one = std::thread([&] { context.run(); });
    for (auto& one : threads) one.join();
}
