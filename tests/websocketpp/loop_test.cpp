// SPDX-License-Identifier: MIT
// A program written for WebSocket++, on a Weft event loop instead of an io_context: on the loop
// alone, and on the loop as a guest of libuv and GLib.
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/server.hpp>

#include <weft/loop/event_loop.hpp>
#include <weft/loop/timer.hpp>

#ifdef WEFT_TEST_HAS_GLIB
#include <glib.h>

#include <weft/hosts/glib.hpp>
#endif

#ifdef WEFT_TEST_HAS_UV
#include <uv.h>

#include <weft/hosts/uv.hpp>
#endif

namespace websocketpp {
namespace {

typedef websocketpp::server<config::asio> loop_server;
typedef websocketpp::client<config::asio_client> loop_client;

/// An echo server and a client, whose endpoints are destroyed before the loop.
class websocketpp_loop : public ::testing::Test {
protected:
    websocketpp_loop() {
        loop.on_error([this](std::exception_ptr) { ++errors; });
        late.arm_after(std::chrono::seconds(20));
        quiet(server);
        quiet(client);
        server.init_weft(loop);
        client.init_weft(loop);
        server.set_message_handler([this](connection_hdl hdl, loop_server::message_ptr msg) {
            on_thread();
            server.send(hdl, msg);
        });
        server.set_close_handler([this](connection_hdl) { end("server close"); });
        server.listen(lib::asio::ip::tcp::v4(), 0);
        server.start_accept();
    }

    template <class Endpoint>
    static void quiet(Endpoint& endpoint) {
        endpoint.clear_access_channels(log::alevel::all);
        endpoint.clear_error_channels(log::elevel::all);
    }

    /// The loop ends when both sides have ended.
    void end(char const* what) {
        seen.push_back(what);
        if (++ends == expected_ends) late.disarm();
    }

    void on_thread() { EXPECT_EQ(std::this_thread::get_id(), mine); }

    loop_client::connection_ptr connect() {
        lib::asio::error_code ignored;
        lib::error_code ec;
        const auto con = client.get_connection(
            "ws://127.0.0.1:" + std::to_string(server.get_local_endpoint(ignored).port()), ec);
        EXPECT_FALSE(ec);
        con->set_close_handler([this](connection_hdl) { end("client close"); });
        return client.connect(con);
    }

    /// Sends a message, and closes when its echo is back.
    void echo_once() {
        client.set_open_handler([this](connection_hdl hdl) {
            on_thread();
            server.stop_listening();
            client.send(hdl, "hello", frame::opcode::text);
        });
        client.set_message_handler([this](connection_hdl hdl, loop_client::message_ptr msg) {
            on_thread();
            seen.push_back(msg->get_payload());
            client.close(hdl, close::status::normal, "done");
        });
        connect();
    }

    const std::thread::id mine = std::this_thread::get_id();
    weft::event_loop loop;
    weft::timer late{loop, [this] {
                         ADD_FAILURE() << "the loop did not end";
                         loop.stop();
                     }};
    int errors = 0;
    int ends = 0;
    int expected_ends = 2;
    std::vector<std::string> seen;
    loop_server server;
    loop_client client;
};

TEST_F(websocketpp_loop, handlers_run_on_the_loop_and_run_returns_without_work) {
    echo_once();
    EXPECT_GT(client.run(), 0u);
    EXPECT_EQ(seen, (std::vector<std::string>{"hello", "server close", "client close"}));
    EXPECT_TRUE(server.stopped());
    server.reset();
    EXPECT_FALSE(loop.stopped());
}

TEST_F(websocketpp_loop, other_threads_may_send) {
    std::vector<std::thread> senders;
    int got = 0;
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        for (int i = 0; i < 4; ++i) {
            senders.emplace_back([&, hdl] {
                for (int sent = 0; sent < 50; ++sent) client.send(hdl, "x", frame::opcode::text);
            });
        }
    });
    client.set_message_handler([&](connection_hdl hdl, loop_client::message_ptr) {
        on_thread();
        if (++got == 200) client.close(hdl, close::status::normal, "");
    });
    connect();
    loop.run();
    for (auto& each : senders) each.join();
    EXPECT_EQ(got, 200);
}

