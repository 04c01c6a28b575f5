// SPDX-License-Identifier: MIT
// Old names of Asio, such as io_service, as programs written for WebSocket++ use them. Compiled
// with Asio's own names, and with BOOST_ASIO_NO_DEPRECATED, which tests those of the component.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/server.hpp>

namespace websocketpp {
namespace {

namespace asio = lib::asio;
typedef websocketpp::server<config::asio> named_server;

TEST(websocketpp_asio_names, io_service_posts_dispatches_and_wraps) {
    asio::io_service service;
    std::vector<int> seen;
    service.post([&] { seen.push_back(1); });
    service.dispatch([&] { seen.push_back(2); });
    auto wrapped = service.wrap([&](int value) { seen.push_back(value); });
    wrapped(3);
    EXPECT_TRUE(seen.empty());
    EXPECT_EQ(3u, service.run());
    EXPECT_EQ((std::vector<int>{1, 2, 3}), seen);
    EXPECT_TRUE(service.stopped());
    service.reset();
    EXPECT_FALSE(service.stopped());
    lib::asio::error_code ec;
    EXPECT_EQ(0u, service.poll(ec));
    EXPECT_FALSE(ec);
}

TEST(websocketpp_asio_names, work_keeps_run_from_returning) {
    asio::io_service service(1);
    auto work = std::make_shared<asio::io_service::work>(service);
    EXPECT_EQ(0u, service.poll());
    EXPECT_FALSE(service.stopped());
    service.post([&] { work.reset(); });
    EXPECT_EQ(1u, service.run());
    EXPECT_TRUE(service.stopped());
}

TEST(websocketpp_asio_names, a_strand_runs_what_it_wraps) {
    asio::io_service service;
    asio::io_service::strand strand(service);
    std::vector<std::string> seen;
    strand.post([&] {
        strand.dispatch([&] { seen.push_back("inside"); });
        seen.push_back("posted");
    });
    strand.wrap([&] { seen.push_back("called"); })();
    service.post(strand.wrap([&] {
        EXPECT_TRUE(strand.running_in_this_thread());
        seen.push_back("handed over");
    }));
    service.run();
    EXPECT_EQ((std::vector<std::string>{"inside", "posted", "called", "handed over"}), seen);
}

TEST(websocketpp_asio_names, the_strand_of_a_connection_runs_what_it_wraps) {
    asio::io_context context;
    transport::asio::connection_strand strand(asio::make_strand(context));
    int sum = 0;
    const auto add = [&](int value) {
        EXPECT_TRUE(strand.running_in_this_thread());
        sum += value;
    };
    strand.wrap(add)(1);
    EXPECT_EQ(0, sum);
    context.run();
    EXPECT_EQ(1, sum);
}

TEST(websocketpp_asio_names, timers_expire_from_now) {
    asio::io_service service;
    asio::steady_timer timer(service);
    timer.expires_from_now(std::chrono::hours(1));
    EXPECT_GT(timer.expires_from_now(), std::chrono::minutes(59));
    EXPECT_GT(timer.expires_at(), std::chrono::steady_clock::now());
    bool cancelled = false;
    timer.async_wait([&](asio::error_code const& ec) {
        cancelled = ec == asio::error::operation_aborted;
    });
    EXPECT_EQ(1u, timer.expires_from_now(asio::milliseconds(1)));
    service.run();
    EXPECT_TRUE(cancelled);
}

TEST(websocketpp_asio_names, addresses_and_queries) {
    const asio::ip::address address = asio::ip::address::from_string("127.0.0.1");
    EXPECT_EQ(asio::ip::address(asio::ip::address_v4::loopback()), address);
    EXPECT_TRUE(asio::ip::address_v6::from_string("::1").is_loopback());
    asio::error_code ec;
    asio::ip::address::from_string("nowhere", ec);
    EXPECT_TRUE(ec);
    EXPECT_THROW(asio::ip::address::from_string("nowhere"), asio::system_error);
    EXPECT_EQ(address, asio::ip::tcp::endpoint(address, 80).address());
    named_server server;
    server.init_asio();
    server.listen(asio::ip::address::from_string("127.0.0.1"), 0);
    EXPECT_EQ(address, server.get_local_endpoint(ec).address());

    asio::io_service service;
    asio::ip::tcp::resolver resolver(service);
    typedef asio::ip::tcp::resolver::query query;
    typedef asio::ip::tcp::resolver::iterator iterator;
    int found = 0;
    for (iterator it = resolver.resolve(query("127.0.0.1", "80")), end; it != end; ++it) {
        EXPECT_EQ(80, it->endpoint().port());
        ++found;
    }
    EXPECT_EQ(1, found);
    resolver.async_resolve(query(asio::ip::tcp::v4(), "127.0.0.1", "81"),
                           [&](asio::error_code const& failed, iterator first) {
                               EXPECT_FALSE(failed);
                               const asio::ip::tcp::endpoint endpoint = *first;
                               found = endpoint.port();
                           });
    service.run();
    EXPECT_EQ(81, found);
}

/// Posts to the io_service of an endpoint, which the application uses in both ways.
void expect_posts(named_server& server) {
    bool done = false;
    asio::io_service& service = server.get_io_service();
    asio::io_context& context = server.get_io_context();
    EXPECT_EQ(&context, &service);
    service.post([&] { done = true; });
    server.run();
    EXPECT_TRUE(done);
    EXPECT_TRUE(server.get_io_service().stopped());
    server.reset();
    named_server::timer_ptr timer = server.set_timer(3'600'000, [&](lib::error_code const& ec) {
        done = !ec;
    });
    EXPECT_GT(timer->expires_from_now(), std::chrono::minutes(59));
    timer->cancel();
    server.run();
    EXPECT_FALSE(done);
}

TEST(websocketpp_asio_names, endpoints_take_an_io_context_or_an_io_service) {
    named_server own;
    own.init_asio();
    expect_posts(own);

    asio::io_service service;
    named_server on_service;
    on_service.init_asio(&service);
    EXPECT_EQ(&service, &on_service.get_io_service());
    expect_posts(on_service);

    asio::io_context context;
    named_server on_context;
    on_context.init_asio(&context);
    expect_posts(on_context);
}

TEST(websocketpp_asio_names, io_service_can_be_declared_in_the_namespace_of_asio) {
    lib::asio_library::io_service service;
    named_server server;
    server.init_asio(&service);
    EXPECT_EQ(&service, &server.get_io_service());
    expect_posts(server);
}

} // namespace
} // namespace websocketpp
