// SPDX-License-Identifier: MIT
// An echo server on Asio's own sockets, without a Weft event loop. One coroutine accepts, and one
// for each connection receives and sends messages through an `asio_conversation`.
//
//     build/release/examples/asio_stream_coroutines [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdlib>
#include <iostream>

#include <weft/asio/asio_stream.hpp>

using asio::ip::tcp;

/// Ends with an exception when the connection ends; that also destroys the conversation.
asio::awaitable<void> echo(weft::asio_conversation peer) {
    for (;;) {
        const auto message = co_await peer.async_receive(asio::use_awaitable);
        co_await peer.async_send(message, asio::use_awaitable);
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, weft::asio_endpoint& endpoint) {
    for (;;) endpoint.serve(co_await acceptor.async_accept(asio::use_awaitable));
}

int main(int argc, char** argv) {
    asio::io_context context;
    weft::asio_endpoint endpoint{context};
    endpoint.route("/", endpoint.conversations([&](weft::asio_conversation peer) {
        asio::co_spawn(context, echo(std::move(peer)), asio::detached);
    }));
    const auto port = static_cast<asio::ip::port_type>(argc > 1 ? std::atoi(argv[1]) : 9001);
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), port}};
    std::cout << "ws://" << acceptor.local_endpoint() << "/\n" << std::flush;
    asio::co_spawn(context, accept(acceptor, endpoint), asio::detached);
    context.run();
}
