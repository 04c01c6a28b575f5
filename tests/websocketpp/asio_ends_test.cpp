// SPDX-License-Identifier: MIT
// How connections and endpoints of WebSocket++ end over Asio: failures, timeouts, exceptions,
// destruction.
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "websocketpp/asio_pair.hpp"

namespace websocketpp {
namespace {

class websocketpp_asio_ends : public asio_pair {};

TEST_F(websocketpp_asio_ends, a_server_ends_cleanly_with_clients_connected) {
    std::set<connection_hdl, std::owner_less<connection_hdl>> all;
    server.set_open_handler([&](connection_hdl hdl) {
        all.insert(hdl);
        if (all.size() < 5) return;
        server.stop_listening();
        EXPECT_FALSE(server.is_listening());
        for (auto const& each : all) server.close(each, close::status::going_away, "stop");
    });
    for (int i = 0; i < 5; ++i) connect();
    run();
    EXPECT_EQ(seen.size(), 10U);
    for (auto const& each : seen) EXPECT_TRUE(each.ends_with(" close 1001")) << each;
}

TEST_F(websocketpp_asio_ends, what_cannot_be_connected_fails_once) {
    server.stop_listening();
    lib::error_code ec;
    const auto con = client.get_connection("ws://127.0.0.1:1/", ec);
    client.connect(con);
    run();
    EXPECT_EQ(seen, std::vector<std::string>{"client fail"});
    const lib::asio::error_code refused = lib::asio::error::connection_refused;
    EXPECT_EQ(con->get_transport_ec(), refused);
    const lib::error_code passed = transport::error::pass_through;
    const bool same_type = std::is_same_v<lib::asio::error_code, lib::error_code>;
    EXPECT_EQ(con->get_ec(), same_type ? lib::error_code(refused) : passed);
    EXPECT_EQ(con->get_state(), session::state::closed);
}

TEST_F(websocketpp_asio_ends, handshakes_have_a_timeout) {
    lib::asio::ip::tcp::acceptor silent(
        context, {lib::asio::ip::address_v4::loopback(), 0});
    server.stop_listening();
    lib::error_code ec;
    const auto con = client.get_connection(
        "ws://127.0.0.1:" + std::to_string(silent.local_endpoint().port()), ec);
    con->set_open_handshake_timeout(50);
    client.connect(con);
    run();
    EXPECT_EQ(seen, std::vector<std::string>{"client fail"});
    EXPECT_EQ(con->get_ec(), error::open_handshake_timeout);
}

TEST_F(websocketpp_asio_ends, a_silent_proxy_or_a_malformed_uri_fails_and_an_empty_uri_means_none) {
    lib::asio::ip::tcp::acceptor silent(
        context, {lib::asio::ip::address_v4::loopback(), 0});
    lib::error_code ec;
    const auto late = client.get_connection(address(), ec);
    late->set_proxy("http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()));
    late->set_proxy_basic_auth("user", "password");
    late->set_proxy_timeout(50);
    client.connect(late);
    const auto wrong = client.get_connection(address(), ec);
    wrong->set_proxy("127.0.0.1:3128", ec);
    EXPECT_FALSE(ec);
    client.connect(wrong);
    const auto direct = client.get_connection(address(), ec);
    EXPECT_EQ(direct->get_remote_endpoint(), "Unknown");
    direct->set_proxy_timeout(1, ec);
    EXPECT_EQ(ec, error::invalid_state);
    direct->set_proxy("");
    direct->set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.close(hdl, close::status::normal, "");
    });
    accept();
    client.connect(direct);
    run();
    EXPECT_EQ(late->get_ec(), transport::error::timeout);
    EXPECT_EQ(wrong->get_ec(), transport::asio::error::proxy_invalid);
    EXPECT_FALSE(direct->get_ec());
    EXPECT_EQ(direct->get_remote_close_code(), close::status::normal);
}

TEST_F(websocketpp_asio_ends, an_exception_of_a_handler_leaves_run) {
    server.set_message_handler(
        [](connection_hdl, asio_server::message_ptr) { throw std::runtime_error("broken"); });
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.send(hdl, "x", frame::opcode::text);
    });
    connect();
    EXPECT_THROW(run(), std::runtime_error);
    run();
    EXPECT_EQ(seen, (std::vector<std::string>{"server close 1006", "client close 1011"}));
}