TEST_F(websocketpp_loop, timers_fire_and_can_be_cancelled) {
    server.stop_listening();
    late.disarm();
    int fired = 0;
    int cancelled = 0;
    client.set_timer(1, [&](lib::error_code const& ec) {
        on_thread();
        if (!ec) ++fired;
    });
    const auto never = client.set_timer(60'000, [&](lib::error_code const& ec) {
        if (ec == transport::error::operation_aborted) ++cancelled;
    });
    never->cancel();
    loop.run();
    EXPECT_EQ(fired, 1);
    EXPECT_EQ(cancelled, 1);
}

TEST_F(websocketpp_loop, an_exception_of_a_handler_goes_to_the_loop) {
    client.set_open_handler([&](connection_hdl) {
        server.stop_listening();
        throw 1;
    });
    connect();
    loop.run();
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(ends, 2);
}

TEST_F(websocketpp_loop, accepting_goes_on_after_an_exception_of_an_init_handler) {
    server.stop_listening();
    int calls = 0;
    server.set_tcp_pre_init_handler([&](connection_hdl) {
        if (++calls == 1) throw 1;
    });
    server.listen(lib::asio::ip::tcp::v4(), 0);
    server.start_accept();
    int fails = 0;
    client.set_fail_handler([&](connection_hdl) {
        ++fails;
        connect();
    });
    echo_once();
    loop.run();
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(fails, 1);
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(seen, (std::vector<std::string>{"hello", "server close", "client close"}));
}

TEST_F(websocketpp_loop, endpoints_are_destroyed_with_open_connections) {
    auto second = std::make_unique<loop_client>();
    quiet(*second);
    second->init_weft(loop);
    second->set_open_handler([&](connection_hdl) { loop.stop(); });
    second->set_close_handler([&](connection_hdl) { ADD_FAILURE() << "a handler was called"; });
    lib::asio::error_code ignored;
    lib::error_code ec;
    const auto con = second->get_connection(
        "ws://127.0.0.1:" + std::to_string(server.get_local_endpoint(ignored).port()), ec);
    second->connect(con);
    loop.run();
    second.reset();
    EXPECT_EQ(con->get_state(), session::state::open); // it ends without handlers
    server.stop_listening();
    expected_ends = 1;
    loop.restart();
    loop.run();
    EXPECT_EQ(seen, (std::vector<std::string>{"server close"}));
}

TEST_F(websocketpp_loop, there_is_no_io_context) {
    lib::error_code ec;
    client.init_weft(loop, ec);
    EXPECT_EQ(ec, error::make_error_code(error::invalid_state));
    EXPECT_THROW(client.init_asio(), websocketpp::exception);
    EXPECT_THROW(client.get_io_service(), websocketpp::exception);
    EXPECT_THROW(client.get_io_context(), websocketpp::exception);
}

TEST_F(websocketpp_loop, perpetual_mode_ends_in_a_handler) {
    server.stop_listening();
    late.disarm();
    client.start_perpetual();
    client.set_timer(1, [&](lib::error_code const&) { client.stop_perpetual(); });
    loop.run();
    EXPECT_TRUE(client.stopped());
}

#ifdef WEFT_TEST_HAS_UV
TEST_F(websocketpp_loop, runs_inside_libuv) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    {
        weft::uv_guest guest(loop, &host);
        echo_once();
        uv_run(&host, UV_RUN_DEFAULT);
        EXPECT_EQ(seen, (std::vector<std::string>{"hello", "server close", "client close"}));
        guest.detach();
        uv_run(&host, UV_RUN_DEFAULT);
    }
    EXPECT_EQ(uv_loop_close(&host), 0);
}
#endif

#ifdef WEFT_TEST_HAS_GLIB
TEST_F(websocketpp_loop, runs_inside_glib) {
    GMainContext* const host = g_main_context_new();
    {
        weft::glib_guest guest(loop, host);
        echo_once();
        while (ends < expected_ends && !HasFailure()) g_main_context_iteration(host, TRUE);
        EXPECT_EQ(seen, (std::vector<std::string>{"hello", "server close", "client close"}));
        guest.detach();
    }
    g_main_context_unref(host);
}
#endif

} // namespace
} // namespace websocketpp
