// SPDX-License-Identifier: MIT
// Carries WebSocket connections over Boost.Asio's streams, on Boost.Asio's executors. Header-only,
// since Boost.Asio's configuration depends on the program.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_executor.hpp>

#include <weft/asio/executor_endpoint.hpp>
#include <weft/asio/socket_queries_posix.hpp>

namespace weft {

/// The names and functions that differ between standalone Asio and Boost.Asio.
struct boost_asio_library {
    using any_io_executor = ::boost::asio::any_io_executor;
    using execution_context = ::boost::asio::execution_context;
    using system_executor = ::boost::asio::system_executor;
    using steady_timer = ::boost::asio::steady_timer;
    using error_code = ::boost::system::error_code;
    using const_buffer = ::boost::asio::const_buffer;
    using mutable_buffer = ::boost::asio::mutable_buffer;
    static constexpr auto shutdown_send = ::boost::asio::socket_base::shutdown_send;
    static constexpr int unconfirmed_output = unconfirmed_output_query;
    static constexpr int former_peer_level = weft::former_peer_level;
    static constexpr int former_peer_option = weft::former_peer_option;

    static bool is_eof(const error_code& why) { return why == ::boost::asio::error::eof; }
    static bool would_block(const error_code& why) {
        return why == ::boost::asio::error::would_block || why == ::boost::asio::error::try_again;
    }
    static error_code eof() { return ::boost::asio::error::eof; }
    static error_code operation_aborted() { return ::boost::asio::error::operation_aborted; }

    template <class Executor, class Call>
    static void post(const Executor& executor, Call&& call) {
        ::boost::asio::post(executor, std::forward<Call>(call));
    }
    template <class Executor, class Call>
    static void dispatch(const Executor& executor, Call&& call) {
        ::boost::asio::dispatch(executor, std::forward<Call>(call));
    }
    template <class Executor, class Call>
    static auto bind(const Executor& executor, Call&& call) {
        return ::boost::asio::bind_executor(executor, std::forward<Call>(call));
    }

    /// Returns a service of the context that `executor` belongs to.
    template <class Service>
    static Service& service(const any_io_executor& executor) {
        return ::boost::asio::use_service<Service>(
            ::boost::asio::query(executor, ::boost::asio::execution::context));
    }

    // A handler's associated characteristics.
    template <class Handler, class Executor>
    static auto associated_executor(const Handler& handler, const Executor& fallback) {
        return ::boost::asio::get_associated_executor(handler, fallback);
    }
    template <class Handler>
    static auto cancellation_slot(const Handler& handler) {
        return ::boost::asio::get_associated_cancellation_slot(handler);
    }
    template <class Executor>
    using default_token = typename ::boost::asio::default_completion_token<Executor>::type;
    template <class Executor>
    static auto work_guard(const Executor& executor) {
        return ::boost::asio::make_work_guard(executor);
    }
    template <class Token, class Signature, class Begin, class... Args>
    static auto initiate(Begin&& begin, Token& token, Args&&... args) {
        return ::boost::asio::async_initiate<Token, Signature>(std::forward<Begin>(begin), token,
                                                        std::forward<Args>(args)...);
    }
};

/// Runs turns on a Boost.Asio executor: for streams that you construct yourself.
using boost_asio_driver = executor_driver<boost_asio_library>;

/// A Boost.Asio stream as a Weft stream.
template <class Layer>
using boost_asio_stream = executor_stream<boost_asio_library, Layer>;

/// Serves and connects WebSockets over Boost.Asio streams.
using boost_asio_endpoint = executor_endpoint<boost_asio_library>;

/// A connection for completion tokens (callbacks, coroutines): `async_receive`, `async_send`.
using boost_asio_conversation = executor_conversation<boost_asio_library>;

} // namespace weft
