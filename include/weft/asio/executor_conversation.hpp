// SPDX-License-Identifier: MIT
// A WebSocket connection with asynchronous operations instead of handlers: `async_receive` and
// `async_send` with Asio's completion tokens. A thin layer over handlers; knows no stream and no
// socket.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <weft/asio/executor_driver.hpp>
#include <weft/asio/pending_completion.hpp>
#include <weft/asio/stored_message.hpp>
#include <weft/connection/connection.hpp>
#include <weft/core/error.hpp>

namespace weft {

template <class Asio, class Executor>
class executor_conversation_by_default;

/// One WebSocket connection, used through asynchronous operations; made by `executor_endpoint`.
///
/// If `async_connect` failed, every operation fails with the error of that attempt. On a
/// default-constructed or moved-from conversation, every operation fails with `errc::not_open`.
/// Belongs to the driver's executor. Destroying it closes the connection, and pending operations
/// complete with `operation_aborted`. One operation can be cancelled through its cancellation slot,
/// with any cancellation type; no message is lost. A message that arrives while no `async_receive`
/// is pending is queued, and reading from the peer pauses.
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
        std::swap(state_, other.state_);
        return *this;
    }
    ~executor_conversation() {
        if (state_) state_->abandon();
    }

    /// Receives the next message; completes as `void(error_code, stored_message)`.
    ///
    /// The end of the connection is reported as an error: `eof` after a complete closing handshake,
    /// otherwise the error in `outcome`. Only one `async_receive` may be pending: a second one
    /// fails with `operation_in_progress`.
    template <class Token = default_token>
    auto async_receive(Token&& token = Token()) {
        return Asio::template initiate<Token, void(error_code, stored_message)>(
            [state = state_](auto handler) {
                if (!state) return refuse(std::move(handler), stored_message());
                state->receive(std::move(handler));
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
            [state = state_, whole](auto handler) {
                if (!state) return refuse(std::move(handler));
                state->send(whole, std::move(handler));
            },
            token);
    }

    /// Begins the closing handshake; `async_receive` reports its end as an error.
    void close(close_code code = close_code::normal, std::string_view reason = {}) noexcept {
        if (auto* peer = connection()) peer->close(code, reason);
    }

    /// Returns the connection, for its other operations; null once it has ended. Its `data()` is
    /// used by the conversation and must not be changed.
    [[nodiscard]] weft::connection* connection() const noexcept {
        return state_ ? state_->peer : nullptr;
    }

    /// Returns how the connection ended, once it has, or why it never opened.
    [[nodiscard]] const report& outcome() const noexcept {
        static const report none{.phase = phase::http, .error = errc::not_open};
        return state_ ? state_->outcome : none;
    }

    /// Returns a conversation for a connection that did not open; an empty one if there is no
    /// memory.
    static executor_conversation failed(const report& why,
                                        std::shared_ptr<executor_driver<Asio>> driver) noexcept {
        executor_conversation made;
        try {
            made.state_ = std::make_shared<state>(why, std::move(driver));
        } catch (const std::bad_alloc&) {}
        return made;
    }

    /// Returns handlers that call `begin` with a conversation for each connection that opens.
    /// `fail`, `validate`, `http`, `ping` and `pong` are not set and may be added.
    static handlers make_handlers(std::shared_ptr<executor_driver<Asio>> driver,
                                  function<void(executor_conversation)> begin) {
        return {
            .open =
                [driver = std::move(driver),
                 begin = std::move(begin)](weft::connection& peer) mutable {
                    begin({peer, driver});
                },
            .message = [](weft::connection& peer, message m) { state_of(peer)->received(m); },
            .writable = [](weft::connection& peer) { state_of(peer)->written(); },
            .close =
                [](weft::connection& peer, const report& why) {
                    if (auto* const here = state_of(peer)) here->ended(why);
                },
        };
    }

private:
    struct state : std::enable_shared_from_this<state> {
        using receiver = pending_completion<Asio, error_code, stored_message>;
        using sender = pending_completion<Asio, error_code>;

        state(weft::connection& with, std::shared_ptr<executor_driver<Asio>> driver)
            : peer(&with), driver_(std::move(driver)) {}
        state(const report& why, std::shared_ptr<executor_driver<Asio>> driver)
            : peer(nullptr), outcome(why), driver_(std::move(driver)), end_(why.error) {}

        weft::connection* peer; // null once the connection has ended
        report outcome;

        template <class Handler>
        void receive(Handler handler) {
            auto asks = hold<receiver>(std::move(handler), [](state& here) {
                if (auto asked = std::exchange(here.receiver_, {}))
                    asked.dispatch(Asio::operation_aborted(), {});
            });
            if (receiver_) {
                asks.post(std::make_error_code(std::errc::operation_in_progress), {});
            } else if (!inbox_.empty()) {
                asks.post({}, std::move(inbox_.front()));
                inbox_.pop_front();
                if (inbox_.empty() && peer) peer->resume();
            } else if (!peer) {
                asks.post(end_, {});
            } else {
                receiver_ = std::move(asks);
            }
        }

        /// Allocates everything before the message is sent, so that an allocation cannot fail
        /// later.
        template <class Handler>
        void send(message whole, Handler handler) {
            const auto number = ++senders_begun_;
            auto waits = hold<sender>(std::move(handler),
                                      [number](state& here) { here.cancel_sender(number); });
            senders_.reserve(senders_.size() + 1);
            switch (peer ? peer->send(whole) : send_result::closed) {
            case send_result::accepted: return waits.post({});
            case send_result::backed_up: senders_.emplace_back(number, std::move(waits)); return;
            case send_result::dropped: return waits.post(make_error_code(errc::queue_full));
            case send_result::closed: return waits.post(why_closed());
            }
        }

        void received(message m) {
            stored_message kept{std::string(m.text()), m.is_text()};
            if (receiver_) return receiver_.dispatch({}, std::move(kept));
            inbox_.push_back(std::move(kept));
            peer->pause();
        }

        void written() {
            for (auto& [number, waits] : std::exchange(senders_, {})) waits.dispatch({});
        }

        void ended(const report& why) {
            outcome = why;
            end_with(why.clean() ? Asio::eof() : error_code(why.error));
        }

        /// Ends pending operations if the connection or the conversation is destroyed without a
        /// close event.
        void aborted() {
            if (peer) end_with(Asio::operation_aborted());
        }

        void abandon() noexcept {
            if (peer) peer->close();
            aborted();
        }

    private:
        template <class Pending, class Handler, class Cancel>
        Pending hold(Handler handler, Cancel cancel) {
            auto cancel_here = [weak = this->weak_from_this(), cancel] {
                if (const auto here = weak.lock()) cancel(*here);
            };
            return {std::move(handler), driver_->executor(), std::move(cancel_here)};
        }

        [[nodiscard]] error_code why_closed() const {
            return peer || !end_ ? error_code(make_error_code(errc::not_open)) : end_;
        }

        void cancel_sender(std::uint64_t number) {
            for (auto& [which, waits] : senders_) {
                if (which != number) continue;
                auto cancelled = std::move(waits);
                std::erase_if(senders_, [&](const auto& one) { return one.first == number; });
                return cancelled.dispatch(Asio::operation_aborted());
            }
        }

        void end_with(error_code why) noexcept {
            peer = nullptr;
            end_ = why;
            if (receiver_) complete(receiver_, why, stored_message());
            for (auto& [number, waits] : std::exchange(senders_, {})) complete(waits, why);
        }

        /// Posts a handler. If there is no memory for that, the handler is destroyed without a
        /// call, as when its context is destroyed.
        template <class Pending, class... Results>
        static void complete(Pending& waits, Results... results) noexcept {
            try {
                waits.post(std::move(results)...);
            } catch (const std::bad_alloc&) {}
        }

        std::shared_ptr<executor_driver<Asio>> driver_; // drops its executor when the context ends
        receiver receiver_;
        std::deque<stored_message> inbox_;
        std::vector<std::pair<std::uint64_t, sender>> senders_;
        std::uint64_t senders_begun_ = 0;
        error_code end_;
    };

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

    /// Stored in the connection. Its destructor detects that the connection was destroyed without a
    /// `close` event.
    struct anchor {
        explicit anchor(std::shared_ptr<state> of) : state_(std::move(of)) {}
        anchor(const anchor&) = delete;
        anchor& operator=(const anchor&) = delete;
        ~anchor() { state_->aborted(); }

        std::shared_ptr<state> state_;
    };

    /// Returns null if there was no memory for a conversation when the connection opened.
    static state* state_of(weft::connection& peer) {
        const auto* const held = peer.data_as<std::shared_ptr<anchor>>();
        return held ? (*held)->state_.get() : nullptr;
    }

    executor_conversation(weft::connection& peer, std::shared_ptr<executor_driver<Asio>> driver)
        : state_(std::make_shared<state>(peer, std::move(driver))) {
        peer.data() = std::make_shared<anchor>(state_);
    }

    std::shared_ptr<state> state_;
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
