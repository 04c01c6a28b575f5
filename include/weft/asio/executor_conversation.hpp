// SPDX-License-Identifier: MIT
// A WebSocket connection with asynchronous operations instead of handlers: `async_receive` and
// `async_send` with Asio's completion tokens. A thin layer over `conversation`; knows no stream and
// no socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

#include <weft/asio/executor_driver.hpp>
#include <weft/asio/executor_operation.hpp>
#include <weft/asio/stored_message.hpp>
#include <weft/connection/conversation.hpp>
#include <weft/core/error.hpp>

namespace weft {

template <class Asio>
class executor_endpoint;

template <class Asio, class Executor>
class executor_conversation_by_default;

/// One WebSocket connection, used through asynchronous operations; made by `executor_endpoint`.
///
/// If `async_connect` failed, every operation fails with the error of that attempt. On a
/// default-constructed or moved-from conversation, every operation fails with `errc::not_open`.
/// Belongs to the driver's executor. Destroying it closes the connection, and pending operations
/// complete with `operation_aborted`. One operation can be cancelled through its cancellation slot,
/// with any cancellation type; no message is lost. A message that arrives while no `async_receive`
/// is pending is kept, and reading from the peer pauses.
template <class Asio>
class executor_conversation {
    using error_code = typename Asio::error_code;

public:
    using executor_type = typename Asio::any_io_executor;
    using default_token = typename Asio::template default_token<executor_type>;

    /// The same conversation with the default completion token of another executor; for
    /// `as_default_on_t`.
    template <class Executor>
    struct rebind_executor {
        using other = executor_conversation_by_default<Asio, Executor>;
    };

    executor_conversation() = default;
    executor_conversation(executor_conversation&&) noexcept = default;
    executor_conversation& operator=(executor_conversation&& other) noexcept {
        std::swap(parts_, other.parts_);
        return *this;
    }
    ~executor_conversation() {
        if (parts_) parts_->peer = weft::conversation();
    }

    /// Receives the next message; completes as `void(error_code, stored_message)`.
    ///
    /// The end of the connection is reported as an error: `eof` after a complete closing handshake,
    /// `operation_aborted` if the application ended it without one, otherwise the error in
    /// `outcome`. Only one `async_receive` may be pending: a second one fails with
    /// `operation_in_progress`.
    template <class Token = default_token>
    auto async_receive(Token&& token = Token()) {
        return Asio::template initiate<Token, void(error_code, stored_message)>(
            [of = parts_](auto handler) {
                if (!of) return refuse(std::move(handler), stored_message());
                start<receive_operation, received>(of, std::move(handler),
                                                   [&] { return of->peer.receive(); });
            },
            token);
    }

    /// Sends a whole message; completes as `void(error_code)` when the next message may be sent: at
    /// once, or when everything that was queued for a slow peer has been written.
    ///
    /// The bytes are copied or written when the operation starts: inside this call, or at
    /// `co_await` if the token is `use_awaitable`. Several sends may be pending; messages are sent
    /// in order. Fails with `errc::queue_full` if the message would exceed the limit of the queue.
    template <class Token = default_token>
    auto async_send(message whole, Token&& token = Token()) {
        return Asio::template initiate<Token, void(error_code)>(
            [of = parts_, whole](auto handler) {
                if (!of) return refuse(std::move(handler));
                start<send_operation, sent>(of, std::move(handler),
                                            [&] { return of->peer.send(whole); });
            },
            token);
    }

    /// Begins the closing handshake; `async_receive` reports its end as an error.
    void close(close_code code = close_code::normal, std::string_view reason = {}) noexcept {
        if (parts_) parts_->peer.close(code, reason);
    }

    /// Returns the connection, for its other operations; null once it has ended.
    [[nodiscard]] weft::connection* connection() const noexcept {
        return parts_ ? parts_->peer.connection() : nullptr;
    }

    /// Returns how the connection ended, once it has, or why it never opened.
    [[nodiscard]] const report& outcome() const noexcept {
        static const weft::conversation none;
        return parts_ ? parts_->peer.outcome() : none.outcome();
    }

private:
    using parts = executor_conversation_parts<Asio>;

    struct received {
        using results = std::tuple<error_code, stored_message>;

        results operator()(const std::shared_ptr<parts>& of, receive_operation& by) const {
            const auto m = by.await_resume();
            if (!m) return {of->translate(m.error()), stored_message()};
            return {error_code(), stored_message{std::string(m->text()), m->is_text()}};
        }
    };

    struct sent {
        using results = std::tuple<error_code>;

        results operator()(const std::shared_ptr<parts>& of, send_operation& by) const {
            const auto done = by.await_resume();
            return {done ? error_code() : of->translate(done.error())};
        }
    };

    struct connected {
        using results = std::tuple<error_code, executor_conversation>;

        results operator()(const std::shared_ptr<parts>& of, connect_operation& by) const {
            of->peer = by.await_resume();
            return {of->peer.connection() ? error_code() : of->translate(of->peer.outcome().error),
                    executor_conversation(of)};
        }
    };

    template <class Operation, class Translate, class Handler, class Begin>
    static void start(std::shared_ptr<parts> of, Handler handler, Begin begin) {
        using results = typename Translate::results;
        using operation = executor_operation<Asio, Operation, results, Translate, Handler>;
        operation::start(std::move(of), Translate(), std::move(handler), std::move(begin));
    }

    /// Fails an operation of an empty conversation, on the handler's associated executor; a handler
    /// without one is called at once.
    template <class Handler, class... Results>
    static void refuse(Handler handler, Results... results) {
        auto executor =
            Asio::associated_executor(handler, typename Asio::system_executor());
        auto call = [handler = std::move(handler), ... results = std::move(results)]() mutable {
            handler(error_code(make_error_code(errc::not_open)), std::move(results)...);
        };
        if constexpr (std::is_same_v<decltype(executor), typename Asio::system_executor>) {
            Asio::dispatch(executor, std::move(call));
        } else {
            Asio::post(executor, std::move(call));
        }
    }

    explicit executor_conversation(std::shared_ptr<parts> of) noexcept : parts_(std::move(of)) {}

    std::shared_ptr<parts> parts_;

    friend class executor_endpoint<Asio>;
};

/// A conversation whose operations use the default completion token of `Executor`, as in
/// `asio::use_awaitable_t<>::as_default_on_t<asio_conversation>`. Converts from a conversation.
template <class Asio, class Executor>
class executor_conversation_by_default : public executor_conversation<Asio> {
    using conversation = executor_conversation<Asio>;

public:
    using executor_type = Executor;
    using default_token = typename Asio::template default_token<Executor>;

    executor_conversation_by_default() = default;
    executor_conversation_by_default(conversation&& other) noexcept
        : conversation(std::move(other)) {}

    template <class Token = default_token>
    auto async_receive(Token&& token = Token()) {
        return conversation::async_receive(std::forward<Token>(token));
    }
    template <class Token = default_token>
    auto async_send(message whole, Token&& token = Token()) {
        return conversation::async_send(whole, std::forward<Token>(token));
    }
};

} // namespace weft
