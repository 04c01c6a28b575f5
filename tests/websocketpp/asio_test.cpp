// SPDX-License-Identifier: MIT
// What programs written for WebSocket++ rely on over Asio: handlers, threads, timers, HTTP.
// Compiled for Boost.Asio and for standalone Asio.
#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <websocketpp/extensions/permessage_deflate/enabled.hpp>

#include "websocketpp/asio_pair.hpp"

namespace websocketpp {
namespace {

class websocketpp_asio : public asio_pair {};

TEST_F(websocketpp_asio, echoes_and_run_returns_when_no_work_is_left) {
    int got = 0;
    client.set_open_handler([&](connection_hdl hdl) {
        client.send(hdl, "0", frame::opcode::text);
        server.stop_listening();
    });
    client.set_message_handler([&](connection_hdl hdl, asio_client::message_ptr msg) {
        EXPECT_EQ(msg->get_payload(), std::to_string(got));
        EXPECT_EQ(msg->get_opcode(), frame::opcode::text);
        if (++got == 100) {
            client.close(hdl, close::status::normal, "done");
        } else {
            client.send(hdl, std::to_string(got), frame::opcode::text);
        }
    });
    connect();
    run();
    EXPECT_EQ(got, 100);
    EXPECT_EQ(seen, (std::vector<std::string>{"server close 1000", "client close 1000"}));
    EXPECT_TRUE(client.stopped());
    client.reset();
    EXPECT_FALSE(client.stopped());
}

TEST_F(websocketpp_asio, carries_large_messages) {
    const std::string large(3'000'000, 'x');
    bool same = false;
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.send(hdl, large, frame::opcode::binary);
    });
    client.set_message_handler([&](connection_hdl hdl, asio_client::message_ptr msg) {
        same = msg->get_payload() == large;
        client.close(hdl, close::status::normal, "");
    });
    connect();
    run();
    EXPECT_TRUE(same);
}

TEST_F(websocketpp_asio, a_pong_timeout_leaves_the_connection_open) {
    client.set_pong_timeout(50);
    std::string missing;
    server.set_ping_handler([](connection_hdl, std::string) { return false; });
    client.set_pong_timeout_handler([&](connection_hdl hdl, std::string payload) {
        missing = payload;
        EXPECT_EQ(client.get_con_from_hdl(hdl)->get_state(), session::state::open);
        client.close(hdl, close::status::normal, "");
    });
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.ping(hdl, "anyone");
    });
    connect();
    run();
    EXPECT_EQ(missing, "anyone");
}

TEST_F(websocketpp_asio, timers_run_and_are_cancelled) {
    server.stop_listening();
    std::vector<lib::error_code> codes;
    client.set_timer(5, [&](lib::error_code const& ec) { codes.push_back(ec); });
    auto cancelled = client.set_timer(60'000, [&](lib::error_code const& ec) {
        codes.push_back(ec);
    });
    cancelled->cancel();
    run();
    EXPECT_EQ(codes, (std::vector<lib::error_code>{
                         transport::error::make_error_code(transport::error::operation_aborted),
                         lib::error_code()}));
}

TEST_F(websocketpp_asio, perpetual_keeps_run_until_it_is_stopped_in_a_handler) {
    client.start_perpetual();
    client.set_close_handler([&](connection_hdl) { client.stop_perpetual(); });
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.close(hdl, close::status::normal, "");
    });
    connect();
    run();
    EXPECT_EQ(seen, std::vector<std::string>{"server close 1000"});
}

TEST_F(websocketpp_asio, http_is_answered_at_once_or_later) {
    std::vector<std::thread> workers;
    server.set_http_handler([&](connection_hdl hdl) {
        const auto con = server.get_con_from_hdl(hdl);
        EXPECT_FALSE(con->defer_http_response());
        workers.emplace_back([con] {
            con->set_body("later: " + con->get_resource());
            con->set_status(http::status_code::ok);
            con->send_http_response();
        });
        server.stop_listening();
    });
    accept();
    lib::asio::ip::tcp::socket socket(context);
    lib::asio::error_code ignored;
    socket.connect({lib::asio::ip::address_v4::loopback(),
                    server.get_local_endpoint(ignored).port()});
    lib::asio::write(socket, lib::asio::buffer(std::string("GET /x HTTP/1.1\r\nHost: h\r\n\r\n")));
    std::string answer(1000, '\0');
    lib::asio::async_read(socket, lib::asio::buffer(answer),
                          [&](lib::asio::error_code const&, size_t size) {
                              answer.resize(size);
                              socket.close();
                          });
    run();
    for (auto& each : workers) each.join();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\nlater: /x")) << answer;
    EXPECT_EQ(seen, std::vector<std::string>());
}

