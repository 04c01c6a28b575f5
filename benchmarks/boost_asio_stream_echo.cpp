// SPDX-License-Identifier: MIT
// Weft's echo over the sockets of Boost.Asio, with no loop of Weft's: boost_asio_stream as an
// application writes it, to be compared with Boost.Beast.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <iostream>
#include <utility>

#include <weft/asio/boost_asio_stream.hpp>

namespace {

using boost::asio::ip::tcp;

void accept_all(tcp::acceptor& acceptor, weft::boost_asio_endpoint& service) {
    acceptor.async_accept([&](boost::system::error_code why, tcp::socket client) {
        if (!why) {
            client.set_option(tcp::no_delay(true), why);
            service.serve(std::move(client));
        }
        accept_all(acceptor, service);
    });
}

} // namespace

int main() {
    boost::asio::io_context context{1};
    weft::boost_asio_endpoint service{context};
    service.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    tcp::acceptor acceptor{context, {boost::asio::ip::address_v4::loopback(), 0}};
    acceptor.listen(4096);
    std::cout << acceptor.local_endpoint().port() << '\n' << std::flush;
    accept_all(acceptor, service);
    context.run();
}
