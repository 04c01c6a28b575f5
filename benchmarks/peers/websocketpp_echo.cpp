// SPDX-License-Identifier: MIT
// An echo server with WebSocket++ 0.8.2 on one thread, without logs and locks, as its documentation
// advises for speed. Does not use Weft.
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/server.hpp>

#include <iostream>

namespace {

struct single_threaded : websocketpp::config::asio {
    using type = single_threaded;
    using base = websocketpp::config::asio;

    using concurrency_type = websocketpp::concurrency::none;
    using alog_type = websocketpp::log::stub;
    using elog_type = websocketpp::log::stub;

    struct transport_config : base::transport_config {
        using concurrency_type = type::concurrency_type;
        using alog_type = type::alog_type;
        using elog_type = type::elog_type;
        static const bool enable_multithreading = false;
    };
    using transport_type = websocketpp::transport::asio::endpoint<transport_config>;

    static const bool enable_multithreading = false;
};

using server = websocketpp::server<single_threaded>;

} // namespace

int main() {
    server echo;
    echo.init_asio();
    echo.set_tcp_post_init_handler([&echo](websocketpp::connection_hdl peer) {
        auto& socket = echo.get_con_from_hdl(peer)->get_raw_socket();
        socket.set_option(websocketpp::lib::asio::ip::tcp::no_delay(true));
    });
    echo.set_message_handler([&echo](websocketpp::connection_hdl peer, server::message_ptr m) {
        websocketpp::lib::error_code ignored;
        echo.send(peer, m->get_payload(), m->get_opcode(), ignored);
    });
    echo.listen(websocketpp::lib::asio::ip::tcp::v4(), 0);
    echo.start_accept();
    websocketpp::lib::asio::error_code none;
    std::cout << echo.get_local_endpoint(none).port() << std::endl;
    echo.run();
}
