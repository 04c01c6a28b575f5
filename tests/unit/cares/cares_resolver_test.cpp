// SPDX-License-Identifier: MIT
// Names by DNS: whatever a name server may answer, or not answer, and each way to stop asking.
#include <poll.h>
#include <unistd.h>

#include <ares.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

#include <weft/cares/cares_resolver.hpp>
#include <weft/core/error.hpp>
#include <weft/loop/resolve_error.hpp>

#include "cares/cares_error.hpp"
#include "loop/connector.hpp"
#include "loop/loop_state.hpp"

#include "support/in_child.hpp"

#include "dns_server.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

std::ptrdiff_t open_descriptors() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// Somebody who connects to a name; a hook sees the addresses and lets none through.
struct inquiry {
    std::string tried;
    std::error_code why;
    bool ended = false;
    connector* present = nullptr;

    void start(event_loop& loop, const std::string& host, duration resolution_delay = 1h) {
        connect_plan plan;
        plan.host = host;
        plan.port = 80;
        plan.resolution_delay = resolution_delay;
        plan.socket.before = [this](int, const address& to) -> result<void> {
            tried += (tried.empty() ? "" : " ") + to.host();
            return failure(std::make_error_code(std::errc::permission_denied));
        };
        present = &connector::start(*loop.state(), std::move(plan),
                                    [this](phase at, result<owned_socket> got) {
                                        EXPECT_FALSE(ended) << "reported twice";
                                        EXPECT_EQ(at == phase::connect, !tried.empty());
                                        ended = true;
                                        why = got.error();
                                    });
    }

    /// The addresses, or the reason why there are none.
    [[nodiscard]] std::string outcome() const {
        if (!ended) return "no answer";
        return tried.empty() ? why.message() : tried;
    }
};

std::string words(resolve_error why) {
    return make_error_code(why).message();
}

class cares : public ::testing::Test {
public:
    std::ptrdiff_t descriptors_before = open_descriptors();
    std::optional<event_loop> loop{std::in_place, loop_options{.hosts_file = ""}};
    std::optional<dns_server> dns{std::in_place, *loop};
    std::optional<cares_resolver> names{std::in_place, *loop, options()};
    std::vector<dns_server::asker> held;

    [[nodiscard]] cares_options options() const {
        return {.servers = dns->where(), .timeout = 5s, .tries = 1};
    }

    ~cares() override {
        names.reset();
        dns.reset();
        loop.reset();
        EXPECT_EQ(open_descriptors(), descriptors_before) << "descriptors leaked";
    }

    void answer(std::vector<std::string> addresses, std::string_view cname = {}) {
        dns->on_query = [=](const dns_server::asker& to) {
            return dns::reply(to, addresses, cname);
        };
    }

    void answer_error(dns::rcode why) {
        dns->on_query = [why](const dns_server::asker& to) { return dns::error_reply(to, why); };
    }

    /// Keeps queries of one type, or of all, and answers the others.
    void hold(std::optional<dns::type> type = {}, std::vector<std::string> others = {}) {
        dns->on_query = [=, this](const dns_server::asker& to) -> std::optional<std::string> {
            if (type && to.type != *type) return dns::reply(to, others);
            held.push_back(to);
            return std::nullopt;
        };
    }

