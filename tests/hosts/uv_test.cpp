// SPDX-License-Identifier: MIT
// A stay in libuv: the application's loop is as it was, ends when it should, and holds nothing
// afterwards, whoever goes first.
#include <weft/hosts/uv.hpp>

#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/timer.hpp>
#include <weft/weft.hpp>

#include "hosts/uv_host.hpp"
#include "support/in_child.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

std::ptrdiff_t open_descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
}

/// An echo server and a client of its own, on one loop.
struct echoing {
    explicit echoing(event_loop& loop)
        : server_(std::in_place, loop), client_(std::in_place, loop) {
        server_->route("/", {.message = [](connection& peer, message m) { peer.send(m); }});
        url = "ws://" + server_->listen("127.0.0.1", 0)->str() + "/";
    }

    void dial() {
        to = client_->connect(url, {.open = [this](connection&) { ++opened; },
                                    .message = [this](connection&, message) { ++heard; },
                                    .close = [this](connection&, const report&) { ++closed; },
                                    .fail = [](const report& why) { ADD_FAILURE() << why; }});
    }

    std::optional<server> server_;
    std::optional<client> client_;
    std::string url;
    connection_handle to;
    int opened = 0, heard = 0, closed = 0;
};

TEST(uv_guest, run_lasts_as_long_as_there_is_work_and_no_longer) {
    uv_host_loop host;
    event_loop loop;
    uv_guest stay(loop, host.get());
    EXPECT_EQ(host.run(), 0) << "no work: it returns at once";
    std::optional<echoing> here(loop);
    here->dial();
    timer end(loop, [&] { loop.shutdown(1s); });
    end.arm_after(20ms);
    EXPECT_EQ(host.run(), 0);
    EXPECT_EQ(here->opened, 1);
    EXPECT_EQ(here->closed, 1);
    EXPECT_EQ(loop.work_count(), 0U);
    bool posted = false;
    loop.post([&] { posted = true; });
    EXPECT_EQ(host.run(), 0);
    EXPECT_TRUE(posted);
    EXPECT_TRUE(stay.attached());
}

TEST(uv_guest, leaves_the_applications_timers_going) {
    uv_host_loop host;
    event_loop loop;
    uv_guest stay(loop, host.get());
    echoing here(loop);
    int ticks = 0, rings = 0;
    uv_alarm tick(host, [&] { ++ticks; });
    tick.start(1ms, 1ms);
    timer ring(loop, [&] {
        if (++rings < 20) ring.arm_after(1ms);
    });
    ring.arm_after(1ms);
    here.dial();
    while (here.opened == 0) host.run(UV_RUN_ONCE);
    for (int i = 1; i <= 100; ++i) {
        here.to.send("hello");
        EXPECT_TRUE(host.run_until([&] { return here.heard == i; }));
    }
    EXPECT_TRUE(host.run_until([&] { return rings == 20 && ticks >= 20; }));
}

TEST(uv_guest, done_says_that_the_loop_can_be_closed) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    event_loop loop;
    uv_guest stay(loop, &host);
    bool done = false;
    stay.detach([&] { done = true; });
    EXPECT_FALSE(stay.attached());
    EXPECT_EQ(uv_loop_close(&host), UV_EBUSY);
    while (!done) uv_run(&host, UV_RUN_NOWAIT);
    EXPECT_EQ(uv_loop_close(&host), 0);
}

TEST(uv_guest, the_loop_may_be_closed_in_done) {
    uv_loop_t host;
    ASSERT_EQ(uv_loop_init(&host), 0);
    event_loop loop;
    std::optional<uv_guest> stay(std::in_place, loop, &host);
    int closed = UV_EBUSY;
    stay->detach([&] { closed = uv_loop_close(&host); });
    stay.reset();
    uv_run(&host, UV_RUN_DEFAULT);
    if (closed == UV_EBUSY) closed = uv_loop_close(&host); // libuv counts the closing one still
    EXPECT_EQ(closed, 0);
}

TEST(uv_guest, what_uv_callbacks_begin_takes_effect_at_once) {
    uv_host_loop host;
    event_loop loop;
    uv_guest stay(loop, host.get());
    echoing here(loop);
    here.dial();
    ASSERT_TRUE(host.run_until([&] { return here.opened == 1; }));
    const work_guard working(loop);
    bool fired = false;
    timer soon(loop, [&] { fired = true; });
    const auto from_uv = [&](const std::function<void()>& deed) {
        uv_alarm once(host, deed);
        once.start(0ms);
        host.run(UV_RUN_ONCE);
    };
    const auto start = std::chrono::steady_clock::now();
    from_uv([&] { soon.arm_after(2ms); });
    EXPECT_TRUE(host.run_until([&] { return fired; }));
    from_uv([&] { here.client_->for_each([](connection& peer) { peer.send("hello"); }); });
    EXPECT_TRUE(host.run_until([&] { return here.heard == 1; }));
    from_uv([&] { here.client_->for_each([](connection& peer) { peer.close(); }); });
    EXPECT_TRUE(host.run_until([&] { return here.closed == 1; }));
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s) << "no deadline was waited for";
}

