// SPDX-License-Identifier: MIT
// Tests pending_connection without sockets: the deadline of each phase, when cancel functions are
// called, and what a redirect keeps. A connection of the test's own records the calls that it
// receives.
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/connection/pending_connection.hpp>
#include <weft/core/error.hpp>
#include <weft/core/http_head.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "connection/channel_extra.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class recorder final : public channel {
public:
    explicit recorder(
        weft::driver& owner, connect_options options = {},
        pending_connection::deadlines which = pending_connection::deadlines::each_phase)
        : channel(owner, with_pending(owner, std::move(options), which)) {}
    ~recorder() override { driver().disarm(*this); }

    pending_connection& operator*() { return pending(); }
    pending_connection* operator->() { return &pending(); }

    [[nodiscard]] bool connecting() const { return connecting_; }

    /// Moves the optional state, with the pending connection, to another connection.
    void hand_over(recorder& to) { to.extra_ = std::move(extra_); }

    std::vector<std::string> log;
    std::unique_ptr<stream> got;
    int looks = 0; // how often a deadline was checked

private:
    static std::unique_ptr<extra> with_pending(weft::driver& owner, connect_options&& options,
                                               pending_connection::deadlines which) {
        auto made = std::make_unique<extra>();
        made->pending =
            std::make_unique<pending_connection>(std::move(options), owner.now(), which);
        return made;
    }

    void attach(std::unique_ptr<stream> connected) noexcept override { got = std::move(connected); }
    void end_unopened(phase at, std::error_code why, int http_status) noexcept override {
        log.push_back(std::string(name(at)) + ": " + why.message());
        if (http_status != 0) log.back() += ", " + std::to_string(http_status);
    }
    void update_timer() noexcept override { move_timer(pending().deadline()); }

    std::unique_ptr<extra> make_extra() const override { return std::make_unique<extra>(); }
    queue_limit limit() const noexcept override { return {0, queue_policy::drop}; }
    std::size_t queued() const noexcept override { return 0; }
    bool takes_output() const noexcept override { return false; }
    bool holds_back() const noexcept override { return false; }
    void send_posted(posted_message&) override {}
    void run_out_of_memory() noexcept override {}
    bool give_up_memory() noexcept override { return true; }
    void end_for_full_queue() noexcept override {}
    bool end_for_exception(const std::exception_ptr&) noexcept override { return false; }
    void leave() noexcept override {}
    void run() noexcept override {
        postponed_ = false;
        if (connecting_) update_timer();
    }
    void expire() noexcept override {
        ++looks;
        pending().handle_deadline();
    }
    void finish_turn() noexcept override {}
    void suspend() noexcept override {}
    bool wants_bytes() noexcept override { return false; }
    void on_receive(std::span<std::byte>) noexcept override {}
    void on_eof() noexcept override {}
    void on_writable() noexcept override {}
    void on_error(std::error_code) noexcept override {}
};

class pending_connection_test : public ::testing::Test {
public:
    manual_driver driver;
    int cancelled = 0;

    function<void()> cancels() {
        return [this] { ++cancelled; };
    }
    void pass(duration time) {
        driver.advance(driver.now() + time);
        driver.settle();
    }
};

connect_options phases_of(duration resolve, duration connect, duration proxy, duration tls) {
    connect_options options;
    options.resolve_timeout = resolve;
    options.connect_timeout = connect;
    options.proxy_timeout = proxy;
    options.tls_timeout = tls;
    return options;
}

TEST_F(pending_connection_test, each_phase_has_its_own_deadline) {
    recorder one(driver, phases_of(1s, 2s, 3s, 4s));
    EXPECT_EQ(one->deadline(), driver.now() + 2s) << "before the first phase";
    const std::pair<phase, duration> all[] = {
        {phase::resolve, 1s}, {phase::connect, 2s}, {phase::proxy, 3s}, {phase::tls, 4s}};
    for (const auto& [at, limit] : all) {
        pass(500ms);
        one->queue_phase(at, cancels());
        EXPECT_EQ(one->deadline(), never);
        EXPECT_EQ(driver.next_deadline(), never);
        pass(500ms);
        one->begin_phase(at, cancels());
        EXPECT_EQ(one->current_phase(), at);
        EXPECT_EQ(one->deadline(), driver.now() + limit);
        EXPECT_EQ(driver.next_deadline(), one->deadline());
    }
    EXPECT_EQ(cancelled, 0);
}