    template <class Condition>
    bool run_until(Condition&& holds) {
        pollfd wait{*loop->descriptor(), POLLIN, 0};
        while (!holds()) {
            if (::poll(&wait, 1, 20'000) <= 0) return false;
            loop->run_ready();
        }
        return true;
    }

    /// Turns until nothing more is to be done at once.
    void settle() {
        while (loop->run_ready({}).did_something) {}
    }

    std::string outcome(const std::string& host = "some.test", duration resolution_delay = 1h) {
        inquiry one;
        one.start(*loop, host, resolution_delay);
        run_until([&] { return one.ended; });
        return one.outcome();
    }
};

TEST_F(cares, finds_both_families_and_ipv6_is_first) {
    answer({"127.0.0.8", "::8"});
    EXPECT_EQ(outcome(), "::8 127.0.0.8");
    EXPECT_EQ(dns->asked_by_udp, 2);
    EXPECT_EQ(dns->asked_by_tcp, 0);
}

TEST_F(cares, one_family_is_enough) {
    answer({"127.0.0.8", "127.0.0.9"});
    EXPECT_EQ(outcome(), "127.0.0.8 127.0.0.9") << "without waiting, as there is no AAAA";
    answer({"::8"});
    EXPECT_EQ(outcome("other.test"), "::8");
}

TEST_F(cares, follows_aliases) {
    answer({"127.0.0.8", "::8"}, "real.test");
    EXPECT_EQ(outcome(), "::8 127.0.0.8");
}

TEST_F(cares, slow_ipv6_answer_costs_the_resolution_delay) {
    hold(dns::aaaa, {"127.0.0.8"});
    inquiry one;
    one.start(*loop, "some.test", 20ms);
    ASSERT_TRUE(run_until([&] { return !one.tried.empty(); }));
    EXPECT_EQ(one.tried, "127.0.0.8");
    EXPECT_FALSE(one.ended) << "there may be more";
    ASSERT_EQ(held.size(), 1U);
    dns->answer(held[0], dns::reply(held[0], {"::8"}));
    ASSERT_TRUE(run_until([&] { return one.ended; }));
    EXPECT_EQ(one.outcome(), "127.0.0.8 ::8") << "late addresses join in";
}

TEST_F(cares, slow_ipv4_answer_costs_nothing) {
    hold(dns::a, {"::8"});
    inquiry one;
    one.start(*loop, "some.test");
    ASSERT_TRUE(run_until([&] { return one.tried == "::8"; }));
    one.present->cancel();
}

TEST_F(cares, says_why_there_is_no_address) {
    answer_error(dns::no_such_name);
    EXPECT_EQ(outcome("a.test"), words(resolve_error::host_not_found));
    answer({});
    EXPECT_EQ(outcome("b.test"), words(resolve_error::no_address));
    answer({"127.0.0.8"});
    EXPECT_EQ(outcome(std::string(64, 'x') + ".test"), words(resolve_error::host_not_found))
        << "a label that is too long";
}

TEST_F(cares, asks_each_time) {
    const std::vector<std::string> answers[] = {{}, {"127.0.0.8"}, {"127.0.0.9"}, {}};
    for (const auto& now : answers) {
        answer(now);
        EXPECT_EQ(outcome(), now.empty() ? words(resolve_error::no_address) : now[0]);
    }
    answer_error(dns::server_failure);
    EXPECT_NE(outcome(), words(resolve_error::no_address));
}

/// Versions of c-ares differ in what they say when no server is left.
void expect_failure_of_servers(const std::string& got, resolve_error exact) {
    EXPECT_TRUE(got == words(resolve_error::no_server) || got == words(exact)) << got;
}

TEST_F(cares, says_that_the_name_server_failed) {
    answer_error(dns::server_failure);
    expect_failure_of_servers(outcome("a.test"), resolve_error::server_failure);
    answer_error(dns::refused);
    expect_failure_of_servers(outcome("b.test"), resolve_error::refused);
    answer_error(dns::form_error);
    EXPECT_EQ(outcome("c.test"), words(resolve_error::server_failure)) << "not our answer's fault";
    answer_error(dns::not_implemented);
    expect_failure_of_servers(outcome("d.test"), resolve_error::server_failure);
}

TEST(cares_error, has_a_meaning_for_each_status) {
    const std::pair<int, resolve_error> meanings[] = {
        {ARES_ENODATA, resolve_error::no_address},
        {ARES_EFORMERR, resolve_error::server_failure},
        {ARES_ESERVFAIL, resolve_error::server_failure},
        {ARES_ENOTFOUND, resolve_error::host_not_found},
        {ARES_ENOTIMP, resolve_error::server_failure},
        {ARES_EREFUSED, resolve_error::refused},
        {ARES_EBADNAME, resolve_error::host_not_found},
        {ARES_EBADRESP, resolve_error::bad_answer},
        {ARES_ECONNREFUSED, resolve_error::no_server},
        {ARES_ETIMEOUT, resolve_error::timeout},
        {ARES_ECANCELLED, resolve_error::cancelled},
        {ARES_EDESTRUCTION, resolve_error::cancelled},
        {26, resolve_error::no_server}, // ARES_ENOSERVER of newer versions
    };
    for (const auto& [status, meaning] : meanings) EXPECT_EQ(cares_error(status), meaning);
    EXPECT_EQ(cares_error(ARES_ENOMEM), std::errc::not_enough_memory);
    EXPECT_FALSE(cares_error(ARES_SUCCESS));
}

TEST_F(cares, failure_of_one_family_tells_more_than_that_the_other_has_none) {
    for (const auto failing : {dns::a, dns::aaaa}) {
        dns->on_query = [=](const dns_server::asker& to) {
            return to.type == failing ? dns::error_reply(to, dns::server_failure)
                                      : dns::reply(to, {});
        };
        expect_failure_of_servers(outcome(), resolve_error::server_failure);
    }
}

TEST_F(cares, failure_of_one_server_is_made_up_for_by_another) {
    dns_server failing(*loop);
    failing.on_query = [](const dns_server::asker& to) {
        return dns::error_reply(to, dns::server_failure);
    };
    answer({"127.0.0.8"});
    names.emplace(*loop, cares_options{.servers = failing.where() + "," + dns->where()});
    EXPECT_EQ(outcome(), "127.0.0.8");
    EXPECT_GT(failing.asked_by_udp, 0);
    names.reset();
}

TEST_F(cares, truncated_answer_is_asked_for_by_tcp) {
    dns->on_query = [](const dns_server::asker& to) {
        return to.tcp < 0 ? dns::truncated_reply(to) : dns::reply(to, {"127.0.0.8", "::8"});
    };
    EXPECT_EQ(outcome(), "::8 127.0.0.8");
    EXPECT_EQ(dns->asked_by_tcp, 2);
}

TEST_F(cares, silence_is_a_timeout) {
    names.emplace(*loop, cares_options{.servers = dns->where(), .timeout = 30ms, .tries = 2});
    const auto began = std::chrono::steady_clock::now();
    inquiry one;
    one.start(*loop, "some.test");
    ASSERT_TRUE(run_until([&] { return one.ended; }));
    EXPECT_EQ(one.why, resolve_error::timeout);
    EXPECT_EQ(one.why, condition::timeout);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 30ms);
    EXPECT_EQ(dns->asked_by_udp, 4) << "two families, two tries";
}

TEST_F(cares, no_server_is_distinguished_from_a_silent_one) {
    const auto nobody = dns->where();
    dns.reset();
    names.emplace(*loop, cares_options{.servers = nobody, .timeout = 100ms, .tries = 1});
    EXPECT_EQ(outcome(), words(resolve_error::no_server));
}

TEST_F(cares, garbage_is_not_believed) {
    names.emplace(*loop, cares_options{.servers = dns->where(), .timeout = 50ms, .tries = 1});
    for (const std::size_t cut : {1U, 4U, 14U, 26U, 27U, 40U, 1000U}) {
        dns->on_query = [=](const dns_server::asker& to) {
            const auto whole = dns::reply(to, {"127.0.0.8", "::8"});
            return whole.substr(0, whole.size() - std::min(cut, whole.size()));
        };
        const auto got = outcome("cut" + std::to_string(cut) + ".test");
        EXPECT_TRUE(got == words(resolve_error::timeout) ||
                    got == words(resolve_error::bad_answer))
            << cut << ": " << got;
    }
    dns->on_query = [](const dns_server::asker& to) {
        auto other = to;
        other.id[0] = static_cast<char>(other.id[0] + 1);
        return dns::reply(other, {"127.0.0.8", "::8"});
    };
    EXPECT_EQ(outcome("id.test"), words(resolve_error::timeout)) << "not the answer to this query";
}

TEST_F(cares, many_names_at_once) {
    // More datagrams at once than a socket may hold: what is lost is asked for again.
    names.emplace(*loop, cares_options{.servers = dns->where(), .timeout = 200ms, .tries = 8});
    dns->on_query = [](const dns_server::asker& to) {
        return dns::reply(to, {"127.0.0." + to.name.substr(0, to.name.find('.'))});
    };
    std::vector<inquiry> all(200);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].start(*loop, std::to_string(i + 1) + ".test");
    }
    ASSERT_TRUE(run_until([&] {
        return std::ranges::all_of(all, [](const inquiry& one) { return one.ended; });
    }));
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].outcome(), "127.0.0." + std::to_string(i + 1));
    }
}

