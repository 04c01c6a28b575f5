// SPDX-License-Identifier: MIT
// Stays in a host: many of them leave nothing, one loop stays once at a time, anywhere.
#include <malloc.h>

#include <weft/core/error.hpp>

#include "hosts/host_fixture.hpp"

namespace weft::testing {
namespace {

class stays : public on_host {
protected:
    event_loop loop;

    void expect_served(foreign_loop& where) {
        bool ran = false;
        loop.post([&] { ran = true; });
        EXPECT_TRUE(where.turn_until([&] { return ran; }));
    }
};

TEST_P(stays, a_thousand_leave_nothing) {
    const auto stay_often = [&](int count) {
        for (int i = 0; i < count; ++i) {
            guest attachment(loop, host->ops());
            loop.post([] {});
            host->turn(duration::zero());
        }
        let_go();
    };
    stay_often(10);
    const auto descriptors = open_descriptors();
    const auto things = host->things();
    const auto memory = ::mallinfo2().uordblks;
    stay_often(1000);
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_EQ(host->things(), things);
    EXPECT_LE(::mallinfo2().uordblks, memory + 16 * 1024);
}

TEST_P(stays, a_thousand_before_the_host_runs_leave_nothing) {
    int done = 0;
    for (int i = 0; i < 1000; ++i) {
        guest(loop, host->ops()).detach([&] { ++done; });
    }
    run_until([&] { return done == 1000; });
    EXPECT_EQ(done, 1000);
}

TEST_P(stays, done_runs_once) {
    guest attachment(loop, host->ops());
    int first = 0, second = 0;
    attachment.detach([&] { ++first; });
    attachment.detach([&] { ++second; });
    EXPECT_EQ(second, 1) << "a stay that has ended says so at once";
    run_until([&] { return first != 0; });
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
}

TEST_P(stays, move) {
    guest first(loop, host->ops());
    guest second(std::move(first));
    EXPECT_TRUE(second.attached());
    expect_served(*host);
    event_loop other;
    guest third(other, host->ops());
    third = std::move(second);
    EXPECT_TRUE(third.attached());
    expect_served(*host);
}

TEST_P(stays, are_refused_with_a_reason) {
    event_loop no_descriptor({.engine = engine_kind::poll});
    EXPECT_EQ(guest::create(no_descriptor, host->ops()).error(), errc::no_descriptor);
    EXPECT_THROW(guest(no_descriptor, host->ops()), std::system_error);
    const guest attachment(loop, host->ops());
    EXPECT_EQ(guest::create(loop, host->ops()).error(), errc::already_attached);
    EXPECT_TRUE(attachment.attached());
    expect_served(*host);
}

TEST_P(stays, in_another_host_of_the_kind) {
    if (!GetParam()->many) GTEST_SKIP() << "there is one in a process";
    const auto other = another_host();
    echoing here(loop);
    here.connect();
    for (int i = 1; i <= 3; ++i) {
        for (auto* const where : {host.get(), other.get()}) {
            guest attachment(loop, where->ops());
            EXPECT_TRUE(where->turn_until([&] { return here.opened == 1; }));
            const int before = here.received;
            here.to.send("hello");
            EXPECT_TRUE(where->turn_until([&] { return here.received == before + 1; }));
        }
    }
}

TEST_P(stays, in_a_host_of_another_kind_and_back) {
    if (!has_company()) GTEST_SKIP() << "there is no other kind";
    const auto other = another_kind().make();
    echoing here(loop);
    here.connect();
    guest attachment(loop, host->ops());
    EXPECT_TRUE(host->turn_until([&] { return here.opened == 1; }));
    for (auto* const where : {other.get(), host.get(), other.get()}) {
        attachment.detach();
        attachment = guest(loop, where->ops());
        const int before = here.received;
        here.to.send("hello");
        EXPECT_TRUE(where->turn_until([&] { return here.received == before + 1; }));
    }
}

TEST_P(stays, alone_before_and_after) {
    int ran = 0;
    const auto run_alone = [&] {
        loop.post([&] { ++ran; });
        loop.run();
        loop.restart();
    };
    run_alone();
    {
        const guest attachment(loop, host->ops());
        expect_served(*host);
    }
    run_alone();
    EXPECT_EQ(ran, 2);
}

WEFT_ON_EVERY_HOST(stays);

} // namespace
} // namespace weft::testing
