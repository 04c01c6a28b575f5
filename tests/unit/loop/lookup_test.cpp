// SPDX-License-Identifier: MIT
// Names looked up: in the hosts file, and by functions that answer at once, later, or never.
#include <fstream>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/resolve_error.hpp>

#include "loop/connector.hpp"
#include "loop/loop_state.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/posix/system_call.hpp"
#include "loop_probes.hpp"

namespace weft::testing {
namespace {

constexpr const char* own_hosts_file = "weft_lookup_test_hosts";

/// Looks names up by connecting to them; a hook sees the addresses and lets none through.
class looking_up : public ::testing::Test {
public:
    looking_up() {
        std::ofstream(::testing::TempDir() + own_hosts_file) << "127.0.0.7 written.down\n";
    }
    ~looking_up() override { std::remove((::testing::TempDir() + own_hosts_file).c_str()); }

    event_loop loop{{.hosts_file = ::testing::TempDir() + own_hosts_file}};
    int descriptor = *loop.descriptor();
    std::string tried;
    connector* present = nullptr;
    std::optional<phase> ended_in;
    std::error_code why;
    std::optional<lookup> kept;

    static address numeric(const char* host) { return *address::parse(host, 1); }

    void start(const char* host = "some.name", duration resolution_delay = 1h) {
        ended_in.reset();
        tried.clear();
        connect_plan plan;
        plan.host = host;
        plan.port = 80;
        plan.resolution_delay = resolution_delay;
        plan.socket.before = [this](int, const address& to) -> result<void> {
            tried += (tried.empty() ? "" : " ") + to.str();
            return failure(std::make_error_code(std::errc::permission_denied));
        };
        present = &connector::start(*loop.state(), std::move(plan),
                                    [this](phase at, result<owned_socket> got) {
                                        EXPECT_FALSE(ended_in) << "reported twice";
                                        EXPECT_FALSE(got);
                                        ended_in = at;
                                        why = got.error();
                                    });
    }

    /// The addresses that were tried for `host`, or the reason why there are none.
    std::string outcome(const char* host = "some.name") {
        start(host);
        return ending();
    }

    std::string ending() {
        while (!ended_in && readable(descriptor, 5000ms)) loop.run_ready();
        if (!ended_in) return "no answer";
        EXPECT_EQ(*ended_in, tried.empty() ? phase::resolve : phase::connect);
        return tried.empty() ? why.message() : tried;
    }

