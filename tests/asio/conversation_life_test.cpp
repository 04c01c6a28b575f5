// SPDX-License-Identifier: MIT
// Destroys, after each step of two coroutines of Asio that talk to each other, one of all that they
// use: a conversation, an endpoint, the context; or cancels them. No frame may be left, and ASan
// watches.
#include "both_ends.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "support/destroyed_inside.hpp"

namespace weft::testing {
namespace {

enum class victim { conversation, server, client, both_ends_at_once, none_but_a_cancellation };
constexpr victim victims[] = {victim::conversation, victim::server, victim::client,
                              victim::both_ends_at_once, victim::none_but_a_cancellation};

template <class Asio>
class talking_pair final : public destroyed_inside<victim> {
    using conversation = typename Asio::conversation;
    using socket = typename Asio::local_socket;
    template <class Result>
    using awaitable = typename Asio::template awaitable<Result>;

public:
    explicit talking_pair(int& frames) : frames_(frames) {
        server_->route("/", server_->conversations([this](conversation peer) {
            Asio::spawn(context_->get_executor(), answer(std::move(peer)), Asio::detached);
        }));
        auto [near, far] = local_pair<Asio>(*context_);
        server_->serve(std::move(far));
        Asio::spawn(context_->get_executor(), ask(std::move(near)),
                    Asio::cancelled_by(signal_, [this](std::exception_ptr) {
                        asking_ = conversation(); // its connection ends with the coroutine
                    }));
    }

    /// Runs one handler; false if nothing is left to do.
    bool step() {
        if (context_->run_one_for(std::chrono::seconds(10)) != 0) return true;
        EXPECT_TRUE(context_->stopped()) << "nothing has happened for a long time";
        return false;
    }

    void destroy(victim which) override {
        switch (which) {
        case victim::conversation: asking_ = conversation(); break;
        case victim::server: server_.reset(); break;
        case victim::client: client_.reset(); break;
        case victim::both_ends_at_once:
            server_.reset();
            client_.reset();
            break;
        case victim::none_but_a_cancellation: signal_.emit(Asio::cancel_all); break;
        }
    }

    void destroy_context() {
        server_.reset();
        client_.reset();
        asking_ = conversation();
        context_.reset();
    }

private:
    awaitable<void> answer(conversation peer) {
        const counted_frame here(frames_);
        const std::string large(500'000, 'x'); // more than the socket takes
        for (;;) {
            const stored_message m = co_await peer.async_receive(Asio::use_awaitable);
            tick();
            co_await peer.async_send(large, Asio::use_awaitable);
            tick();
        }
    }

    awaitable<void> ask(socket end) {
        const counted_frame here(frames_);
        if (!client_) co_return;
        const auto target = at_path("/");
        asking_ = co_await client_->async_connect(std::move(end), target, Asio::use_awaitable);
        tick();
        for (int i = 0; i < 2; ++i) {
            co_await asking_.async_send("question", Asio::use_awaitable);
            tick();
            const stored_message m = co_await asking_.async_receive(Asio::use_awaitable);
            tick();
        }
        asking_.close();
        co_await asking_.async_receive(Asio::use_awaitable); // throws
    }

    int& frames_;
    std::optional<typename Asio::io_context> context_{std::in_place};
    typename Asio::cancellation_signal signal_;
    std::optional<typename Asio::service> server_{std::in_place, *context_};
    std::optional<typename Asio::service> client_{std::in_place, *context_};
    conversation asking_;
};

template <class Asio>
class asio_conversation_lives : public ::testing::Test {
protected:
    /// Calls `destroy(pair)` after each number of steps, and runs what is left.
    template <class Destroy>
    void after_each_step(Destroy destroy) {
        bool more = true;
        int steps = 0;
        for (; more; ++steps) {
            int frames = 0;
            {
                talking_pair<Asio> pair(frames);
                for (int i = 0; i < steps && more; ++i) more = pair.step();
                destroy(pair);
            }
            EXPECT_EQ(frames, 0) << steps;
        }
        EXPECT_GT(steps, 10);
    }
};
TYPED_TEST_SUITE(asio_conversation_lives, two_asios, asio_name);

TYPED_TEST(asio_conversation_lives, end_after_each_step) {
    for (const victim which : victims) {
        this->after_each_step([which](auto& pair) {
            pair.destroy(which);
            while (pair.step()) {}
        });
    }
}

TYPED_TEST(asio_conversation_lives, end_with_their_context_after_each_step) {
    this->after_each_step([](auto& pair) { pair.destroy_context(); });
}

TYPED_TEST(asio_conversation_lives, end_inside_of_a_coroutine_at_each_point) {
    for (const victim which : victims) {
        bool destroyed = true;
        int points = 0;
        for (; destroyed; ++points) {
            int frames = 0;
            {
                talking_pair<TypeParam> pair(frames);
                pair.destroy_in_coroutine(points, which);
                while (pair.step()) {}
                destroyed = pair.has_destroyed();
            }
            EXPECT_EQ(frames, 0) << points;
        }
        EXPECT_GT(points, 5);
    }
}

} // namespace
} // namespace weft::testing
