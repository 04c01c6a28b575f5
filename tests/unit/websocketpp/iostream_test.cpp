// SPDX-License-Identifier: MIT
// Connections that the application feeds: a server and a client, joined in memory.
#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <websocketpp/client.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/config/core_client.hpp>
#include <websocketpp/config/debug.hpp>
#include <websocketpp/config/minimal_client.hpp>
#include <websocketpp/config/minimal_server.hpp>
#include <websocketpp/server.hpp>

namespace websocketpp {
namespace {

typedef server<config::core> core_server;
typedef client<config::core_client> core_client;

/// A server and a client whose writes are carried over by `settle`.
class joined : public ::testing::Test {
protected:
    joined() {
        for (auto* log : {&near.get_alog(), &far.get_alog()}) log->clear_channels(log::alevel::all);
        for (auto* log : {&near.get_elog(), &far.get_elog()}) log->clear_channels(log::elevel::all);
        near.set_write_handler([this](connection_hdl, char const* bytes, size_t size) {
            to_client.append(bytes, size);
            return lib::error_code();
        });
        far.set_write_handler([this](connection_hdl, char const* bytes, size_t size) {
            to_server.append(bytes, size);
            return lib::error_code();
        });
        note(near, "server");
        note(far, "client");
    }

    template <class Endpoint>
    void note(Endpoint& endpoint, std::string who) {
        endpoint.set_open_handler([this, who](connection_hdl) { seen.push_back(who + " open"); });
        endpoint.set_fail_handler([this, who](connection_hdl) { seen.push_back(who + " fail"); });
        endpoint.set_close_handler([this, who, &endpoint](connection_hdl hdl) {
            const auto con = endpoint.get_con_from_hdl(hdl);
            seen.push_back(who + " close " + std::to_string(con->get_local_close_code()) + ' ' +
                           std::to_string(con->get_remote_close_code()) + ' ' +
                           con->get_remote_close_reason());
        });
        endpoint.set_message_handler(
            [this, who](connection_hdl, typename Endpoint::message_ptr msg) {
                seen.push_back(who + " got " + msg->get_payload());
            });
    }

    void connect(std::string const& where = "ws://example.org/chat") {
        accepted = near.get_connection();
        accepted->start();
        lib::error_code ec;
        connecting = far.get_connection(where, ec);
        ASSERT_FALSE(ec);
    }

    void settle() {
        while (!to_client.empty() || !to_server.empty()) {
            const std::string up = std::exchange(to_server, std::string());
            if (!up.empty()) accepted->read_all(up.data(), up.size());
            const std::string down = std::exchange(to_client, std::string());
            if (!down.empty()) connecting->read_all(down.data(), down.size());
        }
    }

    void open() {
        connect();
        far.connect(connecting);
        settle();
        ASSERT_EQ(taken(), (notes{"server open", "client open"}));
    }

    typedef std::vector<std::string> notes;
    notes taken() { return std::exchange(seen, notes()); }

