// SPDX-License-Identifier: MIT
// Connecting a name: how it is found, which of its addresses answers, and each way to give up.
#include <weft/loop/resolve_error.hpp>

#include "endpoint/endpoint_fixture.hpp"

namespace weft::testing {
namespace {

class endpoint_names : public endpoint {
protected:
    [[nodiscard]] std::string named(std::string_view host) const {
        return "ws://" + std::string(host) + ":" + std::to_string(port_) + "/echo";
    }

    /// Answers each name with `hosts`, of which 127.0.0.1 serves and others refuse.
    void resolve_to(std::vector<const char*> hosts) {
        loop().resolver([this, hosts = std::move(hosts)](lookup asked) {
            asked_for_.push_back(asked.host());
            for (const char* host : hosts) asked.found(*address::parse(host, 0));
        });
    }

    /// Never answers.
    void resolve_nothing() {
        loop().resolver([this](lookup asked) {
            asked_for_.push_back(asked.host());
            asked.on_cancel([this] { ++stopped_; });
            silent_.push_back(std::move(asked));
        });
    }

    /// Connects a name that nobody resolves, as far as that goes.
    connection_handle connect_to_silence(ending& outbound) {
        resolve_nothing();
        auto handle = client_->connect("ws://silent.example/", outbound.observe());
        const auto before = silent_.size();
        EXPECT_TRUE(run_until([&] { return silent_.size() > before; }));
        return handle;
    }

    void settle() {
        bool turned = false;
        loop().post([&] { turned = true; });
        EXPECT_TRUE(run_until([&] { return turned; }));
    }

