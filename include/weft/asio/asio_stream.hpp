// SPDX-License-Identifier: MIT
// Carries WebSocket connections over Asio's streams, on Asio's executors. Header-only, since Asio's
// configuration depends on the program.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/bind_executor.hpp>
#include <asio/buffer.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/execution_context.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/query.hpp>
#include <asio/socket_base.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_executor.hpp>

#include <weft/asio/executor_endpoint.hpp>
#include <weft/asio/socket_queries_posix.hpp>

namespace weft {

/// The names and functions that differ between standalone Asio and Boost.Asio.
struct asio_library {
    using any_io_executor = ::asio::any_io_executor;
    using execution_context = ::asio::execution_context;
    using system_executor = ::asio::system_executor;
    using steady_timer = ::asio::steady_timer;
    using error_code = std::error_code;
    using const_buffer = ::asio::const_buffer;
    using mutable_buffer = ::asio::mutable_buffer;
    static constexpr auto shutdown_send = ::asio::socket_base::shutdown_send;
    static constexpr int unconfirmed_output = unconfirmed_output_query;
    static constexpr int former_peer_level = weft::former_peer_level;
    static constexpr int former_peer_option = weft::former_peer_option;

    static bool is_eof(const error_code& why) { return why == ::asio::error::eof; }
    static bool would_block(const error_code& why) {
        return why == ::asio::error::would_block || why == ::asio::error::try_again;
    }
    static error_code eof() { return ::asio::error::eof; }
    static error_code operation_aborted() { return ::asio::error::operation_aborted; }

    template <class Executor, class Call>
    static void post(const Executor& executor, Call&& call) {
        ::asio::post(executor, std::forward<Call>(call));
    }
    template <class Executor, class Call>
    static void dispatch(const Executor& executor, Call&& call) {
        ::asio::dispatch(executor, std::forward<Call>(call));
    }
    template <class Executor, class Call>
    static auto bind(const Executor& executor, Call&& call) {
        return ::asio::bind_executor(executor, std::forward<Call>(call));
    }

    /// Returns a service of the context that `executor` belongs to.
    template <class Service>
    static Service& service(const any_io_executor& executor) {
        return ::asio::use_service<Service>(
            ::asio::query(executor, ::asio::execution::context));
    }

    // A handler's associated characteristics.
    template <class Handler, class Executor>
    static auto associated_executor(const Handler& handler, const Executor& fallback) {
        return ::asio::get_associated_executor(handler, fallback);
    }
    template <class Handler>
    static auto cancellation_slot(const Handler& handler) {
        return ::asio::get_associated_cancellation_slot(handler);
    }
    template <class Executor>
    using default_token = typename ::asio::default_completion_token<Executor>::type;
    template <class Executor>
    static auto work_guard(const Executor& executor) {
        return ::asio::make_work_guard(executor);
    }
    template <class Token, class Signature, class Begin, class... Args>
    static auto initiate(Begin&& begin, Token& token, Args&&... args) {
        return ::asio::async_initiate<Token, Signature>(std::forward<Begin>(begin), token,
                                                        std::forward<Args>(args)...);
    }
};

/// Runs turns on an Asio executor: for streams that you construct yourself.
using asio_driver = executor_driver<asio_library>;

/// An Asio stream as a Weft stream.
template <class Layer>
using asio_stream = executor_stream<asio_library, Layer>;

/// Serves and connects WebSockets over Asio streams.
using asio_endpoint = executor_endpoint<asio_library>;

/// A connection for completion tokens (callbacks, coroutines): `async_receive`, `async_send`.
using asio_conversation = executor_conversation<asio_library>;

} // namespace weft