TEST_F(websocketpp_asio_ends, an_interrupt_and_terminate_come_from_any_thread) {
    std::vector<std::thread> others;
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        others.emplace_back([&, hdl] { client.interrupt(hdl); });
    });
    client.set_interrupt_handler([&](connection_hdl hdl) {
        others.emplace_back([&, hdl] {
            client.get_con_from_hdl(hdl)->terminate(error::make_error_code(error::test));
        });
    });
    const auto con = connect();
    run();
    for (auto& each : others) each.join();
    EXPECT_EQ(con->get_ec(), error::test);
    EXPECT_EQ(seen, (std::vector<std::string>{"client close 1006", "server close 1006"}));
}

TEST(websocketpp_asio_endpoints, an_endpoint_is_destroyed_with_connections_open) {
    asio_server::connection_ptr accepted;
    asio_client::connection_ptr connecting;
    int ends = 0;
    {
        asio_server server;
        asio_client client;
        be_quiet(server);
        be_quiet(client);
        server.init_asio();
        client.init_asio();
        server.set_open_handler(
            [&](connection_hdl hdl) { accepted = server.get_con_from_hdl(hdl); });
        server.set_close_handler([&](connection_hdl) { ++ends; });
        server.listen(lib::asio::ip::tcp::v4(), 0);
        server.start_accept();
        lib::asio::error_code ignored;
        lib::error_code ec;
        connecting = client.get_connection(
            "ws://127.0.0.1:" + std::to_string(server.get_local_endpoint(ignored).port()), ec);
        connecting->set_close_handler([&](connection_hdl) { ++ends; });
        client.connect(connecting);
        for (int i = 0; i < 1'000'000 && connecting->get_state() != session::state::open; ++i) {
            server.poll();
            client.poll();
        }
        ASSERT_TRUE(accepted);
        client.set_timer(60'000, [&](lib::error_code const&) { ++ends; });
        accepted->send("never arrives");
    }
    EXPECT_EQ(ends, 0);
    EXPECT_EQ(accepted->send("x"), error::invalid_state);
    lib::error_code ec;
    accepted->close(close::status::normal, "", ec);
    connecting->terminate(lib::error_code());
}

TEST_F(websocketpp_asio_ends, an_endpoint_is_destroyed_with_an_accepted_connection_waiting) {
    server.stop_listening();
    lib::asio::ip::tcp::socket peer(context);
    lib::asio::error_code ec;
    {
        asio_server second;
        be_quiet(second);
        second.init_asio(&context);
        second.listen(lib::asio::ip::tcp::endpoint(lib::asio::ip::address_v4::loopback(), 0));
        peer.connect(second.get_local_endpoint(ec));
        second.start_accept(); // accepts at once; its completion is queued
    }
    run();
    char byte = 0;
    EXPECT_EQ(peer.read_some(lib::asio::buffer(&byte, 1), ec), 0U);
    EXPECT_TRUE(ec);
}

TEST_F(websocketpp_asio_ends, an_endpoint_may_be_moved_while_it_listens) {
    server.stop_listening();
    asio_server first;
    be_quiet(first);
    first.init_asio(&context);
    first.listen(lib::asio::ip::tcp::endpoint(lib::asio::ip::address_v4::loopback(), 0));
    asio_server second(std::move(first));
    ASSERT_TRUE(second.is_listening());
    second.start_accept();
    lib::error_code ec;
    lib::asio::error_code ignored;
    const auto con = client.get_connection(
        "ws://127.0.0.1:" + std::to_string(second.get_local_endpoint(ignored).port()), ec);
    con->set_open_handler([&](connection_hdl hdl) {
        second.stop_listening();
        client.close(hdl, close::status::normal, "");
    });
    client.connect(con);
    run();
    EXPECT_EQ(con->get_remote_close_code(), close::status::normal);
}

} // namespace
} // namespace websocketpp