    void keep_lookups() {
        loop.resolver([this](lookup asked) { kept.emplace(std::move(asked)); });
    }
};

std::string words(std::error_code why) {
    return why.message();
}

TEST_F(looking_up, hosts_file_comes_before_the_resolver) {
    EXPECT_EQ(outcome("written.down"), "127.0.0.7:80");
    loop.resolver([](lookup) { ADD_FAILURE() << "not for this name"; });
    EXPECT_EQ(outcome("Written.Down"), "127.0.0.7:80");
}

TEST_F(looking_up, without_a_resolver_it_says_so) {
    loop.resolver({});
    EXPECT_EQ(outcome(), words(errc::no_resolver));
    loop.resolver([](lookup asked) { asked.found(*address::parse("127.0.0.8", 0)); });
    EXPECT_EQ(outcome(), "127.0.0.8:80");
    loop.resolver({});
    EXPECT_EQ(outcome(), words(errc::no_resolver));
}

TEST_F(looking_up, without_a_resolver_a_hosts_file_that_cannot_be_read_says_why) {
    loop.resolver({});
    system_faults = [](const char* call, const call_site&) noexcept {
        return std::string_view(call) == "open" ? EMFILE : 0;
    };
    EXPECT_EQ(outcome(), words(std::make_error_code(std::errc::too_many_files_open)));
    loop.resolver([](lookup asked) { asked.found(*address::parse("127.0.0.8", 0)); });
    EXPECT_EQ(outcome(), "127.0.0.8:80");
    system_faults = nullptr;
}

TEST_F(looking_up, resolver_is_a_function_of_the_name) {
    loop.resolver([](lookup asked) {
        if (asked.host() == "a.example") asked.found({numeric("127.0.0.8"), numeric("::8")});
        if (asked.host() == "b.example") asked.fail(resolve_error::host_not_found);
    });
    EXPECT_EQ(outcome("a.example"), "127.0.0.8:80 [::8]:80");
    EXPECT_EQ(outcome("b.example"), words(resolve_error::host_not_found));
    EXPECT_EQ(outcome("c.example"), words(resolve_error::no_address));
}

TEST_F(looking_up, answer_may_come_later_and_in_portions) {
    keep_lookups();
    start("some.name", 0s);
    settle(loop);
    ASSERT_TRUE(kept);
    EXPECT_FALSE(kept->cancelled());
    kept->found(numeric("::8"));
    settle(loop);
    EXPECT_EQ(tried, "[::8]:80");
    kept->found(numeric("127.0.0.8"));
    settle(loop);
    EXPECT_EQ(tried, "[::8]:80 127.0.0.8:80");
    EXPECT_FALSE(ended_in);
    kept->fail(resolve_error::timeout);
    EXPECT_EQ(ending(), tried) << "what was found tells more than what was not";
    EXPECT_EQ(why, std::errc::permission_denied);
}

TEST_F(looking_up, ipv6_is_waited_for_but_not_for_long) {
    keep_lookups();
    start("some.name", 20ms);
    settle(loop);
    kept->found(numeric("127.0.0.8"));
    settle(loop);
    EXPECT_EQ(tried, "");
    while (tried.empty() && readable(descriptor, 5000ms)) loop.run_ready();
    EXPECT_EQ(tried, "127.0.0.8:80");

    start();
    settle(loop);
    kept->found(numeric("127.0.0.8"));
    kept->found(numeric("::8"));
    settle(loop);
    EXPECT_EQ(tried, "[::8]:80 127.0.0.8:80");
    present->cancel();
}

TEST_F(looking_up, what_is_no_ip_address_is_ignored) {
    loop.resolver([](lookup asked) { asked.found({address(), address::local("/x")}); });
    EXPECT_EQ(outcome(), words(resolve_error::no_address));
}

TEST_F(looking_up, resolver_that_throws_knows_no_address) {
    int thrown = 0;
    loop.on_error([&](std::exception_ptr) { ++thrown; });
    loop.resolver([](lookup) { throw std::runtime_error("no"); });
    EXPECT_EQ(outcome(), words(resolve_error::no_address));
    EXPECT_EQ(thrown, 1);
}

TEST_F(looking_up, resolver_may_replace_itself) {
    loop.resolver([this, owned = std::make_unique<int>(8)](lookup asked) {
        loop.resolver({});
        asked.found(address::ipv4({127, 0, 0, static_cast<std::uint8_t>(*owned)}, 0));
    });
    EXPECT_EQ(outcome(), "127.0.0.8:80");
    EXPECT_EQ(outcome(), words(errc::no_resolver));
}

TEST_F(looking_up, resolver_may_end_who_has_asked) {
    loop.resolver([this](lookup asked) {
        present->cancel();
        EXPECT_TRUE(asked.cancelled());
        asked.found(numeric("127.0.0.8"));
    });
    start();
    settle(loop);
    EXPECT_EQ(tried, "");
    EXPECT_FALSE(ended_in);
}

TEST_F(looking_up, cancelled_it_stops_the_resolver_and_hears_nothing) {
    int stopped = 0;
    loop.resolver([&](lookup asked) {
        asked.on_cancel([&] { ++stopped; });
        kept.emplace(std::move(asked));
    });
    start();
    settle(loop);
    present->cancel();
    EXPECT_EQ(stopped, 0) << "not from inside cancel";
    EXPECT_TRUE(kept->cancelled());
    kept->found(numeric("127.0.0.8"));
    kept.reset();
    settle(loop);
    EXPECT_EQ(stopped, 1);
    EXPECT_EQ(tried, "");
    EXPECT_FALSE(ended_in);
}

TEST_F(looking_up, resolver_that_has_finished_is_not_stopped) {
    int stopped = 0;
    loop.resolver([&](lookup asked) {
        asked.on_cancel([&] { ++stopped; });
        asked.found(numeric("127.0.0.8"));
    });
    EXPECT_EQ(outcome(), "127.0.0.8:80");
    settle(loop);
    EXPECT_EQ(stopped, 0);
}

TEST_F(looking_up, stop_that_comes_too_late_is_called) {
    keep_lookups();
    start();
    settle(loop);
    present->cancel();
    int stopped = 0;
    kept->on_cancel([&] { ++stopped; });
    settle(loop);
    EXPECT_EQ(stopped, 1);
}

TEST_F(looking_up, lookup_may_outlive_the_loop) {
    keep_lookups();
    start();
    settle(loop);
    kept->on_cancel([] { ADD_FAILURE() << "the loop is gone"; });
    present->cancel();
    loop = event_loop();
    kept->found(numeric("127.0.0.8"));
    kept.reset();
    EXPECT_EQ(tried, "");
}

TEST_F(looking_up, lookup_can_be_moved) {
    keep_lookups();
    start();
    settle(loop);
    lookup moved(std::move(*kept));
    EXPECT_TRUE(kept->cancelled());
    EXPECT_EQ(kept->host(), "");
    EXPECT_EQ(moved.host(), "some.name");
    *kept = std::move(moved);
    EXPECT_EQ(kept->host(), "some.name");
    kept->fail(resolve_error::refused);
    EXPECT_EQ(ending(), words(resolve_error::refused));
}

TEST_F(looking_up, errors_compare_as_what_they_are) {
    EXPECT_EQ(make_error_code(resolve_error::timeout), condition::timeout);
    EXPECT_NE(make_error_code(resolve_error::refused), condition::timeout);
    EXPECT_EQ(resolve_category().name(), std::string("weft-resolve"));
    EXPECT_EQ(resolve_category().message(0), "unknown error");
}

using looking_up_by_threads = looking_up;

TEST_F(looking_up_by_threads, resolver_may_answer_from_a_thread) {
    std::thread worker;
    loop.resolver([&](lookup asked) {
        worker = std::thread([asked = std::move(asked)]() mutable {
            asked.found(numeric("127.0.0.8"));
        });
    });
    EXPECT_EQ(outcome(), "127.0.0.8:80");
    worker.join();
}

TEST_F(looking_up_by_threads, answer_of_a_thread_may_come_too_late) {
    std::thread worker;
    loop.resolver([&](lookup asked) {
        worker = std::thread([asked = std::move(asked)]() mutable {
            while (!asked.cancelled()) std::this_thread::yield();
            asked.found(numeric("127.0.0.8"));
        });
    });
    start();
    settle(loop);
    present->cancel();
    loop = event_loop();
    worker.join();
    EXPECT_EQ(tried, "");
}

} // namespace
} // namespace weft::testing