TEST_F(cares, cancelled_lookup_is_not_reported_and_frees_its_sockets) {
    hold();
    ASSERT_TRUE(loop->descriptor()) << "opened by then";
    const auto before = open_descriptors();
    inquiry one;
    inquiry other;
    one.start(*loop, "one.test");
    other.start(*loop, "other.test");
    ASSERT_TRUE(run_until([&] { return held.size() == 4; }));
    EXPECT_GT(open_descriptors(), before);
    one.present->cancel();
    settle();
    for (const auto& query : held) {
        if (query.name == "other.test") dns->answer(query, dns::reply(query, {"127.0.0.8"}));
    }
    ASSERT_TRUE(run_until([&] { return other.ended; })) << "the other one goes on";
    EXPECT_EQ(other.outcome(), "127.0.0.8");
    EXPECT_FALSE(one.ended);
    EXPECT_EQ(open_descriptors(), before) << "nobody waits for the rest";

    inquiry last;
    held.clear();
    last.start(*loop, "last.test");
    ASSERT_TRUE(run_until([&] { return held.size() == 2; }));
    last.present->cancel();
    settle();
    EXPECT_EQ(open_descriptors(), before) << "nobody waits any more";
    EXPECT_FALSE(loop->next_timeout());
}

TEST_F(cares, pending_lookups_are_no_work_and_no_spinning) {
    hold();
    inquiry one;
    one.start(*loop, "some.test");
    ASSERT_TRUE(run_until([&] { return held.size() == 2; }));
    settle();
    EXPECT_EQ(loop->work_count(), 0U);
    EXPECT_FALSE(loop->run_ready({}).did_something);
    ASSERT_TRUE(loop->next_timeout()) << "the server may be silent";
    EXPECT_GT(*loop->next_timeout(), 1s);
    one.present->cancel();
}

