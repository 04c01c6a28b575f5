// SPDX-License-Identifier: MIT
// Descriptor numbers that are free are used again at once, here inside one callback of the host's:
// nobody hears of what was meant for the one before.
#include <functional>

#include "hosts/application.hpp"
#include "hosts/host_fixture.hpp"

namespace weft::testing {
namespace {

class reused_descriptors : public on_host {
protected:
    /// Calls `deed` in a callback of the host's.
    void in_host(const std::function<void()>& deed) {
        bool done = false;
        host->call_after(duration::zero(), [&] {
            deed();
            done = true;
        });
        EXPECT_TRUE(host->turn_until([&] { return done; }));
    }

    void expect_served(event_loop& loop) {
        bool ran = false;
        loop.post([&] { ran = true; });
        EXPECT_TRUE(host->turn_until([&] { return ran; }));
    }
};

TEST_P(reused_descriptors, a_loops_by_the_application) {
    std::optional<event_loop> loop(std::in_place);
    std::optional<guest> attachment(std::in_place, *loop, host->ops());
    const int number = *loop->descriptor();
    pipe_pair pipe;
    int reads = 0;
    in_host([&] {
        loop->post([] { ADD_FAILURE() << "the loop is gone"; });
        attachment.reset();
        loop.reset();
        ASSERT_EQ(::dup3(pipe.ends[0], number, O_CLOEXEC), number);
        host->watch(number, [&] {
            if (pipe.read()) ++reads;
        });
    });
    for (int i = 1; i <= 3; ++i) {
        pipe.write();
        EXPECT_TRUE(host->turn_until([&] { return reads == i; }));
    }
    host->unwatch();
    let_go();
    ::close(number);
}

TEST_P(reused_descriptors, the_applications_by_a_loop) {
    const pipe_pair pipe;
    const int number = [] {
        event_loop probe;
        return *probe.descriptor(); // where the next loop's will be
    }();
    ASSERT_EQ(::dup3(pipe.ends[0], number, O_CLOEXEC), number);
    bool watched = true;
    host->watch(number, [&] { EXPECT_TRUE(watched) << "it is not watched any more"; });
    host->turn(duration::zero());
    pipe.write(); // it may be ready together with the callback below
    std::optional<event_loop> loop;
    std::optional<guest> attachment;
    in_host([&] {
        host->unwatch();
        watched = false;
        ::close(number);
        loop.emplace();
        attachment.emplace(*loop, host->ops());
    });
    EXPECT_EQ(*loop->descriptor(), number);
    expect_served(*loop);
    attachment.reset();
    let_go();
}

TEST_P(reused_descriptors, a_loops_by_the_next_loop) {
    std::optional<event_loop> loop(std::in_place);
    std::optional<guest> attachment(std::in_place, *loop, host->ops());
    const int number = *loop->descriptor();
    for (int round = 0; round < 10; ++round) {
        in_host([&] {
            loop->post([] { ADD_FAILURE() << "that loop is gone"; });
            if (round % 2) attachment.reset();
            loop.reset();
            loop.emplace();
            attachment.emplace(*loop, host->ops());
        });
        EXPECT_EQ(*loop->descriptor(), number);
        expect_served(*loop);
    }
    attachment.reset();
    let_go();
}

TEST_P(reused_descriptors, connections_by_the_next_connection) {
    event_loop loop;
    guest attachment(loop, host->ops());
    echoing here(loop);
    here.connect();
    EXPECT_TRUE(host->turn_until([&] { return here.opened == 1; }));
    for (int round = 1; round <= 10; ++round) {
        here.to.send("to the one that is gone");
        in_host([&] {
            here.client_->stop();
            here.connect();
        });
        const int received = here.received;
        EXPECT_TRUE(host->turn_until([&] { return here.opened == round + 1; }));
        EXPECT_EQ(here.received, received);
        here.to.send("hello");
        EXPECT_TRUE(host->turn_until([&] { return here.received == received + 1; }));
    }
    attachment.detach();
    let_go();
}

WEFT_ON_EVERY_HOST(reused_descriptors);

} // namespace
} // namespace weft::testing
