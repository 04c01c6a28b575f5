// SPDX-License-Identifier: MIT
// A WebSocket connection for coroutines: `co_await peer.receive()`, `co_await peer.send(...)`.
// Works on every driver; a thin layer over handlers, which it may be combined with.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <weft/connection/connection_handle.hpp>
#include <weft/connection/connection_options.hpp>
#include <weft/connection/handlers.hpp>
#include <weft/connection/message_source.hpp>
#include <weft/core/close_code.hpp>
#include <weft/core/message.hpp>
#include <weft/core/report.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/stop_token.hpp>
#include <weft/stream/task.hpp>
#include <weft/stream/task_context.hpp>
#include <weft/stream/work_item.hpp>

namespace weft {

class connection;
class conversation_state;
class prepared_message;

/// Waits for a message; see `conversation::receive`.
class [[nodiscard]] receive_operation final : public task_operation {
public:
    explicit receive_operation(conversation_state* of) noexcept : of_(of) {}
    receive_operation(receive_operation&&) noexcept = default;
    ~receive_operation() {
        if (waits()) forget();
    }

    [[nodiscard]] bool await_ready() noexcept;
    [[nodiscard]] result<message> await_resume() noexcept {
        if (error_) return failure(*error_);
        return whole_;
    }

    /// Avoids copying the message: it is then valid only until the waiter that receives it returns.
    /// For waiters that are not coroutines.
    void borrow() noexcept { borrows_ = true; }

private:
    friend class conversation_state;

    void begin() override;
    void refuse() noexcept override;
    void cancel() noexcept override;
    void forget() noexcept;

    conversation_state* of_;
    message whole_{std::span<const std::byte>()};
    std::optional<std::error_code> error_; // costs nothing if there is none
    bool borrows_ = false;
};

/// Waits until more may be sent; see `conversation::send`.
class [[nodiscard]] send_operation final : public task_operation, private list_link {
public:
    /// The output was written, or leaves at the end of the turn.
    send_operation() noexcept = default;

    /// The output was not accepted.
    explicit send_operation(std::error_code error) noexcept : error_(error) {}

    /// The output was queued.
    explicit send_operation(conversation_state& by) noexcept;
    send_operation(send_operation&& other) noexcept
        : task_operation(std::move(other)), list_link(), by_(other.by_), error_(other.error_),
          drained_before_(other.drained_before_) {}
    ~send_operation() {
        if (waits()) forget();
    }

    [[nodiscard]] bool await_ready() noexcept { return !by_ || has_drained(); }
    result<void> await_resume() const noexcept {
        if (error_) return failure(*error_);
        return {};
    }

private:
    friend class conversation_state;

    void begin() override;
    void refuse() noexcept override;
    void cancel() noexcept override;
    [[nodiscard]] bool has_drained() noexcept;
    void forget() noexcept;

    conversation_state* by_ = nullptr; // null if the result is known
    std::optional<std::error_code> error_;
    std::uint64_t drained_before_ = 0; // how often the queue had drained when this was sent
};

/// Waits for the end of a connection; see `conversation::close`.
class close_operation final : public task_operation, private list_link {
public:
    explicit close_operation(conversation_state* of) noexcept : of_(of) {}
    close_operation(close_operation&& other) noexcept
        : task_operation(std::move(other)), list_link(), of_(other.of_), error_(other.error_) {}
    ~close_operation();

    [[nodiscard]] bool await_ready() noexcept;
    result<void> await_resume() const noexcept {
        if (error_) return failure(error_);
        return {};
    }

private:
    friend class conversation_state;

    void begin() override;
    void refuse() noexcept override;
    void cancel() noexcept override;