TEST(uv_guest, two_loops_share_a_host) {
    uv_host_loop host;
    event_loop one, two;
    uv_guest first(one, host.get()), second(two, host.get());
    echoing here(one);
    client dialler(two);
    std::string heard;
    dialler.connect(here.url, {.open = [](connection& peer) { peer.send("across"); },
                               .message =
                                   [&](connection& peer, message m) {
                                       heard = m.text();
                                       peer.close();
                                       here.server_->stop_listening();
                                   }});
    EXPECT_EQ(host.run(), 0);
    EXPECT_EQ(heard, "across");
    EXPECT_EQ(one.work_count() + two.work_count(), 0U);
}

TEST(uv_guest, a_thousand_stays_leave_nothing) {
    uv_host_loop host;
    event_loop loop;
    const auto stays = [&](int count) {
        for (int i = 0; i < count; ++i) {
            uv_guest stay(loop, host.get());
            loop.post([] {});
            host.run();
        }
    };
    stays(10);
    const auto descriptors = open_descriptors();
    const auto memory = ::mallinfo2().uordblks;
    stays(1000);
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_LE(::mallinfo2().uordblks, memory + 4096);
}

TEST(uv_guest, a_thousand_stays_before_the_host_runs_leave_nothing) {
    uv_host_loop host;
    event_loop loop;
    int done = 0;
    for (int i = 0; i < 1000; ++i) {
        uv_guest(loop, host.get()).detach([&] { ++done; });
    }
    host.run();
    EXPECT_EQ(done, 1000);
}

TEST(uv_guest, attaches_once_moves_and_tells_what_libuv_says) {
    uv_host_loop host, other;
    event_loop loop, no_descriptor({.engine = engine_kind::poll});
    EXPECT_EQ(guest::create(no_descriptor, uv_host(host.get())).error(), errc::no_descriptor);
    auto made = guest::create(loop, uv_host(host.get()));
    ASSERT_TRUE(made);
    EXPECT_EQ(guest::create(loop, uv_host(other.get())).error(), errc::already_attached);
    guest stay(std::move(*made));
    EXPECT_TRUE(stay.attached());
    stay.detach();
    uv_poll_t rival;
    ASSERT_EQ(uv_poll_init(host.get(), &rival, *loop.descriptor()), 0);
    ASSERT_EQ(uv_poll_start(&rival, UV_READABLE, [](uv_poll_t*, int, int) {}), 0);
    EXPECT_EQ(guest::create(loop, uv_host(host.get())).error(), std::errc::file_exists);
    uv_close(reinterpret_cast<uv_handle_t*>(&rival), nullptr);
    host.run();
    EXPECT_TRUE(guest::create(loop, uv_host(host.get())));
}

// --- the end, from everywhere

/// What is destroyed, and by whom: all in each kind of callback.
class uv_destruction : public ::testing::TestWithParam<int> {
protected:
    uv_host_loop host;
    std::optional<event_loop> loop{std::in_place};
    std::optional<uv_guest> stay{std::in_place, *loop, host.get()};
    std::optional<echoing> here{*loop};
    bool happened = false;

    void destroy() {
        happened = true;
        switch (GetParam()) {
        case 0: return stay.reset();
        case 1: return loop.reset();
        case 2: stay.reset(); return loop.reset();
        case 3: loop.reset(); return stay.reset();
        default: here.reset(); stay.reset(); loop.reset();
        }
    }

    void run_to_the_end() {
        host.run();
        EXPECT_TRUE(happened);
    }
};

TEST_P(uv_destruction, before_it_ever_ran) {
    here->dial();
    destroy();
    run_to_the_end();
}

TEST_P(uv_destruction, after_it_ran) {
    here->dial();
    while (here->opened == 0) host.run(UV_RUN_ONCE);
    destroy();
    run_to_the_end();
}

TEST_P(uv_destruction, in_a_posted_function) {
    loop->post([this] { destroy(); });
    run_to_the_end();
}

TEST_P(uv_destruction, in_a_timer) {
    timer due(*loop, [this] { destroy(); });
    due.arm_after(1ms);
    run_to_the_end();
}

TEST_P(uv_destruction, in_a_message_handler) {
    const auto url = here->url;
    here->client_->connect(url, {.open = [](connection& peer) { peer.send("hello"); },
                                 .message = [this](connection&, message) { destroy(); }});
    run_to_the_end();
}

TEST_P(uv_destruction, in_a_close_handler) {
    const auto url = here->url;
    here->client_->connect(url, {.open = [](connection& peer) { peer.close(); },
                                 .close = [this](connection&, const report&) { destroy(); }});
    run_to_the_end();
}

