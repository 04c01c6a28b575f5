// SPDX-License-Identifier: MIT
// A WebSocket endpoint on an Asio executor: `stream_endpoint` (routes, handlers, shutdown) over
// Asio's streams. Shared by standalone Asio and Boost.Asio.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include <weft/asio/executor_conversation.hpp>
#include <weft/asio/executor_driver.hpp>
#include <weft/asio/executor_stream.hpp>
#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/error.hpp>

namespace weft {

/// Owns the driver. A base class, so that the driver is constructed before the endpoint that uses
/// it, and destroyed after it.
template <class Asio>
struct executor_driver_owner {
    std::shared_ptr<executor_driver<Asio>> own_driver;
};

/// Serves and connects WebSockets over Asio's streams, without an event loop of Weft.
///
/// Belongs to its executor: an io_context that one thread runs, or a strand. The context's `run`
/// lasts while there are connections. The endpoint may be destroyed at any point, even in its own
/// handlers. If the context is destroyed first, the connections end without calling a handler.
template <class Asio>
class executor_endpoint : private executor_driver_owner<Asio>, public stream_endpoint {
    using executor_driver_owner<Asio>::own_driver;

    /// The completion token that the stream's executor has as its default.
    template <class Layer>
    using default_token =
        typename Asio::template default_token<typename std::remove_cvref_t<Layer>::executor_type>;

public:
    using executor_type = typename Asio::any_io_executor;
    using conversation = executor_conversation<Asio>;

    /// Uses the given executor, or that of an io_context or a thread pool.
    explicit executor_endpoint(const executor_type& executor)
        : executor_endpoint(executor_driver<Asio>::create(executor)) {}
    template <class Context>
        requires std::derived_from<Context, typename Asio::execution_context>
    explicit executor_endpoint(Context& context)
        : executor_endpoint(executor_type(context.get_executor())) {}

    /// Shares a driver with other endpoints.
    explicit executor_endpoint(std::shared_ptr<executor_driver<Asio>> driver)
        : executor_driver_owner<Asio>{std::move(driver)}, stream_endpoint(*own_driver) {}

    executor_endpoint(executor_endpoint&&) noexcept = default;

    [[nodiscard]] const executor_type& get_executor() const noexcept {
        return own_driver->executor();
    }

    /// Returns the driver, for streams that you construct yourself.
    [[nodiscard]] const std::shared_ptr<executor_driver<Asio>>& shared_driver() const noexcept {
        return own_driver;
    }

    // --- over connected streams: see `stream_endpoint`

    using stream_endpoint::accept;
    using stream_endpoint::connect;
    using stream_endpoint::serve;
    using stream_endpoint::shutdown;

    template <class Layer>
        requires requires(Layer& layer) {
            layer.get_executor();
        }
    connection& serve(Layer client, std::span<const std::byte> already_read = {}) {
        return serve(carry(std::move(client)), already_read);
    }

    /// On error `client` is unchanged.
    template <class Layer>
        requires requires(Layer& layer) {
            layer.get_executor();
        }
    result<connection*> accept(Layer&& client, http_request request,
                               std::span<const std::byte> already_read = {}) {
        static_assert(!std::is_reference_v<Layer>, "the stream is moved from");
        auto made = carry(std::move(client));
        auto& carrier = *made;
        std::unique_ptr<stream> given = std::move(made);
        const auto served = accept(std::move(given), std::move(request), already_read);
        if (!served) client = carrier.release();
        return served;
    }

    template <class Layer>
        requires requires(Layer& layer) {
            layer.get_executor();
        }
    connection& connect(Layer server, const uri& target, handlers what,
                        connect_options options = {},
                        std::span<const std::byte> already_read = {}) {
        return connect(carry(std::move(server)), target, std::move(what), std::move(options),
                       already_read);
    }

    // --- asynchronous operations

    /// Returns handlers for a route: `begin` is called with each connection that opens. `fail`,
    /// `validate`, `http`, `ping` and `pong` may be added.
    [[nodiscard]] handlers conversations(function<void(conversation)> begin) const {
        return conversation_handlers(
            [driver = own_driver, begin = std::move(begin)](weft::conversation opened) mutable {
                begin(conversation(std::make_shared<typename conversation::parts>(
                    driver, std::move(opened))));
            });
    }

    /// Opens a WebSocket over `server`; completes as `void(error_code, conversation)`. The default
    /// token is that of the stream.
    ///
    /// Cancellation through the token's cancellation slot ends the attempt with
    /// `operation_aborted`. After a failure, the conversation's `outcome()` says why, with the HTTP
    /// status if the server refused.
    template <class Layer, class Token = default_token<Layer>>
        requires(!std::same_as<std::remove_cvref_t<Token>, connect_options>)
    auto async_connect(Layer server, const uri& target, Token&& token = Token()) {
        return async_connect(std::move(server), target, connect_options(),
                             std::forward<Token>(token));
    }

    /// Does the same with options. In a coroutine pass a named variable: GCC 12 miscompiles a
    /// temporary.
    template <class Layer, class Token = default_token<Layer>>
    auto async_connect(Layer server, const uri& target, connect_options options,
                       Token&& token = Token()) {
        return Asio::template initiate<Token, void(error_code, conversation)>(
            [this](auto handler, Layer&& over, const uri& to, connect_options&& with) {
                begin_connecting(std::move(over), to, std::move(with), std::move(handler));
            },
            token, std::move(server), target, std::move(options));
    }

private:
    using error_code = typename Asio::error_code;

    template <class Layer, class Handler>
    void begin_connecting(Layer&& over, const uri& to, const connect_options& with,
                          Handler&& handler) {
        auto of = std::make_shared<typename conversation::parts>(own_driver);
        conversation::template start<connect_operation, typename conversation::connected>(
            std::move(of), std::forward<Handler>(handler),
            [&] { return stream_endpoint::connect(carry(std::move(over)), to, with); });
    }

    template <class Layer>
    auto carry(Layer&& layer) {
        return std::make_unique<executor_stream<Asio, std::remove_cvref_t<Layer>>>(
            own_driver, std::move(layer));
    }
};

} // namespace weft