    std::vector<std::string> asked_for_;
    std::vector<lookup> silent_;
    int stopped_ = 0;
};

TEST_P(endpoint_names, are_looked_up_by_the_system_by_default) {
    serve_echo();
    // No address that is read here, but getaddrinfo(3) knows it without asking anybody.
    expect_echo(named("127.1"));
    std::vector<address> where;
    server_->listen("127.1", 0, {}, [&](const result<std::vector<address>>& bound) {
        if (bound) where = *bound;
    });
    ASSERT_TRUE(run_until([&] { return !where.empty(); }));
    EXPECT_EQ(where.front().host(), "127.0.0.1");

    loop().resolver({});
    EXPECT_EQ(failure_of(named("127.1")).error, errc::no_resolver);
}

TEST_P(endpoint_names, are_resolved_by_a_function) {
    serve_echo();
    resolve_to({"127.0.0.1"});
    expect_echo(named("Echo.Example"));
    EXPECT_EQ(asked_for_, std::vector<std::string>{"echo.example"});
}

TEST_P(endpoint_names, may_have_addresses_that_refuse) {
    serve_echo();
    resolve_to({"127.0.0.3", "::1", "127.0.0.1"});
    connect_options options;
    options.attempt_delay = std::chrono::hours(1);
    expect_echo(named("echo.example"), options);
}

TEST_P(endpoint_names, localhost_is_found_in_the_family_that_answers) {
    serve_echo();
    resolve_nothing();
    connect_options options;
    options.attempt_delay = std::chrono::hours(1);
    expect_echo(named("localhost"), options);
    expect_echo(named("app.localhost"), options);
    expect_echo(named("127.0.0.1"), options);
    EXPECT_TRUE(asked_for_.empty()) << asked_for_.front();
}

TEST_P(endpoint_names, are_resolved_for_the_place_to_go_by_too) {
    serve_echo();
    resolve_to({"127.0.0.1"});
    connect_options options;
    options.via = "proxy.example:" + std::to_string(port_);
    expect_echo("ws://echo.example/echo", options);
    EXPECT_EQ(asked_for_, std::vector<std::string>{"proxy.example"});
}

TEST_P(endpoint_names, hook_and_local_address_reach_the_socket) {
    serve_echo();
    std::string from;
    server_->route("/from", {.open = [&](connection& peer) {
        from = peer.remote_address().host();
        peer.close();
    }});
    connect_options options;
    options.local_address = *address::parse("127.0.0.9", 0);
    std::string to;
    options.before_connect = [&](int descriptor, const address& where) -> result<void> {
        EXPECT_GE(descriptor, 0);
        to = where.str();
        return {};
    };
    ending outbound;
    client_->connect(url("/from"), outbound.observe(), options);
    EXPECT_TRUE(run_until([&] { return outbound.ended(); }));
    EXPECT_EQ(from, "127.0.0.9");
    EXPECT_EQ(to, "127.0.0.1:" + std::to_string(port_));

    options.before_connect = [](int, const address&) -> result<void> {
        return failure(std::make_error_code(std::errc::operation_not_permitted));
    };
    const auto why = failure_of(url(), options);
    EXPECT_EQ(why.error, std::errc::operation_not_permitted);
    EXPECT_EQ(why.phase, phase::connect);
}

TEST_P(endpoint_names, hook_may_destroy_the_client) {
    serve_echo();
    connect_options options;
    options.before_connect = [&](int, const address&) -> result<void> {
        client_.reset();
        return {};
    };
    ending outbound;
    client_->connect(url(), outbound.observe(), options);
    EXPECT_TRUE(run_until([&] { return !client_; }));
    settle();
    EXPECT_FALSE(outbound.ended());
}

TEST_P(endpoint_names, report_says_that_a_name_was_not_found) {
    loop().resolver([](lookup asked) { asked.fail(resolve_error::host_not_found); });
    const auto why = failure_of("ws://missing.example/");
    EXPECT_EQ(why.error, resolve_error::host_not_found);
    EXPECT_EQ(why.phase, phase::resolve);
    EXPECT_EQ(why.began, side::system);
    EXPECT_EQ(to_string(why),
              "ended by the system during resolve: there is no host of this name; peer "
              "missing.example:80");
}

TEST_P(endpoint_names, timeout_counts_from_the_beginning) {
    resolve_nothing();
    connect_options options;
    options.resolve_timeout = std::chrono::milliseconds(30);
    const auto why = failure_of("ws://silent.example/", options);
    EXPECT_EQ(why.error, errc::resolve_timeout);
    EXPECT_EQ(why.phase, phase::resolve);
    EXPECT_EQ(why.began, side::local);
    EXPECT_TRUE(run_until([&] { return stopped_ == 1; }));
}

TEST_P(endpoint_names, lookup_ends_with_what_it_is_for) {
    ending aborted;
    connect_to_silence(aborted).abort();
    EXPECT_TRUE(run_until([&] { return aborted.ended() && stopped_ == 1; }));
    EXPECT_EQ(aborted.why.error, errc::aborted);
    EXPECT_EQ(aborted.why.phase, phase::resolve);
    EXPECT_TRUE(silent_.back().cancelled());

    ending shut;
    bool done = false;
    connect_to_silence(shut);
    client_->shutdown(std::chrono::seconds(5), [&] { done = true; });
    EXPECT_TRUE(run_until([&] { return done && stopped_ == 2; }));
    EXPECT_EQ(shut.failed, 1);
    EXPECT_EQ(shut.why.error, errc::shut_down);

    ending abandoned;
    connect_to_silence(abandoned);
    client_.reset();
    silent_.back().found(*address::parse("127.0.0.1", 0));
    EXPECT_TRUE(run_until([&] { return stopped_ == 3; }));
    EXPECT_FALSE(abandoned.ended());
    settle();
    EXPECT_EQ(loop().work_count(), 0);
}

TEST_P(endpoint_names, loop_may_die_while_a_name_is_looked_up) {
    ending abandoned;
    connect_to_silence(abandoned);
    way_->destroy_loop();
    EXPECT_TRUE(silent_.back().cancelled());
    silent_.back().found(*address::parse("127.0.0.1", 0));
    silent_.clear();
    client_.reset();
    EXPECT_FALSE(abandoned.ended());
    EXPECT_EQ(stopped_, 0);
}

TEST_P(endpoint_names, resolver_may_destroy_the_client) {
    loop().resolver([&](lookup asked) {
        client_.reset();
        EXPECT_TRUE(asked.cancelled());
    });
    ending abandoned;
    client_->connect("ws://some.example/", abandoned.observe());
    EXPECT_TRUE(run_until([&] { return !client_; }));
    settle();
    EXPECT_FALSE(abandoned.ended());
}

// --- listening at a name

/// What `listen` has reported.
struct listening_end {
    int calls = 0;
    std::vector<address> where;
    std::error_code why;