// --- the end

TEST_F(cares, destroyed_it_ends_its_lookups) {
    hold();
    inquiry one;
    one.start(*loop, "some.test");
    ASSERT_TRUE(run_until([&] { return held.size() == 2; }));
    names.reset();
    ASSERT_TRUE(run_until([&] { return one.ended; }));
    EXPECT_EQ(one.outcome(), words(resolve_error::cancelled));
    EXPECT_EQ(outcome(), make_error_code(errc::no_resolver).message());
}

TEST_F(cares, may_be_destroyed_by_who_hears_its_answer) {
    answer({"127.0.0.8", "::8"});
    bool called = false;
    connect_plan plan;
    plan.host = "some.test";
    plan.socket.before = [&](int, const address&) -> result<void> {
        names.reset();
        return failure(std::make_error_code(std::errc::permission_denied));
    };
    connector::start(*loop->state(), std::move(plan),
                     [&](phase, result<owned_socket>) { called = true; });
    EXPECT_TRUE(run_until([&] { return called; }));
    EXPECT_FALSE(names);
}

TEST_F(cares, may_be_destroyed_amid_an_answer) {
    hold(dns::aaaa, {"127.0.0.8"});
    inquiry one;
    one.start(*loop, "some.test", 0s);
    ASSERT_TRUE(run_until([&] { return !one.tried.empty(); }));
    names.reset();
    ASSERT_TRUE(run_until([&] { return one.ended; }));
    EXPECT_EQ(one.outcome(), "127.0.0.8");
}

