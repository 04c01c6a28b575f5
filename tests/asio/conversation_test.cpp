// SPDX-License-Identifier: MIT
// Conversations: coroutines and callbacks that ask for messages, what cancels them, and who waits.
#include "both_ends.hpp"

#include <functional>
#include <stdexcept>

namespace weft::testing {
namespace {

template <class Asio>
class asio_conversations : public both_ends<Asio> {
protected:
    using error_code = typename Asio::error_code;
    using conversation = typename Asio::conversation;
    template <class Result>
    using awaitable = typename Asio::template awaitable<Result>;

    /// The server's side of the next connection to "/"; it is open.
    conversation begin(handlers outbound = {}) {
        std::optional<conversation> begun;
        this->server->route("/", this->server->conversations(
                                     [&](conversation peer) { begun = std::move(peer); }));
        this->connect(std::move(outbound));
        while (!begun) this->context.run_one();
        return std::move(*begun);
    }

    void run_until(const bool& done) {
        while (!done && this->context.run_one() != 0) {}
        EXPECT_TRUE(done);
    }

    static awaitable<void> echo(conversation peer) {
        for (;;) {
            const stored_message m = co_await peer.async_receive(Asio::use_awaitable);
            co_await peer.async_send(m, Asio::use_awaitable);
        }
    }

