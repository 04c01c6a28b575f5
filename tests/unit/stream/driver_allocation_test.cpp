// SPDX-License-Identifier: MIT
// Every allocation of a driver's and a pipe's life fails once: calls throw and have done nothing,
// turns go on.
#include <weft/stream/driver.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "support/out_of_memory.hpp"

namespace weft {
namespace {

using namespace testing;
using namespace std::chrono_literals;

class counting_task final : public timed_work_item {
public:
    int expired = 0;

private:
    void expire() noexcept override { ++expired; }
};

class counting_observer final : public driver_observer {
public:
    int shutdowns = 0;
    function<void()> done;

private:
    void on_interrupt() override {}
    void on_shutdown(time_point, function<void()> then) noexcept override {
        ++shutdowns;
        done = std::move(then);
    }
    void on_driver_closed() noexcept override {}
};

class counting_sink final : public stream_events {
public:
    std::size_t received = 0;
    int writables = 0;
    int ends = 0;
    std::error_code error;

private:
    bool wants_bytes() noexcept override { return true; }
    void on_receive(std::span<std::byte> bytes) override { received += bytes.size(); }
    void on_eof() override { ++ends; }
    void on_writable() override { ++writables; }
    void on_error(std::error_code why) override {
        ++ends;
        error = why;
    }
};

TEST(driver_allocation, made) {
    fail_each_allocation([](scarce_memory& memory) {
        std::optional<manual_driver> driver;
        const bool made = memory.during([&] { driver.emplace(); });
        EXPECT_EQ(made, !memory.ran_out());
    });
}

TEST(driver_allocation, what_was_posted_runs_once) {
    fail_each_allocation([](scarce_memory& memory) {
        manual_driver driver;
        int posted = 0;
        int ran = 0;
        for (int i = 0; i < 40; ++i) {
            posted += memory.during([&] { driver.mailbox()->post([&ran] { ++ran; }); });
        }
        memory.during([&] { driver.advance(driver.now(), {7, duration::max()}); });
        posted += memory.during([&] { driver.mailbox()->post([&ran] { ++ran; }); });
        EXPECT_TRUE(memory.during([&] { driver.settle(); }));
        EXPECT_EQ(ran, posted);
    });
}

TEST(driver_allocation, a_timer_with_a_place_goes_off) {
    fail_each_allocation([](scarce_memory& memory) {
        manual_driver driver;
        std::vector<counting_task> tasks(40);
        int armed = 0;
        for (auto& each : tasks) {
            armed += memory.during([&] {
                driver.take_place(each);
                driver.arm(each, driver.now() + 1s);
            });
        }
        for (int i = 0; i < 3; ++i) {
            EXPECT_TRUE(memory.during([&] { driver.advance(driver.now() + 1s); }));
            for (auto& each : tasks) {
                if (each.expired == 0) continue;
                EXPECT_TRUE(memory.during([&] { driver.arm(each, driver.now() + 1s); }));
            }
        }
        int expired = 0;
        for (auto& each : tasks) expired += each.expired;
        EXPECT_EQ(expired, 3 * armed);
    });
}

TEST(driver_allocation, a_shutdown_begins_everywhere_or_nowhere) {
    fail_each_allocation([](scarce_memory& memory) {
        counting_observer one; // which hear of the driver's end
        counting_observer another;
        manual_driver driver;
        driver.enroll(one);
        driver.enroll(another);
        int done = 0;
        const bool begun =
            memory.during([&] { driver.shut_down(driver.now(), [&done] { ++done; }); });
        EXPECT_TRUE(memory.during([&] { driver.settle(); }));
        EXPECT_EQ(one.shutdowns, begun ? 1 : 0);
        EXPECT_EQ(another.shutdowns, begun ? 1 : 0);
        EXPECT_EQ(done, 0);
        one.done = nullptr;
        another.done = nullptr;
        EXPECT_EQ(done, begun ? 1 : 0);
    });
}

TEST(memory_pipe_allocation, all_arrives_or_both_ends_get_an_error) {
    fail_each_allocation([](scarce_memory& memory) {
        manual_driver driver;
        counting_sink at_a;
        counting_sink at_b;
        std::unique_ptr<memory_stream> a;
        std::unique_ptr<memory_stream> b;
        if (!memory.during([&] { std::tie(a, b) = memory_pipe(driver, driver, 100); })) return;
        a->start(at_a);
        b->start(at_b);
        const std::vector<std::byte> bytes(300);
        std::size_t sent = 0;
        bool failed = false;
        for (int i = 0; i < 10 && !failed; ++i) {
            memory.during([&] {
                const auto rest = std::span<const std::byte>(bytes).subspan(sent % 300);
                const auto taken = a->write(std::span(&rest, 1));
                failed = !taken;
                sent += taken ? *taken : 0;
                driver.settle();
            });
        }
        if (memory.ran_out()) {
            EXPECT_TRUE(failed || at_b.error == std::errc::not_enough_memory);
            EXPECT_EQ(at_b.ends, 1);
        } else {
            EXPECT_EQ(at_b.received, sent);
        }
        EXPECT_FALSE(failed && at_a.error) << "reported twice";
    });
}

} // namespace
} // namespace weft