TEST_F(cares, may_be_replaced_and_moved) {
    answer({"127.0.0.8"});
    cares_resolver second(*loop, options());
    names.reset();
    EXPECT_EQ(outcome(), "127.0.0.8");
    cares_resolver third(std::move(second));
    EXPECT_EQ(outcome("b.test"), "127.0.0.8");
    third = cares_resolver(*loop, options());
    EXPECT_EQ(outcome("c.test"), "127.0.0.8");
}

TEST_F(cares, outlives_the_loop) {
    hold();
    inquiry one;
    one.start(*loop, "some.test");
    ASSERT_TRUE(run_until([&] { return held.size() == 2; }));
    one.present->cancel();
    dns.reset();
    loop.reset();
    EXPECT_FALSE(one.ended);
    names.reset();
}

TEST_F(cares, loop_may_die_amid_an_answer) {
    answer({"127.0.0.8"});
    bool called = false;
    connect_plan plan;
    plan.host = "some.test";
    plan.socket.before = [&](int, const address&) -> result<void> {
        dns.reset();
        loop.reset();
        called = true;
        return {};
    };
    auto& outbound_connector =
        connector::start(*loop->state(), std::move(plan), [](phase, result<owned_socket>) {});
    const auto state = loop->state();
    while (!called) state->poll({});
    outbound_connector.cancel();
}

TEST_F(cares, options_that_make_no_sense_are_refused) {
    const auto refused = cares_resolver::create(*loop, {.servers = "not an address"});
    EXPECT_EQ(refused.error(), errc::bad_argument);
    EXPECT_THROW(cares_resolver(*loop, {.servers = "1.2.3.4:x"}), std::system_error);
    for (const char* servers : {"127.0.0.1:99999", "127.0.0.1:0", "127.0.0.1:", "[::1]:65536",
                                "[::1", "[::1]53", "[127.0.0.1", "localhost", "127.0.0.1,",
                                "127.0.0.1,x", ",", "127.0.0.1:53:53", "127.0.0.1 53"}) {
        const auto made = cares_resolver::create(*loop, {.servers = servers});
        EXPECT_EQ(made.error(), errc::bad_argument) << servers;
    }
    answer({"127.0.0.8"});
    EXPECT_EQ(outcome(), "127.0.0.8") << "the one before is still there";
    EXPECT_TRUE(cares_resolver::create(*loop)) << "the system's configuration";
    for (const char* servers : {"127.0.0.1", "127.0.0.1:65535", "::1", "[::1]:5353",
                                "127.0.0.1,::1", "127.0.0.1,[::1]:53"}) {
        EXPECT_TRUE(cares_resolver::create(*loop, {.servers = servers})) << servers;
    }
    EXPECT_FALSE(cares_resolver::version().empty());
}

TEST_F(cares, forked_child_drops_it_without_disturbing_the_parent) {
    hold();
    inquiry one;
    one.start(*loop, "some.test");
    ASSERT_TRUE(run_until([&] { return held.size() == 2; }));
    EXPECT_EQ(in_child([&] {
                  names.reset();
                  return 0;
              }),
              0);
    for (const auto& query : held) dns->answer(query, dns::reply(query, {"127.0.0.8"}));
    ASSERT_TRUE(run_until([&] { return one.ended; }));
    EXPECT_EQ(one.outcome(), "127.0.0.8");
}

} // namespace
} // namespace weft::testing