    awaitable<void> speak(std::string& received, report& end) {
        auto [near, far] = tcp_pair<Asio>(this->context);
        this->server->serve(std::move(far));
        auto peer = co_await this->client->async_connect(std::move(near), at_path("/"),
                                                      Asio::use_awaitable);
        for (const char* word : {"a", "b", "c"}) {
            co_await peer.async_send(word, Asio::use_awaitable);
            const stored_message m = co_await peer.async_receive(Asio::use_awaitable);
            received += m.text();
        }
        peer.close();
        try {
            co_await peer.async_receive(Asio::use_awaitable);
        } catch (const std::exception&) {
            end = peer.outcome();
        }
    }
};
TYPED_TEST_SUITE(asio_conversations, two_asios, asio_name);

TYPED_TEST(asio_conversations, are_held_by_coroutines) {
    this->server->route("/", this->server->conversations([&](auto peer) {
        TypeParam::spawn(this->context.get_executor(), this->echo(std::move(peer)),
                         TypeParam::detached);
    }));
    std::string received;
    report end;
    std::exception_ptr failed;
    TypeParam::spawn(this->context.get_executor(), this->speak(received, end),
                     [&](std::exception_ptr what) { failed = what; });
    this->context.run();
    EXPECT_FALSE(failed);
    EXPECT_EQ(received, "abc");
    EXPECT_TRUE(end.clean()) << end;
}

TYPED_TEST(asio_conversations, have_the_default_tokens_of_their_executors) {
    using socket =
        typename TypeParam::template awaitable_by_default<typename TypeParam::tcp::socket>;
    using awaited =
        typename TypeParam::template awaitable_by_default<typename TypeParam::conversation>;
    this->server->route("/", echo_handlers());
    std::string received;
    auto speak = [&]() -> typename TestFixture::template awaitable<void> {
        auto [near, far] = tcp_pair<TypeParam>(this->context);
        this->server->serve(std::move(far));
        const auto target = at_path("/");
        awaited peer = co_await this->client->async_connect(socket(std::move(near)), target);
        co_await peer.async_send("hello");
        const stored_message m = co_await peer.async_receive();
        received = m.text();
    };
    std::exception_ptr failed;
    TypeParam::spawn(this->context.get_executor(), speak(),
                     [&](std::exception_ptr what) { failed = what; });
    this->context.run();
    EXPECT_FALSE(failed);
    EXPECT_EQ(received, "hello");
}

TYPED_TEST(asio_conversations, lose_a_race_of_connecting_against_a_timer_in_time) {
    auto [near, far] = tcp_pair<TypeParam>(this->context); // the far end never answers
    typename TypeParam::cancellation_signal signal;
    bool connected = true;
    this->client->async_connect(
        std::move(near), at_path("/"),
        TypeParam::cancelled_by(signal, [&](auto why, auto) { connected = !why; }));
    typename TypeParam::library::steady_timer timer(this->context, std::chrono::milliseconds(500));
    timer.async_wait([&](auto) { signal.emit(TypeParam::cancel_all); });
    const auto before = std::chrono::steady_clock::now();
    this->context.run();
    const auto took = std::chrono::steady_clock::now() - before;
    EXPECT_FALSE(connected);
    EXPECT_GE(took, std::chrono::milliseconds(499));
    EXPECT_LT(took, std::chrono::seconds(5)); // not the ten of the handshake
}

TYPED_TEST(asio_conversations, let_an_exception_of_a_handler_leave_run) {
    connection* outbound = nullptr;
    auto peer = this->begin({.open = [&](connection& c) { outbound = &c; }});
    peer.async_receive([](auto, stored_message) { throw std::runtime_error("no"); });
    while (!outbound) this->context.run_one();
    outbound->send("hello");
    EXPECT_THROW(this->context.run(), std::runtime_error);
    EXPECT_NE(peer.connection(), nullptr);
}

TYPED_TEST(asio_conversations, that_cannot_begin_say_why) {
    typename TypeParam::error_code why;
    auto [near, far] = tcp_pair<TypeParam>(this->context);
    this->server->serve(std::move(far)); // without a route
    this->client->async_connect(std::move(near), at_path("/nowhere"),
                             [&](auto failed, auto) { why = failed; });
    this->context.run();
    EXPECT_EQ(std::error_code(why), errc::not_upgraded);
}

TYPED_TEST(asio_conversations, that_never_began_answer_with_their_error) {
    typename TestFixture::conversation failed;
    auto [near, far] = tcp_pair<TypeParam>(this->context);
    this->server->route("/", {.validate = [](connection& c) {
                            static_cast<void>(c.reject(429, "later"));
                        }});
    this->server->serve(std::move(far));
    this->client->async_connect(std::move(near), at_path("/"),
                                [&](auto, auto given) { failed = std::move(given); });
    this->context.run();
    this->context.restart();
    EXPECT_EQ(failed.outcome().http_status, 429);
    EXPECT_EQ(failed.outcome().error, errc::not_upgraded);
    EXPECT_EQ(failed.connection(), nullptr);
    int answers = 0;
    failed.async_receive([&](auto why, stored_message) {
        answers += std::error_code(why) == errc::not_upgraded ? 1 : 0;
    });
    failed.async_send("x", [&](auto why) {
        answers += std::error_code(why) == errc::not_upgraded ? 1 : 0;
    });
    failed.close();
    this->context.run();
    EXPECT_EQ(answers, 2);
}

TYPED_TEST(asio_conversations, that_are_empty_answer_too) {
    typename TestFixture::conversation empty;
    EXPECT_EQ(empty.outcome().error, errc::not_open);
    int answers = 0;
    empty.async_receive([&](auto why, stored_message) {
        answers += std::error_code(why) == errc::not_open ? 1 : 0;
    });
    empty.async_send("x", [&](auto why) {
        answers += std::error_code(why) == errc::not_open ? 1 : 0;
    });
    EXPECT_EQ(answers, 2);
    std::exception_ptr thrown;
    auto ask = [](auto& whom) -> typename TestFixture::template awaitable<void> {
        co_await whom.async_receive(TypeParam::use_awaitable);
    };
    TypeParam::spawn(this->context.get_executor(), ask(empty),
                     [&](std::exception_ptr what) { thrown = what; });
    this->context.run();
    EXPECT_TRUE(thrown);
}

TYPED_TEST(asio_conversations, are_not_waited_for_once_connecting_is_cancelled) {
    auto [near, far] = tcp_pair<TypeParam>(this->context); // the far end never answers
    typename TypeParam::cancellation_signal signal;
    typename TypeParam::error_code why;
    typename TestFixture::conversation given;
    int ends = 0;
    this->client->async_connect(std::move(near), at_path("/"),
                                TypeParam::cancelled_by(signal, [&](auto what, auto peer) {
                                    why = what;
                                    given = std::move(peer);
                                    ++ends;
                                }));
    this->context.poll();
    EXPECT_EQ(ends, 0);
    signal.emit(TypeParam::cancel_all);
    this->context.restart();
    this->context.run(); // which returns, as nothing is left
    EXPECT_EQ(ends, 1);
    EXPECT_EQ(why, TypeParam::library::operation_aborted());
    EXPECT_EQ(given.outcome().error, std::errc::operation_canceled);
    EXPECT_EQ(this->client->connection_count(), 0U);
}

TYPED_TEST(asio_conversations, end_with_eof_after_all_that_came_before) {
    auto peer = this->begin({.open = [](connection& c) {
        c.send("one");
        c.send("two");
        c.close();
    }});
    std::string received;
    bool over = false;
    std::function<void()> ask = [&] {
        peer.async_receive([&](auto why, stored_message m) {
            if (why) {
                over = why == TypeParam::library::eof();
                return;
            }
            received += m.text();
            ask();
        });
    };
    ask();
    this->context.run();
    EXPECT_TRUE(over);
    EXPECT_EQ(received, "onetwo");
    EXPECT_TRUE(peer.outcome().clean());
    EXPECT_EQ(peer.connection(), nullptr);
}

TYPED_TEST(asio_conversations, do_not_read_ahead_of_who_asks) {
    auto peer = this->begin({.open = [](connection& c) {
        for (int i = 0; i < 10; ++i) c.send("x");
    }});
    while (!peer.connection()->paused()) this->context.run_one();
    int received = 0;
    std::function<void()> ask = [&] {
        peer.async_receive([&](auto, stored_message) {
            if (++received < 10) ask();
        });
    };
    ask();
    while (received < 10) this->context.run_one();
    EXPECT_FALSE(peer.connection()->paused());
}

TYPED_TEST(asio_conversations, lose_no_message_when_a_receive_is_cancelled) {
    connection* outbound = nullptr;
    auto peer = this->begin({.open = [&](connection& c) { outbound = &c; }});
    while (!outbound) this->context.run_one();
    typename TypeParam::cancellation_signal signal;
    typename TypeParam::error_code why;
    bool over = false;
    peer.async_receive(TypeParam::cancelled_by(signal, [&](auto what, stored_message) {
        why = what;
        over = true;
    }));
    signal.emit(TypeParam::cancel_all);
    this->run_until(over);
    EXPECT_EQ(why, TypeParam::library::operation_aborted());

    outbound->send("kept");
    std::string received;
    bool asked = false;
    peer.async_receive([&](auto, stored_message m) {
        received = m.bytes;
        asked = true;
    });
    this->run_until(asked);
    signal.emit(TypeParam::cancel_all); // of what is over: nothing
    EXPECT_EQ(received, "kept");
}

TYPED_TEST(asio_conversations, wait_with_sending_until_a_slow_peer_has_read) {
    connection* outbound = nullptr;
    std::size_t received = 0;
    auto peer = this->begin({.open =
                                 [&](connection& c) {
                                     c.pause();
                                     outbound = &c;
                                 },
                             .message = [&](connection&, message m) { received += m.size(); }});
    while (!outbound) this->context.run_one();
    const std::string large(400'000, 'x');
    bool sent = true;
    std::size_t begun = 0;
    while (sent) { // until one has to wait
        sent = false;
        peer.async_send(large, [&](auto why) { sent = !why; });
        begun += large.size();
        this->context.poll();
    }
    typename TypeParam::cancellation_signal signal;
    typename TypeParam::error_code gave_up;
    bool over = false;
    peer.async_send("last", TypeParam::cancelled_by(signal, [&](auto why) {
        gave_up = why;
        over = true;
    }));
    signal.emit(TypeParam::cancel_all);
    this->run_until(over);
    EXPECT_EQ(gave_up, TypeParam::library::operation_aborted());
    EXPECT_FALSE(sent);
    outbound->resume();
    this->run_until(sent);
    while (received < begun + 4) this->context.run_one(); // a wait is cancelled, not what was taken
}

TYPED_TEST(asio_conversations, are_asked_one_thing_at_a_time) {
    auto peer = this->begin();
    peer.async_receive([](auto, stored_message) {});
    typename TypeParam::error_code why;
    bool over = false;
    peer.async_receive([&](auto what, stored_message) {
        why = what;
        over = true;
    });
    this->run_until(over);
    EXPECT_EQ(std::error_code(why), std::errc::operation_in_progress);
}

TYPED_TEST(asio_conversations, close_the_connection_when_they_are_destroyed) {
    report end;
    bool aborted = false;
    {
        auto peer = this->begin(
            {.close = [&](connection&, const report& why) { end = why; }});
        peer.async_receive([&](auto why, stored_message) {
            aborted = why == TypeParam::library::operation_aborted();
        });
    }
    this->context.run();
    EXPECT_TRUE(aborted);
    EXPECT_TRUE(end.clean()) << end;
}

TYPED_TEST(asio_conversations, outlive_their_service) {
    auto peer = this->begin();
    bool aborted = false;
    peer.async_receive([&](auto why, stored_message) {
        aborted = why == TypeParam::library::operation_aborted();
    });
    this->server.reset();
    this->run_until(aborted);
    EXPECT_EQ(peer.connection(), nullptr);
    typename TypeParam::error_code why;
    peer.async_send("x", [&](auto what) { why = what; });
    this->context.run();
    EXPECT_TRUE(why);
}

} // namespace
} // namespace weft::testing