TEST_F(websocketpp_asio, handlers_of_sockets_are_called_in_order) {
    std::vector<std::string> order;
    server.set_socket_init_handler([&](connection_hdl, lib::asio::ip::tcp::socket& socket) {
        socket.set_option(lib::asio::ip::tcp::no_delay(true)); // it is open
        order.push_back("socket");
    });
    server.set_tcp_pre_init_handler([&](connection_hdl) { order.push_back("pre"); });
    server.set_tcp_post_init_handler([&](connection_hdl hdl) {
        order.push_back("post");
        EXPECT_TRUE(server.get_con_from_hdl(hdl)->get_remote_endpoint().starts_with("127.0.0.1:"));
    });
    server.set_open_handler([&](connection_hdl) { order.push_back("open"); });
    server.stop_listening();
    server.set_tcp_pre_bind_handler([&](asio_server::transport_type::acceptor_ptr acceptor) {
        order.push_back(acceptor->is_open() ? "bind" : "bind closed");
        return lib::error_code();
    });
    server.listen("127.0.0.1", "0");
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.close(hdl, close::status::normal, "");
    });
    client.set_socket_init_handler([&](connection_hdl, lib::asio::ip::tcp::socket& socket) {
        EXPECT_FALSE(socket.is_open());
        order.push_back("new socket");
    });
    connect();
    run();
    EXPECT_EQ(order, (std::vector<std::string>{"bind", "new socket", "socket", "pre", "post",
                                               "open"}));
}

TEST_F(websocketpp_asio, unix_sockets_carry_messages) {
    const auto name = "/tmp/weft-websocketpp-" + std::to_string(::getpid());
    const lib::asio::local::stream_protocol::endpoint path(name);
    ::unlink(name.c_str());
    server.stop_listening();
    server.listen(path);
    lib::asio::error_code wrong_family;
    server.get_local_endpoint(wrong_family);
    EXPECT_TRUE(wrong_family);
    websocketpp::server<config::asio> second;
    be_quiet(second);
    second.init_asio(&context);
    lib::error_code ec;
    second.listen(path, ec);
    // Standalone Asio has a category of its own.
    EXPECT_EQ(ec.value(), static_cast<int>(std::errc::address_in_use));
    server.set_open_handler([&](connection_hdl hdl) {
        const auto con = server.get_con_from_hdl(hdl);
        add(con->get_host() + ' ' + con->get_resource() + ' ' + con->get_remote_endpoint());
        server.stop_listening();
        ::unlink(name.c_str());
    });
    client.set_open_handler([&](connection_hdl hdl) {
        EXPECT_EQ(client.get_con_from_hdl(hdl)->get_remote_endpoint(), "unix:" + name);
        client.send(hdl, std::string(1'000'000, 'x'), frame::opcode::text);
    });
    client.set_message_handler([&](connection_hdl hdl, asio_client::message_ptr msg) {
        add(std::to_string(msg->get_payload().size()));
        client.close(hdl, close::status::normal, "");
    });
    accept();
    client.connect(client.get_connection("ws://app/feed", ec), path);
    run();
    EXPECT_EQ(seen, (std::vector<std::string>{"app /feed unix:", "1000000", "server close 1000",
                                              "client close 1000"}));
    const auto late = client.connect(client.get_connection("ws://app/feed", ec), path);
    client.reset();
    run();
    EXPECT_EQ(seen.back(), "client fail");
    const lib::asio::error_code missing(ENOENT, lib::asio::error::get_system_category());
    EXPECT_EQ(late->get_transport_ec(), missing);
}

