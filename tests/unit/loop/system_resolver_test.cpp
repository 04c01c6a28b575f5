// SPDX-License-Identifier: MIT
// The resolver that a loop has by default: its thread, which may hang, be refused, or be left
// behind by the loop and by a forked child.
#include <netdb.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <latch>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/resolve_error.hpp>

#include "loop/connector.hpp"
#include "loop/loop_state.hpp"
#include "loop/posix/system_resolver.hpp"

#include "loop_probes.hpp"

namespace weft::testing {
namespace {

/// Connects to names, and lets no address through.
class system_resolver_threads : public ::testing::Test {
public:
    std::optional<event_loop> loop{std::in_place, loop_options{.hosts_file = ""}};
    int descriptor = *loop->descriptor();
    std::string tried;
    std::error_code why;
    int ended = 0;
    std::vector<std::thread> threads;

    ~system_resolver_threads() override {
        for (auto& one : threads) one.join();
    }

    connector& start(const char* host) {
        connect_plan plan;
        plan.host = host;
        plan.port = 80;
        plan.socket.before = [this](int, const address& to) -> result<void> {
            tried += (tried.empty() ? "" : " ") + to.str();
            return failure(std::make_error_code(std::errc::permission_denied));
        };
        return connector::start(*loop->state(), std::move(plan),
                                [this](phase, result<owned_socket> got) {
                                    ++ended;
                                    why = got.error();
                                });
    }

    void finish(int expected = 1) {
        while (ended < expected && readable(descriptor, 5000ms)) loop->run_ready();
        EXPECT_EQ(ended, expected);
    }

    void settle() { testing::settle(*loop); }

    /// Looks names up by `find`, on threads that the test joins.
    void resolve_by(system_resolver::finder find) {
        loop->resolver(system_resolver(std::move(find), [this](std::function<void()> body) {
            threads.emplace_back(std::move(body));
        }));
    }
};

TEST_F(system_resolver_threads, is_there_by_default) {
    start("127.1"); // as getaddrinfo(3) reads addresses
    finish();
    EXPECT_EQ(tried, "127.0.0.1:80") << why.message();
}

TEST_F(system_resolver_threads, is_not_there_in_virtual_time) {
    event_loop virtual_loop({.engine = engine_kind::virtual_time});
    EXPECT_FALSE(virtual_loop.state()->resolver());
}

TEST_F(system_resolver_threads, looks_up_on_a_thread_of_its_own_one_after_another) {
    std::atomic<bool> elsewhere = true;
    resolve_by([&, mine = std::this_thread::get_id()](const std::string& host) {
        elsewhere = elsewhere && std::this_thread::get_id() != mine;
        return result<std::vector<address>>(std::vector{
            *address::parse(host == "one" ? "127.0.0.7" : "127.0.0.8", 0)});
    });
    for (const char* host : {"one", "two", "two"}) start(host);
    finish(3);
    EXPECT_TRUE(elsewhere);
    EXPECT_EQ(tried, "127.0.0.7:80 127.0.0.8:80 127.0.0.8:80");
}

TEST_F(system_resolver_threads, says_why_there_is_no_address) {
    resolve_by([](const std::string&) {
        return result<std::vector<address>>(failure(resolve_error::host_not_found));
    });
    start("some.name");
    finish();
    EXPECT_EQ(why, resolve_error::host_not_found);
    resolve_by([](const std::string&) -> result<std::vector<address>> { throw std::bad_alloc(); });
    start("some.name");
    finish(2);
    EXPECT_EQ(why, std::errc::not_enough_memory);
}

TEST_F(system_resolver_threads, says_that_there_can_be_no_thread) {
    loop->resolver(system_resolver(system_addresses, [](const std::function<void()>&) {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    }));
    start("127.1");
    finish();
    EXPECT_EQ(why, std::errc::resource_unavailable_try_again);
}

/// Lookups that wait until the test lets them.
struct held_back {
    std::latch begun{1};
    std::latch released{1};
    std::atomic<int> calls = 0;

    system_resolver::finder finder() {
        return [this](const std::string&) {
            if (++calls == 1) begun.count_down();
            released.wait();
            return result<std::vector<address>>(std::vector{*address::parse("127.0.0.7", 0)});
        };
    }
};

TEST_F(system_resolver_threads, a_lookup_that_is_given_up_is_never_reported) {
    held_back hangs;
    resolve_by(hangs.finder());
    connector& first = start("first");
    connector& second = start("second");
    settle();
    hangs.begun.wait();
    first.cancel();
    second.cancel(); // which has not begun, and never does
    hangs.released.count_down();
    for (auto& one : threads) one.join();
    threads.clear();
    settle();
    EXPECT_EQ(hangs.calls, 1);
    EXPECT_EQ(tried, "");
    EXPECT_EQ(ended, 0);
}

TEST_F(system_resolver_threads, a_loop_does_not_wait_for_a_lookup_that_hangs) {
    held_back hangs;
    resolve_by(hangs.finder());
    connector& first = start("first");
    connector& second = start("second");
    settle();
    hangs.begun.wait();
    first.cancel(); // as its owner would
    second.cancel();
    loop.reset();
    hangs.released.count_down();
    for (auto& one : threads) one.join();
    threads.clear();
    EXPECT_EQ(hangs.calls, 1);
    EXPECT_EQ(ended, 0);
}

TEST_F(system_resolver_threads, who_waits_hears_that_the_resolver_was_replaced) {
    held_back hangs;
    resolve_by(hangs.finder());
    start("first");
    start("second");
    settle();
    hangs.begun.wait();
    loop->resolver({});
    finish();
    EXPECT_EQ(why, resolve_error::cancelled);
    hangs.released.count_down(); // the one that had begun is answered all the same
    finish(2);
    EXPECT_EQ(tried, "127.0.0.7:80");
}

TEST_F(system_resolver_threads, a_forked_child_leaves_it_alone) {
    held_back hangs;
    resolve_by(hangs.finder());
    start("first");
    settle();
    hangs.begun.wait();
    const pid_t child = ::fork();
    if (child == 0) {
        loop.reset();
        ::_exit(7);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    hangs.released.count_down();
    finish();
    EXPECT_EQ(tried, "127.0.0.7:80");
}

TEST(system_resolver, errors_of_getaddrinfo_have_their_meaning) {
    EXPECT_FALSE(address_info_error(0));
    EXPECT_EQ(address_info_error(EAI_NONAME), resolve_error::host_not_found);
    EXPECT_EQ(address_info_error(EAI_AGAIN), resolve_error::no_server);
    EXPECT_EQ(address_info_error(EAI_FAIL), resolve_error::server_failure);
    EXPECT_EQ(address_info_error(EAI_MEMORY), std::errc::not_enough_memory);
    EXPECT_EQ(address_info_error(12345), resolve_error::server_failure);
}

} // namespace
} // namespace weft::testing
