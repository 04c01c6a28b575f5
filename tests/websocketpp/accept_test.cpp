// SPDX-License-Identifier: MIT
// The loop that accepts connections over Asio: when it ends, and which errors its handler gets.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/server.hpp>

namespace websocketpp {
namespace {

typedef websocketpp::server<config::asio> asio_server;
typedef websocketpp::client<config::asio_client> asio_client;

class websocketpp_accept : public ::testing::Test {
protected:
    websocketpp_accept() {
        server.clear_access_channels(log::alevel::all);
        server.clear_error_channels(log::elevel::all);
        client.clear_access_channels(log::alevel::all);
        client.clear_error_channels(log::elevel::all);
        server.init_asio(&context);
        client.init_asio(&context);
    }

    void accept() {
        server.start_accept([this](lib::error_code const& ec, lib::error_code const& transport) {
            ends.push_back(ec);
            ends.push_back(transport);
        });
    }

    void connect() {
        lib::asio::error_code ignored;
        lib::error_code ec;
        const auto port = server.get_local_endpoint(ignored).port();
        client.connect(client.get_connection("ws://127.0.0.1:" + std::to_string(port), ec));
        EXPECT_FALSE(ec);
    }

    /// Connects a socket before the server accepts.
    void connect(lib::asio::ip::tcp::socket& early) {
        lib::asio::error_code ec;
        const auto port = server.get_local_endpoint(ec).port();
        early.connect({lib::asio::ip::address_v4::loopback(), port}, ec);
        EXPECT_FALSE(ec) << ec.message();
    }

    void run() { context.run_for(std::chrono::seconds(20)); }

    typedef std::vector<lib::error_code> codes;
    const codes not_listening{error::make_error_code(error::transport_error),
                              error::make_error_code(error::async_accept_not_listening)};
    lib::asio::io_context context;
    asio_server server;
    asio_client client;
    codes ends;
};

TEST_F(websocketpp_accept, the_handler_is_called_once_after_stop_listening) {
    accept();
    EXPECT_EQ(ends, not_listening); // at once: the server does not listen yet
    ends.clear();
    server.listen(lib::asio::ip::tcp::v4(), 0);
    accept();
    int opened = 0;
    client.set_open_handler([&](connection_hdl hdl) {
        EXPECT_EQ(ends, codes());
        if (++opened == 2) server.stop_listening();
        client.close(hdl, close::status::normal, "");
    });
    connect();
    connect();
    run();
    EXPECT_EQ(opened, 2);
    EXPECT_EQ(ends, not_listening);
}

TEST_F(websocketpp_accept, a_server_that_listens_again_has_a_loop_of_its_own) {
    server.listen(lib::asio::ip::tcp::v4(), 0);
    accept();
    server.stop_listening();
    server.listen(lib::asio::ip::tcp::v4(), 0);
    server.start_accept();
    client.set_open_handler([&](connection_hdl hdl) {
        EXPECT_EQ(ends, not_listening); // of the first loop
        server.stop_listening();
        client.close(hdl, close::status::normal, "");
    });
    connect();
    run();
    EXPECT_EQ(ends, not_listening);
}

TEST_F(websocketpp_accept, a_connection_accepted_before_stop_listening_is_the_last_of_its_loop) {
    int fails = 0;
    server.set_fail_handler([&](connection_hdl) { ++fails; });
    server.listen(lib::asio::ip::tcp::v4(), 0);
    lib::asio::ip::tcp::socket early(context);
    connect(early);
    accept(); // the connection is accepted, but its handler has yet to be called
    server.stop_listening();
    server.listen(lib::asio::ip::tcp::v4(), 0);
    server.start_accept();
    client.set_open_handler([&](connection_hdl hdl) {
        EXPECT_EQ(ends, not_listening); // of the first loop
        server.stop_listening();
        client.close(hdl, close::status::normal, "");
        early.close();
    });
    connect();
    run();
    EXPECT_EQ(ends, not_listening);
    EXPECT_EQ(fails, 1); // it was started
}

TEST_F(websocketpp_accept, an_attempt_is_not_repeated_after_stop_listening) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan opens a pipe at the first use of a type, and here there is none to open";
#endif
    server.listen(lib::asio::ip::tcp::v4(), 0);
    lib::asio::ip::tcp::socket early(context);
    connect(early);
    lib::error_code ec, own;
    const auto con = server.get_connection(ec);
    ASSERT_FALSE(ec);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{0, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    server.async_accept(con, [&](lib::error_code const& why) { own = why; });
    server.start_accept([this](lib::error_code const& why, lib::error_code const& transport) {
        ends.push_back(why);
        ends.push_back(transport);
        EXPECT_TRUE(server.is_listening()); // with a loop of its own
        server.stop_listening();
    });
    context.poll(); // without descriptors, the attempts fail and are to be repeated
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(ends, codes());
    EXPECT_FALSE(own);
    server.stop_listening();
    server.listen(lib::asio::ip::tcp::v4(), 0);
    server.start_accept();
    run();
    EXPECT_EQ(ends, not_listening);
    EXPECT_EQ(own, error::operation_canceled);
}

TEST_F(websocketpp_accept, the_handler_is_not_called_when_the_endpoint_is_destroyed) {
    bool called = false;
    {
        asio_server other;
        other.clear_access_channels(log::alevel::all);
        other.init_asio(&context);
        other.listen(lib::asio::ip::tcp::v4(), 0);
        other.start_accept(
            [&](lib::error_code const&, lib::error_code const&) { called = true; });
    }
    run();
    EXPECT_FALSE(called);
}

TEST_F(websocketpp_accept, one_connection_can_be_accepted_by_the_program) {
    lib::error_code ec;
    const auto con = server.get_connection(ec);
    ASSERT_FALSE(ec);
    EXPECT_THROW(server.async_accept(con, [](lib::error_code const&) {}), exception);
    server.async_accept(con, [](lib::error_code const&) {}, ec);
    EXPECT_EQ(ec, error::async_accept_not_listening);
    server.listen(lib::asio::ip::tcp::v4(), 0);
    server.async_accept(con, [&](lib::error_code const& failed) {
        EXPECT_FALSE(failed);
        con->start();
        server.stop_listening();
    });
    std::string got;
    server.set_message_handler([&](connection_hdl, asio_server::message_ptr) { FAIL(); });
    con->set_message_handler([&](connection_hdl hdl, asio_server::message_ptr msg) {
        got = msg->get_payload();
        server.close(hdl, close::status::normal, "");
    });
    client.set_open_handler(
        [&](connection_hdl hdl) { client.send(hdl, "hello", frame::opcode::text); });
    connect();
    run();
    EXPECT_EQ(got, "hello");
}

TEST(websocketpp_accept_errors, a_connection_needs_an_io_context) {
    asio_server server;
    server.clear_error_channels(log::elevel::all);
    lib::error_code ec;
    EXPECT_EQ(server.get_connection(ec), nullptr);
    EXPECT_EQ(ec, error::invalid_state);
}

} // namespace
} // namespace websocketpp