TEST_F(pending_connection_test, a_timeout_of_zero_is_none) {
    recorder one(driver, phases_of(0s, 0s, 0s, 0s));
    EXPECT_EQ(one->deadline(), never);
    one->begin_phase(phase::proxy, cancels());
    EXPECT_EQ(one->deadline(), never);
}

TEST_F(pending_connection_test, one_deadline_for_all_phases) {
    recorder one(driver, phases_of(1s, 9s, 1s, 1s), pending_connection::deadlines::all_phases);
    one->queue_phase(phase::resolve, cancels());
    EXPECT_EQ(one->deadline(), never);
    pass(1s);
    one->begin_phase(phase::resolve, cancels());
    const time_point until = driver.now() + 9s;
    EXPECT_EQ(one->deadline(), until);
    pass(1s);
    one->begin_phase(phase::connect, cancels());
    EXPECT_EQ(one->deadline(), until);
    EXPECT_EQ(one->current_phase(), phase::connect);
    pass(9s);
    EXPECT_EQ(one.log, std::vector<std::string>{"connect: connecting timed out"});
}

TEST_F(pending_connection_test, a_deadline_waits_for_an_answer_that_is_on_its_way) {
    recorder one(driver);
    one->begin_phase(phase::proxy, cancels());
    pass(10s - 1ns);
    one->handle_deadline();
    EXPECT_TRUE(one.connecting());
    driver.advance(driver.now() + 1ns);
    EXPECT_TRUE(one.connecting()) << "it has rounds of work left";
    EXPECT_EQ(cancelled, 0);
    driver.settle();
    EXPECT_FALSE(one.connecting());
    EXPECT_GT(one.looks, 1);
    EXPECT_EQ(cancelled, 1);
    ASSERT_EQ(one.log.size(), 1U);
    EXPECT_EQ(one.log.front(),
              "proxy: " + make_error_code(errc::proxy_timeout).message());
}

TEST_F(pending_connection_test, the_error_of_a_phase_that_takes_too_long) {
    using pending = pending_connection;
    EXPECT_EQ(pending::timeout_error(phase::resolve), errc::resolve_timeout);
    EXPECT_EQ(pending::timeout_error(phase::connect), errc::connect_timeout);
    EXPECT_EQ(pending::timeout_error(phase::proxy), errc::proxy_timeout);
    EXPECT_EQ(pending::timeout_error(phase::tls), errc::tls_timeout);
}

TEST_F(pending_connection_test, it_ends_once) {
    recorder failed(driver);
    failed->begin_phase(phase::connect, cancels());
    failed->fail(phase::proxy, errc::proxy_refused, 403);
    EXPECT_FALSE(failed.connecting());
    failed->fail(phase::connect, errc::aborted);
    failed->abandon(errc::aborted);
    EXPECT_FALSE(failed->finish());
    EXPECT_EQ(cancelled, 0) << "who reports a failure knows of it";
    const std::string refused = make_error_code(errc::proxy_refused).message();
    EXPECT_EQ(failed.log, std::vector<std::string>{"proxy: " + refused + ", 403"});

    recorder opened(driver);
    opened->begin_phase(phase::tls, cancels());
    EXPECT_TRUE(opened->finish());
    opened->cancel();
    EXPECT_EQ(cancelled, 0);
    EXPECT_TRUE(opened.log.empty());

    recorder abandoned(driver);
    abandoned->begin_phase(phase::resolve, cancels());
    abandoned->abandon(errc::shut_down);
    abandoned->cancel();
    EXPECT_EQ(cancelled, 1);
    ASSERT_EQ(abandoned.log.size(), 1U);
    EXPECT_EQ(abandoned.log.front().substr(0, 8), "resolve:");
}

TEST_F(pending_connection_test, the_stream_goes_to_the_connection) {
    recorder one(driver);
    auto [near, far] = memory_pipe(driver, driver);
    const stream* const made = near.get();
    one->attach(std::move(near));
    EXPECT_EQ(one.got.get(), made);
    EXPECT_TRUE(one.connecting()) << "the connection says when it is open";
}