TEST_F(websocketpp_asio, the_strand_of_a_connection_is_an_executor) {
    std::vector<std::string> order;
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        const auto con = client.get_con_from_hdl(hdl);
        const auto strand = con->get_strand();
        EXPECT_EQ(&strand->context(), &client.get_io_service());
        EXPECT_TRUE(strand->running_in_this_thread());
        strand->dispatch([&] { order.push_back("dispatched"); });
        lib::asio::post(*strand, [&, con, strand] {
            EXPECT_TRUE(strand->running_in_this_thread());
            order.push_back("posted");
            con->close(close::status::normal, "");
        });
        lib::asio::post(context, lib::asio::bind_executor(*strand, [&, strand] {
                            EXPECT_TRUE(strand->running_in_this_thread());
                            order.push_back("bound");
                        }));
    });
    connect();
    run();
    EXPECT_EQ(order, (std::vector<std::string>{"dispatched", "posted", "bound"}));
}

TEST_F(websocketpp_asio, threads_replace_a_handler_while_messages_arrive) {
    std::atomic<int> got = 0;
    std::atomic<bool> ended = false;
    const auto take = [&](connection_hdl hdl, asio_client::message_ptr msg) {
        if (++got == 300) {
            client.close(hdl, close::status::normal, "");
        } else if (got < 300) {
            client.send(hdl, msg);
        }
    };
    client.set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.send(hdl, "x", frame::opcode::text);
    });
    client.set_message_handler(take);
    client.set_close_handler([&](connection_hdl) { ended = true; });
    client.set_fail_handler([&](connection_hdl) { ended = true; });
    const auto con = connect();
    std::thread other([&] {
        while (!ended) con->set_message_handler(take);
    });
    run();
    ended = true;
    other.join();
    EXPECT_EQ(got, 300);
}

TEST_F(websocketpp_asio, misuse_is_reported_with_the_right_error) {
    lib::error_code ec;
    server.init_asio(&context, ec);
    EXPECT_EQ(ec, error::invalid_state);
    EXPECT_THROW(server.init_asio(), exception);
    asio_server second;
    be_quiet(second);
    second.init_asio(&context);
    lib::asio::error_code ignored;
    second.listen(server.get_local_endpoint(ignored), ec);
    const lib::asio::error_code in_use = lib::asio::error::address_in_use;
    EXPECT_EQ(ec, lib::error_code(in_use));
    EXPECT_FALSE(second.is_listening());
    second.listen("no.such.host.invalid", "0", ec);
    EXPECT_EQ(ec, transport::asio::error::invalid_host_service);
    second.start_accept(ec);
    EXPECT_EQ(ec, error::async_accept_not_listening);
    second.stop_listening(ec);
    EXPECT_EQ(ec, error::invalid_state);
    const auto con = connect();
    EXPECT_EQ(con->send("early"), error::invalid_state);
    con->close(close::status::normal, "", ec);
    EXPECT_EQ(ec, error::invalid_state);
    client.set_open_handler([&](connection_hdl) {});
    con->set_open_handler([&](connection_hdl hdl) {
        server.stop_listening();
        client.close(hdl, close::status::normal, "");
    });
    run();
    client.send(con->get_handle(), "late", frame::opcode::text, ec);
    EXPECT_EQ(ec, error::invalid_state);
}

// --- threads

class websocketpp_asio_threads : public websocketpp_asio {};