    function<void(result<std::vector<address>>)> handler() {
        return [this](result<std::vector<address>> outcome) {
            ++calls;
            if (outcome) where = *outcome;
            else why = outcome.error();
        };
    }
};

TEST_P(endpoint_names, are_listened_at_with_all_their_addresses) {
    resolve_to({"127.0.0.1", "192.0.2.1", "127.0.0.2"}); // one is of another machine
    int accepted = 0;
    listen_options options;
    options.after_accept = [&](int, const address&) { return ++accepted > 0; };
    listening_end bound;
    serve_echo();
    server_->stop_listening();
    server_->listen("Here.Example", 0, std::move(options), bound.handler());
    EXPECT_EQ(bound.calls, 0) << "in a turn";
    ASSERT_TRUE(run_until([&] { return bound.calls == 1; }));
    EXPECT_EQ(asked_for_, std::vector<std::string>{"here.example"});
    ASSERT_EQ(bound.where.size(), 2U) << bound.why.message();
    EXPECT_EQ(bound.where, server_->listening_at());
    EXPECT_NE(bound.where[0].port(), 0);
    EXPECT_EQ(bound.where[1].port(), bound.where[0].port());
    for (const address& one : bound.where) expect_echo("ws://" + one.str() + "/echo");
    EXPECT_EQ(accepted, 2);
}

TEST_P(endpoint_names, are_listened_at_with_another_port_if_one_of_them_has_the_first_in_use) {
    resolve_to({"127.0.0.1", "127.0.0.2"});
    listening_end bound;
    std::optional<raw_peer> other; // is there first at the second address
    listen_options options;
    options.before_bind = [&](int) -> result<void> {
        const auto first = server_->listening_at();
        if (!other && !first.empty()) {
            other = raw_peer::listening(1, "127.0.0.2", first[0].port());
        }
        return {};
    };
    server_->listen("here.example", 0, std::move(options), bound.handler());
    ASSERT_TRUE(run_until([&] { return bound.calls == 1; }));
    ASSERT_TRUE(other);
    ASSERT_EQ(bound.where.size(), 2U) << bound.why.message();
    EXPECT_EQ(bound.where, server_->listening_at());
    EXPECT_NE(bound.where[0].port(), other->port());
    EXPECT_EQ(bound.where[1].port(), bound.where[0].port());
}

TEST_P(endpoint_names, are_listened_at_as_a_whole_or_not_at_all) {
    serve_echo();
    const auto taken = server_->listening_at().back();
    resolve_to({"127.0.0.2", "127.0.0.1"});
    listening_end bound;
    server_->listen("here.example", taken.port(), {}, bound.handler());
    ASSERT_TRUE(run_until([&] { return bound.calls == 1; }));
    EXPECT_EQ(bound.why, std::errc::address_in_use);
    EXPECT_EQ(server_->listening_at(), std::vector{taken});

    loop().resolver({});
    server_->listen("here.example", 0, {}, bound.handler());
    ASSERT_TRUE(run_until([&] { return bound.calls == 2; }));
    EXPECT_EQ(bound.why, errc::no_resolver);
    loop().resolver([](lookup asked) { asked.fail(resolve_error::host_not_found); });
    server_->listen("nowhere.example", 0, {}, bound.handler());
    ASSERT_TRUE(run_until([&] { return bound.calls == 3; }));
    EXPECT_EQ(bound.why, resolve_error::host_not_found);
    resolve_to({"192.0.2.1"});
    server_->listen("elsewhere.example", 0, {}, bound.handler());
    ASSERT_TRUE(run_until([&] { return bound.calls == 4; }));
    EXPECT_EQ(bound.why, std::errc::address_not_available);
}

TEST_P(endpoint_names, need_no_resolver_for_listening_where_none_is_needed) {
    listening_end bound;
    raw_server raw{loop(), {}};
    raw.listen("localhost", 0, {}, bound.handler());
    ASSERT_TRUE(run_until([&] { return bound.calls == 1; }));
    EXPECT_FALSE(bound.where.empty()) << bound.why.message();
    EXPECT_EQ(raw.listening_at(), bound.where);
}

TEST_P(endpoint_names, are_given_up_with_the_listening) {
    listening_end bound;
    resolve_nothing();
    for (const bool destroys : {false, true}) {
        server_->listen("silent.example", 0, {}, bound.handler());
        const auto before = stopped_;
        EXPECT_TRUE(run_until([&] { return !silent_.empty(); }));
        if (destroys) server_.reset();
        else server_->stop_listening();
        EXPECT_TRUE(run_until([&] { return stopped_ > before; }));
        silent_.clear();
    }
    settle();
    EXPECT_EQ(bound.calls, 0);
}

TEST_P(endpoint_names, may_end_the_server_that_was_to_listen_at_them) {
    resolve_to({"127.0.0.1"});
    bool succeeded = false;
    server_->listen("here.example", 0, {}, [&](const result<std::vector<address>>& where) {
        succeeded = where.has_value();
        server_.reset();
    });
    ASSERT_TRUE(run_until([&] { return succeeded; }));
    settle();
    server_.emplace(loop());
    loop().resolver([&](const lookup&) { server_.reset(); });
    server_->listen("here.example", 0, {}, [](const auto&) { ADD_FAILURE() << "nobody is left"; });
    ASSERT_TRUE(run_until([&] { return !server_; }));
    settle();
}

WEFT_IN_EVERY_WAY(endpoint_names);

} // namespace
} // namespace weft::testing