    core_server near;
    core_client far;
    core_server::connection_ptr accepted;
    core_client::connection_ptr connecting;
    std::string to_client;
    std::string to_server;
    notes seen;
};

using websocketpp_iostream = joined;

TEST_F(websocketpp_iostream, carries_messages_both_ways) {
    open();
    EXPECT_EQ(accepted->get_state(), session::state::open);
    EXPECT_FALSE(connecting->send("hello"));
    EXPECT_FALSE(accepted->send(std::string(100'000, 'x'), frame::opcode::binary));
    far.send(connecting->get_handle(), "abc", 2, frame::opcode::text);
    settle();
    EXPECT_EQ(taken(), (notes{"server got hello", "server got ab",
                              "client got " + std::string(100'000, 'x')}));
}

TEST_F(websocketpp_iostream, closes_with_the_codes_of_both_sides) {
    open();
    connecting->close(close::status::going_away, "bye");
    EXPECT_EQ(connecting->get_state(), session::state::closing);
    settle();
    EXPECT_EQ(taken(), (notes{"server close 1001 1001 bye", "client close 1001 1001 "}));
    EXPECT_EQ(connecting->get_state(), session::state::closed);
    EXPECT_FALSE(connecting->get_ec());
    EXPECT_EQ(connecting->send("late"), error::invalid_state);
    EXPECT_THROW(connecting->close(close::status::normal, ""), exception);
}

TEST_F(websocketpp_iostream, a_close_code_that_must_not_be_sent_is_an_error) {
    open();
    namespace refused = processor::error;
    lib::error_code ec;
    connecting->close(close::status::abnormal_close, "", ec);
    EXPECT_EQ(ec, refused::invalid_close_code);
    connecting->close(5000, "", ec);
    EXPECT_EQ(ec, refused::invalid_close_code);
    connecting->close(close::status::rsv_start, "", ec);
    EXPECT_EQ(ec, refused::reserved_close_code);
    connecting->close(close::status::no_status, "why", ec);
    EXPECT_EQ(ec, refused::reason_requires_code);
    EXPECT_THROW(far.close(connecting->get_handle(), 999, ""), exception);
    EXPECT_EQ(connecting->get_state(), session::state::open);
    connecting->close(close::status::blank, "not sent", ec);
    EXPECT_FALSE(ec);
    settle();
    EXPECT_EQ(taken().front(), "server close 1005 1005 ");
}

TEST_F(websocketpp_iostream, a_connection_without_a_request_has_no_uri) {
    const auto con = near.get_connection();
    EXPECT_EQ(con->get_uri(), nullptr);
    EXPECT_EQ(con->get_host(), "");
    EXPECT_EQ(con->get_resource(), "");
    EXPECT_EQ(con->get_port(), 0);
    EXPECT_FALSE(con->get_secure());
}

TEST_F(websocketpp_iostream, the_end_of_the_stream_closes_once) {
    open();
    accepted->set_secure(true);
    accepted->eof();
    accepted->eof();
    EXPECT_EQ(taken(), (notes{"server close 1006 1006 "}));
    EXPECT_EQ(accepted->get_ec(), transport::error::eof);
    connecting->fatal_error();
    EXPECT_EQ(taken(), (notes{"client close 1006 1006 "}));
    EXPECT_EQ(connecting->get_ec(), transport::error::pass_through);
}

TEST_F(websocketpp_iostream, a_protocol_violation_closes_with_its_code) {
    open();
    char const unmasked[] = "\x81\x02hi";
    accepted->read_all(unmasked, 4);
    EXPECT_EQ(accepted->get_local_close_code(), close::status::protocol_error);
    EXPECT_EQ(accepted->get_ec(), processor::error::masking_required);
    EXPECT_EQ(taken(), (notes{"server close 1002 1006 "}));
}

TEST_F(websocketpp_iostream, subprotocols_are_offered_and_selected) {
    near.set_validate_handler([this](connection_hdl hdl) {
        const auto con = near.get_con_from_hdl(hdl);
        EXPECT_EQ(con->get_requested_subprotocols(), (std::vector<std::string>{"a", "b"}));
        EXPECT_THROW(con->select_subprotocol("c"), exception);
        con->select_subprotocol("b");
        con->append_header("X-Answer", con->get_request_header("X-Question"));
        return true;
    });
    connect();
    connecting->add_subprotocol("a");
    connecting->add_subprotocol("b");
    lib::error_code ec;
    connecting->add_subprotocol("no token", ec);
    EXPECT_EQ(ec, error::invalid_subprotocol);
    connecting->append_header("X-Question", "why");
    far.connect(connecting);
    settle();
    EXPECT_EQ(connecting->get_subprotocol(), "b");
    EXPECT_EQ(connecting->get_response_header("X-Answer"), "why");
    EXPECT_EQ(accepted->get_uri()->str(), "ws://example.org/chat");
    EXPECT_EQ(accepted->get_resource(), "/chat");
    EXPECT_THROW(connecting->append_header("X", "late"), exception);
}

TEST_F(websocketpp_iostream, a_refused_handshake_fails_on_both_sides) {
    near.set_validate_handler([this](connection_hdl hdl) {
        near.get_con_from_hdl(hdl)->set_status(http::status_code::unauthorized);
        return false;
    });
    connect();
    far.connect(connecting);
    settle();
    EXPECT_EQ(taken(), (notes{"server fail", "client fail"}));
    EXPECT_EQ(accepted->get_ec(), error::rejected);
    EXPECT_EQ(connecting->get_ec(), processor::error::invalid_http_status);
    EXPECT_EQ(connecting->get_response_code(), http::status_code::unauthorized);
}

TEST_F(websocketpp_iostream, http_requests_are_answered_without_close_or_fail) {
    near.set_http_handler([this](connection_hdl hdl) {
        const auto con = near.get_con_from_hdl(hdl);
        con->set_body("seen " + con->get_resource() + ' ' + con->get_request_body());
        con->set_status(http::status_code::ok);
        con->append_header("X", "1");
    });
    connect();
    const std::string request = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
    accepted->read_all(request.data(), request.size());
    EXPECT_TRUE(to_client.starts_with("HTTP/1.1 200 OK\r\n")) << to_client;
    EXPECT_TRUE(to_client.ends_with("\r\n\r\nseen /x hi")) << to_client;
    EXPECT_NE(to_client.find("\r\nX: 1\r\n"), std::string::npos);
    EXPECT_NE(to_client.find("\r\nServer: WebSocket++/0.8.2\r\n"), std::string::npos);
    EXPECT_EQ(taken(), notes());
    EXPECT_EQ(accepted->get_state(), session::state::closed);
}

TEST_F(websocketpp_iostream, a_response_may_be_deferred) {
    near.set_http_handler([this](connection_hdl hdl) {
        EXPECT_FALSE(near.get_con_from_hdl(hdl)->defer_http_response());
    });
    connect();
    lib::error_code ec;
    accepted->send_http_response(ec);
    EXPECT_EQ(ec, error::invalid_state);
    const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    accepted->read_all(request.data(), request.size());
    EXPECT_EQ(to_client, "");
    accepted->set_body("later");
    accepted->set_status(http::status_code::ok);
    accepted->send_http_response();
    EXPECT_TRUE(to_client.ends_with("\r\n\r\nlater")) << to_client;
}

TEST_F(websocketpp_iostream, http_without_a_handler_gets_426_and_fails) {
    connect();
    const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    accepted->read_all(request.data(), request.size());
    EXPECT_TRUE(to_client.starts_with("HTTP/1.1 426 ")) << to_client;
    EXPECT_EQ(taken(), notes{"server fail"});
    EXPECT_EQ(accepted->get_ec(), error::upgrade_required);
}

TEST_F(websocketpp_iostream, pings_are_answered_as_the_handler_says) {
    open();
    std::vector<std::string> pings;
    far.set_pong_handler([](connection_hdl, std::string) {});
    accepted->set_ping_handler([&](connection_hdl, std::string payload) {
        pings.push_back(payload);
        return payload == "answer";
    });
    std::vector<std::string> pongs;
    connecting->set_pong_handler(
        [&](connection_hdl, std::string payload) { pongs.push_back(payload); });
    connecting->ping("ignore");
    connecting->ping("answer");
    settle();
    EXPECT_EQ(pings, (std::vector<std::string>{"ignore", "answer"}));
    EXPECT_EQ(pongs, std::vector<std::string>{"answer"});
    lib::error_code ec;
    connecting->ping(std::string(126, 'x'), ec);
    EXPECT_EQ(ec, processor::error::control_too_big);
}

TEST_F(websocketpp_iostream, handlers_may_be_replaced_while_they_run) {
    open();
    accepted->set_message_handler([this](connection_hdl, core_server::message_ptr) {
        const std::string kept = "first";
        accepted->set_message_handler([this](connection_hdl, core_server::message_ptr msg) {
            seen.push_back("second " + msg->get_payload());
        });
        seen.push_back(kept);
    });
    connecting->send("1");
    connecting->send("2");
    settle();
    EXPECT_EQ(taken(), (notes{"first", "second 2"}));
    accepted->set_message_handler(nullptr);
    connecting->send("3");
    settle();
    EXPECT_EQ(taken(), notes());
}

TEST_F(websocketpp_iostream, an_exception_of_a_handler_leaves_and_the_connection_ends) {
    open();
    accepted->set_message_handler(
        [](connection_hdl, core_server::message_ptr) { throw std::runtime_error("broken"); });
    connecting->send("1");
    EXPECT_THROW(settle(), std::runtime_error);
    settle();
    EXPECT_EQ(taken(), (notes{"server close 1011 1006 ", "client close 1011 1011 "}));
}

TEST_F(websocketpp_iostream, reading_may_be_paused) {
    open();
    accepted->pause_reading();
    connecting->send("1");
    settle();
    EXPECT_EQ(taken(), notes());
    accepted->resume_reading();
    EXPECT_EQ(taken(), notes{"server got 1"});
}

TEST_F(websocketpp_iostream, text_and_opcodes_are_checked) {
    open();
    EXPECT_EQ(connecting->send("\xff"), processor::error::invalid_payload);
    EXPECT_EQ(connecting->send(std::string("x"), frame::opcode::ping),
              processor::error::invalid_opcode);
    accepted->set_max_message_size(3);
    connecting->send("four");
    settle();
    EXPECT_EQ(accepted->get_local_close_code(), close::status::message_too_big);
    EXPECT_EQ(accepted->get_ec(), processor::error::message_too_big);
}

TEST_F(websocketpp_iostream, terminate_ends_without_a_handshake) {
    open();
    accepted->terminate(lib::error_code());
    EXPECT_EQ(taken(), notes{"server close 1006 1006 "});
    EXPECT_EQ(to_client, "");
}

TEST(websocketpp_iostream_streams, write_to_an_ostream_and_read_from_an_istream) {
    core_server server;
    server.clear_access_channels(log::alevel::all);
    std::ostringstream out;
    server.register_ostream(&out);
    bool shut_down = false;
    server.set_shutdown_handler([&](connection_hdl) {
        shut_down = true;
        return lib::error_code();
    });
    const auto con = server.get_connection();
    con->start();
    std::istringstream in("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: "
                          "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    in >> *con;
    EXPECT_NE(out.str().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
              std::string::npos);
    EXPECT_EQ(con->get_state(), session::state::open);
    con->close(close::status::normal, "");
    con->eof();
    EXPECT_TRUE(shut_down);
}

TEST(websocketpp_iostream_streams, fail_without_an_output) {
    core_client client;
    client.clear_access_channels(log::alevel::all);
    client.clear_error_channels(log::elevel::all);
    int fails = 0;
    client.set_fail_handler([&](connection_hdl) { ++fails; });
    lib::error_code ec;
    const auto con = client.get_connection("ws://h/", ec);
    client.connect(con);
    EXPECT_EQ(fails, 1);
    EXPECT_EQ(con->get_ec(), transport::iostream::error::output_stream_required);
    EXPECT_EQ(client.get_connection("wss://h/", ec), nullptr);
    EXPECT_EQ(ec, error::endpoint_not_secure);
    EXPECT_EQ(client.get_connection("h", ec), nullptr);
    EXPECT_EQ(ec, error::invalid_uri);
    EXPECT_THROW(client.send(connection_hdl(), "x", frame::opcode::text), exception);
}

TEST(websocketpp_iostream_streams, fail_if_a_handler_of_the_program_throws) {
    core_client client;
    client.clear_access_channels(log::alevel::all);
    client.clear_error_channels(log::elevel::all);
    client.set_write_handler([](connection_hdl, char const*, size_t) -> lib::error_code {
        throw std::runtime_error("the cable is out");
    });
    client.set_shutdown_handler([](connection_hdl) -> lib::error_code { throw 1; });
    int fails = 0;
    client.set_fail_handler([&](connection_hdl) { ++fails; });
    lib::error_code ec;
    const auto con = client.get_connection("ws://h/", ec);
    client.connect(con);
    EXPECT_EQ(fails, 1);
    EXPECT_EQ(con->get_ec(), transport::iostream::error::bad_stream);
}

/// A config of one's own, as programs write them.
struct stored {
    int value = 7;
};
struct own_config : public config::core {
    typedef own_config type;
    typedef config::core base;
    typedef stored connection_base;
    typedef base::concurrency_type concurrency_type;
    typedef log::stub alog_type;
    typedef log::stub elog_type;
    struct transport_config : public base::transport_config {
        typedef type::concurrency_type concurrency_type;
        typedef type::alog_type alog_type;
        typedef type::elog_type elog_type;
    };
    typedef transport::iostream::endpoint<transport_config> transport_type;
    static const size_t max_message_size = 5;
    static const log::level alog_level = log::alevel::none;
};

TEST(websocketpp_endpoint, may_be_moved) {
    core_server first;
    first.clear_access_channels(log::alevel::all);
    first.set_max_message_size(7);
    core_server second(std::move(first));
    EXPECT_TRUE(second.is_server());
    EXPECT_EQ(second.get_connection()->get_max_message_size(), 7U);
}

TEST(websocketpp_config, may_be_replaced_in_parts) {
    server<own_config> own;
    EXPECT_EQ(own.get_max_message_size(), 5U);
    EXPECT_EQ(own.get_connection()->value, 7);
    server<config::debug_core> debugging;
    EXPECT_TRUE(debugging.get_alog().static_test(log::alevel::devel));
    server<config::minimal_server> least;
    client<config::minimal_client> least_client;
    EXPECT_TRUE(least.is_server());
    EXPECT_FALSE(least_client.is_server());
}

} // namespace
} // namespace websocketpp
