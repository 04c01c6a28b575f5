// SPDX-License-Identifier: MIT
// The end of a stay, from everywhere: whoever is destroyed, in whichever order and in whichever
// callback, the host goes on and nothing is left on it.
#include <array>
#include <functional>

#include <weft/loop/timer.hpp>

#include "hosts/application.hpp"
#include "hosts/host_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// Who is destroyed first; each of the orders is tried in each test.
enum class order { guest, loop, guest_then_loop, loop_then_guest, endpoints_first, done };

constexpr std::array orders{order::guest,           order::loop,
                            order::guest_then_loop, order::loop_then_guest,
                            order::endpoints_first, order::done};

class ends : public on_host {
protected:
    std::optional<event_loop> loop;
    std::optional<guest> attachment;
    std::optional<echoing> here;
    bool happened = false;

    /// Plays `scene`, which calls `destroy` sooner or later, in each order.
    void in_each_order(const std::function<void()>& scene) {
        for (const auto one : orders) {
            SCOPED_TRACE(static_cast<int>(one));
            order_ = one;
            happened = false;
            loop.emplace();
            attachment.emplace(*loop, host->ops());
            here.emplace(*loop);
            scene();
            run_until([&] { return happened; });
            expect_the_host_goes_on();
            here.reset();
            attachment.reset();
            loop.reset();
        }
    }

    void destroy() {
        happened = true;
        switch (order_) {
        case order::guest: return attachment.reset();
        case order::loop: return loop.reset();
        case order::guest_then_loop: attachment.reset(); return loop.reset();
        case order::loop_then_guest: loop.reset(); return attachment.reset();
        case order::endpoints_first: here.reset(); attachment.reset(); return loop.reset();
        case order::done: attachment->detach([this] { loop.reset(); }); return attachment.reset();
        }
    }

    void open_one() {
        here->connect();
        EXPECT_TRUE(host->turn_until([&] { return here->opened == 1; }));
    }

    void connect(handlers what) {
        const auto url = here->url;
        here->client_->connect(url, std::move(what));
    }

private:
    void expect_the_host_goes_on() {
        bool rang = false;
        host->call_after(duration::zero(), [&] { rang = true; });
        EXPECT_TRUE(host->turn_until([&] { return rang; }));
    }

    order order_{};
};

TEST_P(ends, before_the_host_ever_ran) {
    in_each_order([&] {
        here->connect();
        destroy();
    });
}

TEST_P(ends, beside_an_open_connection) {
    in_each_order([&] {
        open_one();
        here->to.send("ignored");
        destroy();
    });
}

TEST_P(ends, after_the_host_has_stopped) {
    in_each_order([&] {
        here->connect();
        host->call_after(1ms, [&] { host->quit(); });
        host->run();
        destroy();
    });
}

TEST_P(ends, in_a_posted_function) {
    in_each_order([&] { loop->post([this] { destroy(); }); });
}

TEST_P(ends, in_a_timer) {
    std::optional<timer> due;
    in_each_order([&] {
        due.emplace(*loop, [this] { destroy(); });
        due->arm_after(1ms);
    });
}

TEST_P(ends, in_an_open_handler) {
    in_each_order([&] { connect({.open = [this](connection&) { destroy(); }}); });
}

TEST_P(ends, in_a_message_handler) {
    in_each_order([&] {
        connect({.open = [](connection& peer) { peer.send("hello"); },
                 .message = [this](connection&, message) { destroy(); }});
    });
}

TEST_P(ends, in_a_close_handler) {
    in_each_order([&] {
        connect({.open = [](connection& peer) { peer.close(); },
                 .close = [this](connection&, const report&) { destroy(); }});
    });
}

TEST_P(ends, in_a_timer_of_the_applications) {
    in_each_order([&] {
        here->connect();
        host->call_after(1ms, [this] { destroy(); });
    });
}

TEST_P(ends, in_a_watch_of_the_applications) {
    const pipe_pair pipe;
    host->watch(pipe.ends[0], [&] {
        if (pipe.read() && attachment) destroy();
    });
    in_each_order([&] {
        open_one();
        pipe.write(); // both are ready in the same turn
        here->to.send("received or not");
    });
    host->unwatch();
}

TEST_P(ends, in_idle_work_of_the_applications) {
    in_each_order([&] {
        here->connect();
        host->on_idle([this] {
            destroy();
            return false;
        });
    });
}

TEST_P(ends, in_a_turn_of_the_host_inside_a_handler) {
    if (!host->nests()) GTEST_SKIP() << "this host is not run inside its callbacks";
    in_each_order([&] {
        connect({.open = [](connection& peer) { peer.send("hello"); },
                 .message =
                     [this](connection&, message) {
                         loop->post([this] { destroy(); });
                         EXPECT_TRUE(host->turn_until([&] { return happened; }));
                         let_go();
                     }});
    });
}

TEST_P(ends, of_two_attachments_in_any_order) {
    for (const int last : {0, 1}) {
        std::array<std::optional<event_loop>, 2> loops;
        std::array<std::optional<guest>, 2> two;
        std::array<bool, 2> ran{};
        for (std::size_t i = 0; i < 2; ++i) {
            loops[i].emplace();
            two[i].emplace(*loops[i], host->ops());
            loops[i]->post([&ran, i] { ran[i] = true; });
        }
        const auto left = static_cast<std::size_t>(last);
        EXPECT_TRUE(host->turn_until([&] { return ran[0] && ran[1]; }));
        two[1 - left].reset();
        loops[1 - left].reset();
        ran[left] = false;
        loops[left]->post([&] { ran[left] = true; });
        EXPECT_TRUE(host->turn_until([&] { return ran[left]; }));
        loops[left].reset();
        two[left].reset();
    }
    let_go();
}

TEST_P(ends, of_the_other_stay_while_both_are_ready) {
    for (int round = 0; round < 4; ++round) {
        std::array<std::optional<event_loop>, 2> loops;
        std::array<std::optional<guest>, 2> two;
        bool over = false;
        for (std::size_t i = 0; i < 2; ++i) {
            loops[i].emplace();
            two[i].emplace(*loops[i], host->ops());
        }
        for (std::size_t i = 0; i < 2; ++i) {
            loops[i]->post([&, i] {
                EXPECT_FALSE(over) << "what was destroyed was served";
                over = true;
                if (round % 2) two[1 - i].reset();
                loops[1 - i].reset();
                two[1 - i].reset();
            });
        }
        run_until([&] { return over; });
    }
}

WEFT_ON_EVERY_HOST(ends);

} // namespace
} // namespace weft::testing