TEST_F(websocketpp_asio_threads, handlers_of_one_connection_do_not_overlap) {
    constexpr int count = 200;
    std::map<connection_hdl, std::atomic<int>, std::owner_less<connection_hdl>> inside;
    std::atomic<int> overlaps = 0, got = 0;
    std::mutex of_map;
    server.set_message_handler([&](connection_hdl hdl, asio_server::message_ptr msg) {
        std::atomic<int>* mine = nullptr;
        {
            const std::lock_guard guard(of_map);
            mine = &inside[hdl];
        }
        if (mine->fetch_add(1) != 0) ++overlaps;
        server.send(hdl, msg);
        mine->fetch_sub(1);
    });
    std::vector<std::thread> senders;
    std::atomic<int> open = 0;
    client.set_open_handler([&](connection_hdl hdl) {
        if (++open == 4) server.stop_listening();
        const std::lock_guard guard(of_map);
        senders.emplace_back([this, hdl] {
            for (int i = 0; i < count; ++i) client.send(hdl, "x", frame::opcode::text);
        });
    });
    std::vector<std::shared_ptr<std::atomic<int>>> counts;
    accept();
    for (int i = 0; i < 4; ++i) {
        lib::error_code ec;
        const auto con = client.get_connection(address(), ec);
        const auto mine = std::make_shared<std::atomic<int>>(0);
        con->set_message_handler([&, mine](connection_hdl hdl, asio_client::message_ptr) {
            ++got;
            if (++*mine == count) client.close(hdl, close::status::normal, "");
        });
        client.connect(con);
    }
    run(3);
    for (auto& each : senders) each.join();
    EXPECT_EQ(got, 4 * count);
    EXPECT_EQ(overlaps, 0);
    EXPECT_EQ(seen.size(), 8U);
}

TEST_F(websocketpp_asio_threads, a_handler_may_wait_for_that_of_another_connection) {
    std::mutex of_wait;
    std::condition_variable changed;
    int arrived = 0;
    std::atomic<bool> met = true;
    server.set_message_handler([&](connection_hdl hdl, asio_server::message_ptr) {
        std::unique_lock hold(of_wait);
        ++arrived;
        changed.notify_all();
        if (!changed.wait_for(hold, std::chrono::seconds(10), [&] { return arrived == 2; })) {
            met = false;
        }
        hold.unlock();
        server.close(hdl, close::status::normal, "");
    });
    std::atomic<int> open = 0;
    client.set_open_handler([&](connection_hdl hdl) {
        if (++open == 2) server.stop_listening();
        client.send(hdl, "x", frame::opcode::text);
    });
    connect();
    connect();
    run(3);
    EXPECT_TRUE(met);
    EXPECT_EQ(arrived, 2);
}

// --- compression

struct deflating_server : public config::asio {
    struct permessage_deflate_config {};
    typedef extensions::permessage_deflate::enabled<permessage_deflate_config>
        permessage_deflate_type;
};
struct deflating_client : public config::asio_client {
    struct permessage_deflate_config {};
    typedef extensions::permessage_deflate::enabled<permessage_deflate_config>
        permessage_deflate_type;
};

TEST(websocketpp_asio_deflate, compresses_if_both_agree) {
    lib::asio::io_context context;
    websocketpp::server<deflating_server> server;
    websocketpp::client<deflating_client> client;
    be_quiet(server);
    be_quiet(client);
    server.init_asio(&context);
    client.init_asio(&context);
    server.set_message_handler([&](connection_hdl hdl, auto msg) {
        server.stop_listening();
        server.send(hdl, msg);
    });
    std::string offered;
    server.set_open_handler([&](connection_hdl hdl) {
        const auto con = server.get_con_from_hdl(hdl);
        offered = con->get_request_header("Sec-WebSocket-Extensions");
    });
    server.listen(lib::asio::ip::tcp::v4(), 0);
    server.start_accept();
    const std::string text(100'000, 'x');
    bool same = false;
    client.set_open_handler(
        [&](connection_hdl hdl) { client.send(hdl, text, frame::opcode::text); });
    client.set_message_handler([&](connection_hdl hdl, auto msg) {
        same = msg->get_payload() == text;
        client.close(hdl, close::status::normal, "");
    });
    lib::asio::error_code ignored;
    lib::error_code ec;
    const auto con = client.get_connection(
        "ws://127.0.0.1:" + std::to_string(server.get_local_endpoint(ignored).port()), ec);
    client.connect(con);
    context.run_for(std::chrono::seconds(20));
    EXPECT_TRUE(same);
    EXPECT_EQ(offered, "permessage-deflate; client_no_context_takeover; client_max_window_bits");
    EXPECT_TRUE(con->get_response_header("Sec-WebSocket-Extensions").starts_with(
        "permessage-deflate"));
}

} // namespace
} // namespace websocketpp