TEST_F(pending_connection_test, the_report_has_what_was_noted) {
    recorder one(driver);
    EXPECT_TRUE(one->take_facts().target.empty());
    one->note_target("example.org:80");
    one->note_tried(address::ipv4({192, 0, 2, 1}, 80));
    one->note_tried(address::ipv4({192, 0, 2, 2}, 80));
    const report_facts known = one->take_facts();
    EXPECT_EQ(known.target, "example.org:80");
    EXPECT_EQ(known.remote.str(), "192.0.2.2:80");
    EXPECT_TRUE(one->take_facts().target.empty()) << "once";
}

TEST_F(pending_connection_test, who_was_it) {
    using pending = pending_connection;
    for (const errc theirs : {errc::proxy_refused, errc::proxy_authentication,
                              errc::bad_proxy_answer, errc::bad_proxy_header,
                              errc::unexpected_eof}) {
        EXPECT_EQ(pending::side_of(theirs), side::peer) << make_error_code(theirs).message();
    }
    for (const errc ours : {errc::connect_timeout, errc::no_tls, errc::aborted, errc::bad_proxy}) {
        EXPECT_EQ(pending::side_of(ours), side::local) << make_error_code(ours).message();
    }
    EXPECT_EQ(pending::side_of(std::make_error_code(std::errc::connection_refused)), side::system);
}

// --- redirects

http_response_head answer(int status, std::string_view location = {}) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Somewhere\r\n";
    if (!location.empty()) text += "Location: " + std::string(location) + "\r\n";
    text += "\r\n";
    http_head_parser parser(http_kind::response);
    EXPECT_EQ(parser.feed(std::as_bytes(std::span(text))), text.size());
    return parser.take_response();
}

class redirects_test : public pending_connection_test {
public:
    const uri from = *uri::parse("ws://example.org/old");

    static connect_options options(std::size_t redirects_max) {
        connect_options with = phases_of(1s, 2s, 3s, 4s);
        with.redirects_max = redirects_max;
        with.headers = {{"Cookie", "secret"}, {"User-Agent", "test"}};
        with.via = "127.0.0.1:80";
        return with;
    }
};

TEST_F(redirects_test, are_followed_as_often_as_allowed) {
    recorder none(driver, options(0));
    EXPECT_FALSE(*none->redirect_target(from, answer(302, "/new")));

    recorder one(driver, options(1));
    EXPECT_FALSE(*one->redirect_target(from, answer(404, "/new")));
    EXPECT_EQ(one->redirect_target(from, answer(302)).error(), errc::bad_redirect);
    const auto target = one->redirect_target(from, answer(302, "/new"));
    ASSERT_TRUE(target && *target);
    EXPECT_EQ((*target)->resource(), "/new");
    one->redirect(one, from, **target);
    EXPECT_EQ(one->redirect_target(**target, answer(302, "/newer")).error(),
              errc::too_many_redirects);
    EXPECT_FALSE(*one->redirect_target(**target, answer(404)));
}

TEST_F(redirects_test, hand_it_whole_to_the_next_connection) {
    recorder first(driver, options(1));
    pending_connection& handed_over = *first;
    handed_over.begin_phase(phase::tls, cancels());
    handed_over.note_target("example.org:80");
    handed_over.finish();
    recorder next(driver);
    first.hand_over(next);
    pass(1s);
    handed_over.redirect(next, from, *uri::parse("ws://example.org/new"));
    EXPECT_EQ(&*next, &handed_over);
    EXPECT_EQ(next->current_phase(), phase::connect);
    EXPECT_EQ(next->deadline(), driver.now() + 2s) << "its timeouts begin again";
    EXPECT_TRUE(next->take_facts().target.empty());
    next->abandon(errc::aborted);
    EXPECT_EQ(next.log.size(), 1U);
    EXPECT_TRUE(first.log.empty());
    EXPECT_EQ(cancelled, 0);
}

TEST_F(redirects_test, carry_secrets_to_the_same_place_only) {
    recorder one(driver, options(9));
    const uri nearby = *uri::parse("ws://example.org/new");
    one->redirect(one, from, nearby);
    EXPECT_EQ(one->options().headers.size(), 2U);
    EXPECT_FALSE(one->options().via.empty());
    one->redirect(one, nearby, *uri::parse("ws://example.net/"));
    ASSERT_EQ(one->options().headers.size(), 1U);
    EXPECT_EQ(one->options().headers.front().name, "User-Agent");
    EXPECT_TRUE(one->options().via.empty());
}

} // namespace
} // namespace weft::testing