TEST_P(uv_destruction, in_a_callback_of_the_applications) {
    here->dial();
    uv_alarm alarm(host, [this] { destroy(); });
    alarm.start(1ms);
    run_to_the_end();
}

TEST_P(uv_destruction, in_a_nested_run_inside_a_handler) {
    const auto url = here->url;
    here->client_->connect(url, {.open = [](connection& peer) { peer.send("hello"); },
                                 .message =
                                     [this](connection&, message) {
                                         loop->post([this] { destroy(); });
                                         while (!happened) host.run(UV_RUN_ONCE);
                                         host.run(UV_RUN_NOWAIT); // its handle is closed here
                                     }});
    run_to_the_end();
}

TEST_P(uv_destruction, in_done) {
    stay->detach([this] { destroy(); });
    run_to_the_end();
}

INSTANTIATE_TEST_SUITE_P(, uv_destruction, ::testing::Range(0, 5));

TEST(uv_nested, a_run_in_a_handler_serves_the_others) {
    uv_host_loop host;
    event_loop loop;
    uv_guest stay(loop, host.get());
    echoing here(loop);
    bool nested = false;
    here.server_->route("/nested", {.message = [&](connection& peer, message) {
        here.dial();
        EXPECT_TRUE(host.run_until([&] { return here.opened == 1; }));
        here.to.send("hello");
        EXPECT_TRUE(host.run_until([&] { return here.heard == 1; }));
        nested = true;
        peer.send("served");
    }});
    bool answered = false;
    here.client_->connect(here.url + "nested",
                          {.open = [](connection& peer) { peer.send("go"); },
                           .message = [&](connection&, message) { answered = true; }});
    EXPECT_TRUE(host.run_until([&] { return answered; }));
    EXPECT_TRUE(nested);
}

// --- fork

class uv_fork : public ::testing::Test {
protected:
    uv_host_loop host;
    std::optional<event_loop> loop{std::in_place};
    std::optional<uv_guest> stay{std::in_place, *loop, host.get()};
    std::optional<echoing> here{*loop};

    void SetUp() override {
        here->dial();
        while (here->opened == 0) host.run(UV_RUN_ONCE);
    }

    void drop_everything() {
        stay.reset();
        here.reset();
        loop.reset();
    }

    /// The host of a child runs, and ends when it should.
    int run_host() {
        bool rang = false;
        uv_alarm alarm(host, [&] { rang = true; });
        alarm.start(1ms);
        host.run();
        return rang ? 0 : 1;
    }

    /// The connection that was open before echoes on, and new ones can be made.
    void expect_undisturbed() {
        const int before = here->heard;
        for (int i = 1; i <= 5; ++i) {
            here->to.send("still here");
            ASSERT_TRUE(host.run_until([&] { return here->heard == before + i; }));
        }
        here->dial();
        ASSERT_TRUE(host.run_until([&] { return here->opened == 2; }));
    }
};

TEST_F(uv_fork, a_child_drops_everything) {
    EXPECT_EQ(in_child([&] {
                  drop_everything();
                  return 0;
              }),
              0);
    expect_undisturbed();
}

TEST_F(uv_fork, a_child_drops_everything_and_uses_the_host_afterwards) {
    EXPECT_EQ(in_child([&] {
                  drop_everything();
                  if (uv_loop_fork(host.get()) != 0) return 2;
                  return run_host();
              }),
              0);
    expect_undisturbed();
}

TEST_F(uv_fork, a_child_uses_the_host_and_drops_everything_afterwards) {
    EXPECT_EQ(in_child([&] {
                  if (uv_loop_fork(host.get()) != 0) return 2;
                  bool dropped = false;
                  uv_alarm alarm(host, [&] {
                      drop_everything();
                      dropped = true;
                  });
                  alarm.start(1ms);
                  if (!host.run_until([&] { return dropped; })) return 3;
                  return run_host();
              }),
              0);
    expect_undisturbed();
}

TEST_F(uv_fork, a_childs_host_does_not_spin_on_what_the_parent_has_to_do) {
    here->to.send("unheard in the child");
    EXPECT_EQ(in_child([&] {
                  if (uv_loop_fork(host.get()) != 0) return 2;
                  while (stay->attached()) host.run(UV_RUN_ONCE);
                  drop_everything();
                  return run_host();
              }),
              0);
    ASSERT_TRUE(host.run_until([&] { return here->heard == 1; }));
    expect_undisturbed();
}

TEST_F(uv_fork, a_child_may_be_a_guest_anew) {
    EXPECT_EQ(in_child([&] {
                  drop_everything();
                  if (uv_loop_fork(host.get()) != 0) return 2;
                  event_loop own;
                  uv_guest staying(own, host.get());
                  bool ran = false;
                  own.post([&] { ran = true; });
                  host.run();
                  return ran ? 0 : 3;
              }),
              0);
    expect_undisturbed();
}

} // namespace
} // namespace weft::testing
