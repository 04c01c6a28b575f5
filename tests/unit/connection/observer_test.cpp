// SPDX-License-Identifier: MIT
// Observers of a connection: they are notified of each drained queue, and of the end exactly once.
#include <memory>
#include <optional>

#include <weft/connection/channel_observer.hpp>

#include "connection_fixture.hpp"

namespace weft::testing {
namespace {

class noting_observer final : public channel_observer {
public:
    explicit noting_observer(const void* owner) : channel_observer(owner) {}

    int drained = 0;
    int ended = 0;
    function<void()> then; // called by `on_drained`

private:
    void on_drained() noexcept override {
        ++drained;
        if (then) then();
    }
    void on_end() noexcept override { ++ended; }
};

class observer_test : public connection_fixture {
public:
    int owner = 0;
    noting_observer noted{&owner};

    void begin() {
        capacity = 256;
        open();
        served().observe(noted);
        EXPECT_EQ(served().observer_of(&owner), &noted);
        EXPECT_EQ(served().observer_of(this), nullptr);
    }

    void drain() {
        outbound().pause();
        driver.settle();
        served().send(std::string(1000, 'x'));
        driver.settle();
        EXPECT_EQ(served().send("y"), send_result::backed_up);
        outbound().resume();
        driver.settle();
    }
};

TEST_F(observer_test, is_notified_when_the_queue_has_drained) {
    begin();
    outbound().pause();
    driver.settle();
    EXPECT_EQ(served().send(std::string(1000, 'x')), send_result::accepted);
    driver.settle();
    EXPECT_EQ(served().send("y"), send_result::backed_up);
    driver.settle();
    EXPECT_EQ(noted.drained, 0);
    outbound().resume();
    driver.settle();
    EXPECT_EQ(noted.drained, 1);
    EXPECT_EQ(noted.ended, 0);
}

TEST_F(observer_test, may_remove_and_add_observers_while_they_are_notified) {
    begin();
    std::optional<noting_observer> removed(&owner);
    noting_observer last(&owner);
    noting_observer added(&owner);
    served().observe(*removed);
    served().observe(last);
    noted.then = [&] {
        removed.reset();
        served().observe(added);
        last.stop_observing();
        served().observe(last); // as if it were new
        noted.stop_observing();
    };
    drain();
    EXPECT_EQ(noted.drained, 1);
    EXPECT_EQ(last.drained, 0);
    EXPECT_EQ(added.drained, 0);
    drain();
    EXPECT_EQ(noted.drained, 1);
    EXPECT_EQ(last.drained, 1);
    EXPECT_EQ(added.drained, 1);
    served().abort();
    driver.settle();
    EXPECT_EQ(last.ended + added.ended, 2);
    EXPECT_EQ(last.drained + added.drained, 2);
}

TEST_F(observer_test, that_ends_the_connection_is_the_last_to_be_notified) {
    begin();
    noting_observer other(&owner);
    served().observe(other);
    noted.then = [&] { server.reset(); };
    drain();
    EXPECT_EQ(noted.drained, 1);
    EXPECT_EQ(other.drained, 0);
    EXPECT_EQ(other.ended, 1);
}

TEST_F(observer_test, is_notified_once_of_each_kind_of_end) {
    for (const std::string how : {"close", "abort", "reset", "stop", "destroy"}) {
        server.emplace(driver);
        client.emplace(driver);
        noting_observer one(&owner);
        at_server.opens = at_client.opens = 0;
        open();
        served().observe(one);
        int ended_in_close = -1;
        at_server.on["close"] = [&](connection*) { ended_in_close = one.ended; };
        if (how == "close") outbound().close();
        if (how == "abort") served().abort();
        if (how == "reset") client_end->reset();
        if (how == "stop") server->stop();
        if (how == "destroy") server.reset();
        driver.settle();
        EXPECT_EQ(one.ended, 1) << how;
        EXPECT_FALSE(one.observes()) << how;
        EXPECT_EQ(ended_in_close, how == "destroy" ? -1 : 0) << how;
        at_server.on.clear();
    }
}

TEST_F(observer_test, may_stop_observing) {
    begin();
    noted.stop_observing();
    EXPECT_EQ(served().observer_of(&owner), nullptr);
    served().abort();
    driver.settle();
    EXPECT_EQ(noted.ended, 0);
    const auto gone = std::make_unique<noting_observer>(&owner);
    EXPECT_FALSE(gone->observes());
}

} // namespace
} // namespace weft::testing
