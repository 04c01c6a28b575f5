// SPDX-License-Identifier: MIT
// Both Asios by the same names, so that a test is written once.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <weft/asio/asio_stream.hpp>
#include <weft/asio/boost_asio_stream.hpp>

namespace weft::testing {

struct standalone_asio {
    using library = asio_library;
    using service = asio_endpoint;
    using conversation = asio_conversation;
    using io_context = ::asio::io_context;
    using any_io_executor = ::asio::any_io_executor;
    using error_code = std::error_code;
    using tcp = ::asio::ip::tcp;
    using local_socket = ::asio::local::stream_protocol::socket;
    using cancellation_signal = ::asio::cancellation_signal;
    using thread_pool = ::asio::thread_pool;
    template <class Result>
    using awaitable = ::asio::awaitable<Result>;
    static constexpr auto use_awaitable = ::asio::use_awaitable;
    template <class Object>
    using awaitable_by_default =
        typename ::asio::use_awaitable_t<>::template as_default_on_t<Object>;
    static constexpr auto detached = ::asio::detached;
    static constexpr auto cancel_all = ::asio::cancellation_type::all;

    static tcp::endpoint loopback(unsigned short port = 0) {
        return {::asio::ip::address_v4::loopback(), port};
    }
    static void connect_pair(local_socket& one, local_socket& other) {
        ::asio::local::connect_pair(one, other);
    }
    static any_io_executor strand_of(io_context& context) { return ::asio::make_strand(context); }
    template <class Executor>
    static auto strand_on(const Executor& executor) {
        return ::asio::make_strand(executor);
    }
    template <class Coroutine, class Token>
    static void spawn(const any_io_executor& on, Coroutine&& begun, Token&& token) {
        ::asio::co_spawn(on, std::forward<Coroutine>(begun), std::forward<Token>(token));
    }
    template <class Handler>
    static auto cancelled_by(cancellation_signal& signal, Handler&& handler) {
        return ::asio::bind_cancellation_slot(signal.slot(), std::forward<Handler>(handler));
    }
};

struct boost_asio {
    using library = boost_asio_library;
    using service = boost_asio_endpoint;
    using conversation = boost_asio_conversation;
    using io_context = ::boost::asio::io_context;
    using any_io_executor = ::boost::asio::any_io_executor;
    using error_code = ::boost::system::error_code;
    using tcp = ::boost::asio::ip::tcp;
    using local_socket = ::boost::asio::local::stream_protocol::socket;
    using cancellation_signal = ::boost::asio::cancellation_signal;
    using thread_pool = ::boost::asio::thread_pool;
    template <class Result>
    using awaitable = ::boost::asio::awaitable<Result>;
    static constexpr auto use_awaitable = ::boost::asio::use_awaitable;
    template <class Object>
    using awaitable_by_default =
        typename ::boost::asio::use_awaitable_t<>::template as_default_on_t<Object>;
    static constexpr auto detached = ::boost::asio::detached;
    static constexpr auto cancel_all = ::boost::asio::cancellation_type::all;

    static tcp::endpoint loopback(unsigned short port = 0) {
        return {::boost::asio::ip::address_v4::loopback(), port};
    }
    static void connect_pair(local_socket& one, local_socket& other) {
        ::boost::asio::local::connect_pair(one, other);
    }
    static any_io_executor strand_of(io_context& context) {
        return ::boost::asio::make_strand(context);
    }
    template <class Executor>
    static auto strand_on(const Executor& executor) {
        return ::boost::asio::make_strand(executor);
    }
    template <class Coroutine, class Token>
    static void spawn(const any_io_executor& on, Coroutine&& begun, Token&& token) {
        ::boost::asio::co_spawn(on, std::forward<Coroutine>(begun), std::forward<Token>(token));
    }
    template <class Handler>
    static auto cancelled_by(cancellation_signal& signal, Handler&& handler) {
        return ::boost::asio::bind_cancellation_slot(signal.slot(),
                                                     std::forward<Handler>(handler));
    }
};

using two_asios = ::testing::Types<standalone_asio, boost_asio>;

struct asio_name {
    template <class Asio>
    static std::string GetName(int) {
        return std::is_same_v<Asio, standalone_asio> ? "asio" : "boost_asio";
    }
};

/// Two sockets that are connected to each other.
template <class Asio, class Context>
std::pair<typename Asio::tcp::socket, typename Asio::tcp::socket>
tcp_pair(Context& context) {
    typename Asio::tcp::acceptor acceptor(context, Asio::loopback());
    typename Asio::tcp::socket near(context);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    for (auto* each : {&near, &far}) each->set_option(typename Asio::tcp::no_delay(true));
    return {std::move(near), std::move(far)};
}

template <class Asio>
std::pair<typename Asio::local_socket, typename Asio::local_socket>
local_pair(typename Asio::io_context& context) {
    typename Asio::local_socket near(context);
    typename Asio::local_socket far(context);
    Asio::connect_pair(near, far);
    return {std::move(near), std::move(far)};
}

} // namespace weft::testing
