// SPDX-License-Identifier: MIT
// The fixture of the tests over Asio: a server and a client on one io_context.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/server.hpp>

namespace websocketpp {

typedef websocketpp::server<config::asio> asio_server;
typedef websocketpp::client<config::asio_client> asio_client;

template <class Endpoint>
void be_quiet(Endpoint& endpoint) {
    endpoint.clear_access_channels(log::alevel::all);
    endpoint.clear_error_channels(log::elevel::all);
}

/// An echo server and a client on one io_context, with notes of what happens.
class asio_pair : public ::testing::Test {
protected:
    asio_pair() {
        be_quiet(server);
        be_quiet(client);
        server.init_asio(&context);
        client.init_asio(&context);
        server.set_reuse_addr(true);
        server.set_message_handler([this](connection_hdl hdl, asio_server::message_ptr msg) {
            server.send(hdl, msg);
        });
        server.listen(lib::asio::ip::tcp::v4(), 0);
        note(server, "server");
        note(client, "client");
    }

    template <class Endpoint>
    void note(Endpoint& endpoint, std::string who) {
        endpoint.set_fail_handler([this, who](connection_hdl) { add(who + " fail"); });
        endpoint.set_close_handler([this, who, &endpoint](connection_hdl hdl) {
            const auto con = endpoint.get_con_from_hdl(hdl);
            add(who + " close " + std::to_string(con->get_remote_close_code()));
        });
    }

    void add(std::string what) {
        const std::lock_guard guard(lock);
        seen.push_back(std::move(what));
    }

    std::string address() {
        lib::asio::error_code ec;
        return "ws://127.0.0.1:" + std::to_string(server.get_local_endpoint(ec).port());
    }

    asio_client::connection_ptr connect() {
        accept();
        lib::error_code ec;
        const auto con = client.get_connection(address(), ec);
        EXPECT_FALSE(ec);
        return client.connect(con);
    }

    /// The first connection has the handlers that are set before this.
    void accept() {
        if (!std::exchange(accepts, true)) server.start_accept();
    }

    /// Runs until there is no work, or for ten seconds.
    void run(int threads = 1) {
        std::atomic<bool> late = false;
        lib::asio::io_context watch;
        lib::asio::steady_timer timer(watch, std::chrono::seconds(20));
        timer.async_wait([&](lib::asio::error_code const& ec) {
            if (ec) return;
            late = true;
            context.stop();
        });
        std::thread watching([&] { watch.run(); });
        std::vector<std::thread> others;
        for (int i = 1; i < threads; ++i) others.emplace_back([&] { context.run(); });
        try {
            context.run();
        } catch (...) {
            lib::asio::post(watch, [&] { timer.cancel(); });
            watching.join();
            throw;
        }
        for (auto& each : others) each.join();
        lib::asio::post(watch, [&] { timer.cancel(); });
        watching.join();
        EXPECT_FALSE(late) << "run did not return";
    }

    lib::asio::io_context context;
    asio_server server;
    asio_client client;
    bool accepts = false;
    std::mutex lock;
    std::vector<std::string> seen;
};

} // namespace websocketpp
