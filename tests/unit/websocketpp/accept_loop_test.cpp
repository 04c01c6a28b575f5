// SPDX-License-Identifier: MIT
// The loop that accepts connections, on a transport of the program's own.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <websocketpp/client.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/config/minimal_client.hpp>
#include <websocketpp/config/minimal_server.hpp>
#include <websocketpp/server.hpp>
#include <websocketpp/transport/stub/endpoint.hpp>

namespace websocketpp {
namespace {

/// Accepts `connections` connections at once, and then does not listen any more.
template <typename config>
struct counting_endpoint : public transport::stub::endpoint<config> {
    typedef typename transport::stub::endpoint<config>::transport_con_ptr transport_con_ptr;

    bool is_listening() const { return connections > 0; }
    lib::error_code init(transport_con_ptr const&) {
        if (++creations == throwing_creation) throw 1;
        return creation;
    }
    void async_accept(transport_con_ptr const&, transport::accept_handler accepted,
                      lib::error_code& ec) {
        ec = refusal;
        if (ec) return;
        --connections;
        accepted(outcome);
    }

    int connections = 0;
    int creations = 0;
    int throwing_creation = 0;
    lib::error_code creation;
    lib::error_code refusal;
    lib::error_code outcome;
};

struct counting_config : public config::core {
    typedef counting_endpoint<config::core::transport_config> transport_type;
};

class websocketpp_accept_loop : public ::testing::Test {
protected:
    websocketpp_accept_loop() {
        server.clear_access_channels(log::alevel::all);
        server.clear_error_channels(log::elevel::all);
        server.set_fail_handler([this](connection_hdl hdl) {
            EXPECT_EQ(server.get_con_from_hdl(hdl)->get_ec(), not_implemented);
            ++fails;
        });
    }

    void accept() {
        server.start_accept([this](lib::error_code const& ec, lib::error_code const& transport) {
            ends.push_back(ec);
            ends.push_back(transport);
        });
    }

    typedef std::vector<lib::error_code> codes;
    const lib::error_code not_implemented = transport::stub::error::not_implemented;
    const codes not_listening{error::make_error_code(error::transport_error),
                              error::make_error_code(error::async_accept_not_listening)};
    websocketpp::server<counting_config> server;
    codes ends;
    int fails = 0;
};

TEST_F(websocketpp_accept_loop, ends_when_the_transport_does_not_listen) {
    accept();
    EXPECT_EQ(ends, not_listening);
    lib::error_code ec;
    server.start_accept(ec);
    EXPECT_EQ(ec, error::async_accept_not_listening);
    EXPECT_THROW(server.start_accept(), exception);
    EXPECT_EQ(fails, 0);
}

TEST_F(websocketpp_accept_loop, starts_each_connection_and_ends_once) {
    server.connections = 3;
    accept();
    EXPECT_EQ(fails, 3);
    EXPECT_EQ(ends, not_listening);
    server.connections = 2;
    server.start_accept(nullptr);
    EXPECT_EQ(fails, 5);
}

TEST_F(websocketpp_accept_loop, goes_on_after_an_error_of_one_connection) {
    server.connections = 2;
    server.outcome = error::make_error_code(error::test);
    accept();
    EXPECT_EQ(fails, 0);
    EXPECT_EQ(ends, not_listening);
}

TEST_F(websocketpp_accept_loop, ends_when_accepting_is_cancelled) {
    server.connections = 2;
    server.outcome = error::make_error_code(error::operation_canceled);
    accept();
    EXPECT_EQ(server.connections, 1);
    EXPECT_EQ(ends, not_listening);
}

TEST_F(websocketpp_accept_loop, reports_the_error_of_the_transport) {
    server.connections = 1;
    server.refusal = error::make_error_code(error::test);
    accept();
    EXPECT_EQ(ends, (codes{error::transport_error, error::test}));
    lib::error_code ec;
    server.start_accept(ec);
    EXPECT_EQ(ec, error::test);
}

TEST_F(websocketpp_accept_loop, reports_why_no_connection_can_be_created) {
    server.connections = 1;
    server.creation = error::make_error_code(error::test);
    accept();
    EXPECT_EQ(ends, (codes{error::con_creation_failed, error::test}));
    lib::error_code ec;
    server.start_accept(ec);
    EXPECT_EQ(ec, error::con_creation_failed);
    EXPECT_EQ(server.get_connection(ec), nullptr);
    EXPECT_EQ(ec, error::test);
    EXPECT_EQ(server.get_connection(), nullptr);
    server.creation = lib::error_code();
    EXPECT_NE(server.get_connection(ec), nullptr);
    EXPECT_FALSE(ec);
}

TEST_F(websocketpp_accept_loop, ends_when_the_next_connection_is_prevented_by_an_exception) {
    server.connections = 2;
    server.throwing_creation = 2;
    EXPECT_THROW(accept(), int);
    EXPECT_EQ(fails, 1);
    EXPECT_EQ(ends, (codes{error::con_creation_failed, error::general}));
}

TEST_F(websocketpp_accept_loop, does_not_begin_when_creating_a_connection_throws) {
    server.connections = 1;
    server.throwing_creation = 1;
    EXPECT_THROW(accept(), int);
    EXPECT_EQ(ends, (codes{error::con_creation_failed, error::general}));
    lib::error_code ec;
    server.throwing_creation = 2;
    EXPECT_THROW(server.start_accept(ec), int);
    EXPECT_EQ(server.connections, 1);
}

TEST(websocketpp_stub, can_do_nothing) {
    websocketpp::server<config::minimal_server> server;
    lib::error_code ec;
    EXPECT_EQ(server.get_connection(ec), nullptr);
    EXPECT_EQ(ec, transport::stub::error::not_implemented);
    EXPECT_STREQ(ec.category().name(), "websocketpp.transport.stub");
    server.start_accept(ec);
    EXPECT_EQ(ec, error::async_accept_not_listening);
    EXPECT_FALSE(server.is_listening());
    client<config::minimal_client> client;
    EXPECT_EQ(client.get_connection("ws://h/", ec), nullptr);
    EXPECT_EQ(ec, error::con_creation_failed);
}

} // namespace
} // namespace websocketpp
