// SPDX-License-Identifier: MIT
// WebSockets inside an existing HTTP server. Boost.Beast reads each request and answers it. Upgrade
// requests are passed to Weft, together with the bytes that were read after them.
//
//     build/release/examples/boost_asio_stream_after_beast [port]
//     build/release/weft connect ws://127.0.0.1:9001/echo
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <cstdlib>
#include <iostream>

#include <weft/asio/boost_asio_stream.hpp>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

/// Converts a request that Beast has parsed to Weft's type.
weft::result<weft::http_request> to_weft(const http::request<http::string_body>& request) {
    weft::http_fields fields;
    for (const auto& field : request) {
        fields.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    return weft::http_request::make(request.method_string(), request.target(), std::move(fields));
}

asio::awaitable<void> talk(tcp::socket client, weft::boost_asio_endpoint& websockets) {
    boost::beast::flat_buffer buffer;
    for (;;) {
        http::request<http::string_body> request;
        co_await http::async_read(client, buffer, request, asio::use_awaitable);
        if (boost::beast::websocket::is_upgrade(request)) {
            const auto behind = buffer.data();
            const auto read = std::as_bytes(
                std::span(static_cast<const char*>(behind.data()), behind.size()));
            if (auto taken = to_weft(request)) {
                if (websockets.accept(std::move(client), std::move(*taken), read)) co_return;
            }
        }
        http::response<http::string_body> answer(http::status::ok, request.version());
        answer.body() = "Beast answers here.\n";
        answer.prepare_payload();
        co_await http::async_write(client, answer, asio::use_awaitable);
        if (!request.keep_alive()) co_return;
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, weft::boost_asio_endpoint& websockets) {
    for (;;) {
        auto client = co_await acceptor.async_accept(asio::use_awaitable);
        asio::co_spawn(acceptor.get_executor(), talk(std::move(client), websockets),
                       asio::detached);
    }
}

int main(int argc, char** argv) {
    asio::io_context context;
    weft::boost_asio_endpoint websockets{context};
    websockets.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto port = static_cast<asio::ip::port_type>(argc > 1 ? std::atoi(argv[1]) : 9001);
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), port}};
    std::cout << "ws://" << acceptor.local_endpoint() << "/echo\n" << std::flush;
    asio::co_spawn(context, accept(acceptor, websockets), asio::detached);
    context.run();
}