    conversation_state* of_;
    std::error_code error_;
};

/// One WebSocket connection, used by coroutines instead of handlers.
///
/// A route's coroutine receives one for each connection that opens, and `client::connect` returns
/// one. It belongs to the driver's thread. Destroying it closes the connection, with
/// `internal_error` while an exception propagates; operations that still wait for it end with
/// `std::errc::operation_canceled`.
///
/// Operations may be awaited in any coroutine, but only a `task` can be stopped. Several coroutines
/// may use one conversation by reference: one receives, any number send.
class conversation {
public:
    /// Creates an empty conversation: all its operations end with `errc::not_open`.
    conversation() noexcept = default;
    conversation(conversation&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    conversation& operator=(conversation&& other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~conversation();

    /// Receives the next message: `co_await` returns a `result<message>`.
    ///
    /// The message is a view that is valid until the next call of `receive`, or the end of the
    /// conversation. After the last message, the error says how the connection ended: `not_open`
    /// after a complete closing handshake, otherwise the error in `outcome`. While a receive waits,
    /// another one fails with `std::errc::operation_in_progress`.
    ///
    /// One message that arrives while no receive waits is kept; then reading from the peer pauses,
    /// as `connection::pause` does, until that message has been received.
    [[nodiscard]] receive_operation receive() noexcept { return receive_operation(state_); }

    /// Sends a whole message within this call, like `connection::send`: the bytes are copied or
    /// written before it returns. `co_await` then waits, if output was queued (`backed_up`), until
    /// all of it has been written, so that a slow peer slows the coroutine down.
    ///
    /// Fails with `errc::queue_full` if the message would exceed the limit on queued output, and
    /// when the connection ends, as `receive` does. A stop cancels the wait and not the message.
    send_operation send(message whole);
    send_operation send(message whole, compression choice);
    send_operation send(const prepared_message& whole);

    /// Sends a large message from a source; see `connection::send_from`. `co_await` waits until the
    /// message, and all output that was queued behind it, has been written.
    send_operation send_from(message_source source, compression choice = compression::automatic);

    /// Sends a part of a message in the same way; see `connection::send_part`.
    send_operation send_part(message part, bool last, compression choice = compression::automatic);

    /// Begins the closing handshake within this call. `co_await` waits until the connection has
    /// ended; the result is an error unless the handshake was complete. Messages that arrive
    /// meanwhile are dropped, unless a receive waits for them.
    close_operation close(close_code code = close_code::normal,
                          std::string_view reason = {}) noexcept;

    /// Returns whether messages can be sent: the connection is open and not closing.
    explicit operator bool() const noexcept;

    /// Returns the connection, for its other functions; null before it has opened and once it has
    /// ended. Its request or response can be read until the coroutine first suspends, or longer
    /// with `keep_handshake`.
    [[nodiscard]] weft::connection* connection() const noexcept;

    /// Returns how the connection ended, once it has, or why it never opened, with the HTTP status
    /// if a server refused it.
    [[nodiscard]] const report& outcome() const noexcept;

    /// Ends the connection as an exception from a handler does: with 1011, and with the exception
    /// in the report. For code that runs an operation's waiter. The conversation must not be empty.
    void fail(std::exception_ptr thrown) noexcept;

private:
    friend class conversation_state;
    friend class connect_operation;

    send_operation sent(send_result how);

    /// Owns one reference to `state`.
    explicit conversation(conversation_state* state) noexcept : state_(state) {}

    conversation_state* state_ = nullptr;
};

/// Waits until a connection is open or has failed; see `client::connect`. Destroying it before that
/// ends the attempt.
class [[nodiscard]] connect_operation final : public task_operation {
public:
    connect_operation(connect_operation&&) noexcept = default;
    ~connect_operation();

    [[nodiscard]] bool await_ready() const noexcept;

    /// Returns a conversation that is open, or one that has failed and says why: it converts to
    /// false, and its `outcome` is the report.
    [[nodiscard]] conversation await_resume() noexcept { return std::move(made_); }

    // --- for endpoints

    /// Makes a conversation on `on`. The caller then creates the connection with the handlers of
    /// `take_handlers`, and passes its handle to `connecting`. Throws std::bad_alloc.
    static connect_operation begin_on(driver& on);
    [[nodiscard]] handlers take_handlers();
    void connecting(connection_handle made) noexcept;

private:
    friend class conversation_state;

    explicit connect_operation(conversation made) noexcept : made_(std::move(made)) {}

    void begin() override;
    void refuse() noexcept override;
    void cancel() noexcept override;

    conversation made_;
};

/// Accepts variables of the type `connect_options`, but no temporaries: GCC 12 miscompiles those in
/// a `co_await` expression.
template <class Options>
concept named_connect_options = std::same_as<std::remove_const_t<Options>, connect_options>;

/// A coroutine that serves one connection: a function of a `conversation` that returns a
/// `task<void>`.
template <class Function>
concept conversation_function = std::is_invocable_r_v < task<void>,
        std::decay_t<Function>
&, conversation > ;

/// Returns the handlers of a route that runs `serve` for each connection that opens.
///
/// The coroutine begins in the `open` handler. It runs like a task passed to `spawn`, with one
/// difference: an exception that leaves it ends the connection with 1011, as a handler's does. If
/// the endpoint is destroyed, the coroutine's operations end with `errc::aborted`; `serve`, with
/// its captures, is kept until the coroutine has ended. A stop requested through `until` stops the
/// coroutines of all connections.
///
/// `more` may contain other handlers for the same connections; `open`, `writable` and `close` are
/// called before the coroutine continues. Throws std::system_error with `errc::bad_argument` if
/// `message` or `part` is set: the coroutine receives the messages.
[[nodiscard]] handlers coroutine_handlers(function<task<void>(conversation)> serve,
                                          handlers more = {}, stop_token until = {});

/// Returns handlers for a route. Their `open` handler calls `begin` with a conversation for the
/// connection that has opened. For coroutines of other libraries; otherwise like
/// `coroutine_handlers`.
[[nodiscard]] handlers conversation_handlers(function<void(conversation)> begin,
                                             handlers more = {});

} // namespace weft
