// SPDX-License-Identifier: MIT
// A client as an endpoint: its own handlers for failures and wake-ups, targets that make no sense,
// a subprotocol that is required.
#include "endpoint/raw_fixture.hpp"

namespace weft::testing {
namespace {

class endpoint_client : public raw_endpoint {
protected:
    void settle() {
        bool turned = false;
        loop().post([&] { turned = true; });
        EXPECT_TRUE(run_until([&] { return turned; }));
    }
};

TEST_P(endpoint_client, hears_of_failures_that_have_no_handler) {
    std::vector<report> reported;
    client_->on_fail([&](const report& why) { reported.push_back(why); });
    client_->connect("ws://127.0.0.1:1/", {});
    ASSERT_TRUE(run_until([&] { return reported.size() == 1; }));
    EXPECT_EQ(reported[0].remote_address().str(), "127.0.0.1:1");
    ending own;
    client_->connect("ws://127.0.0.1:1/", own.observe());
    ASSERT_TRUE(run_until([&] { return own.ended(); }));
    client_->connect("not a url", {});
    ASSERT_TRUE(run_until([&] { return reported.size() == 2; }));
    EXPECT_EQ(reported[1].error, errc::bad_uri);
    EXPECT_EQ(reported[1].target(), "not a url");
}

TEST_P(endpoint_client, tells_the_loop_of_a_malformed_target_if_nobody_else_hears) {
    std::vector<std::string> reported;
    loop().on_error([&](const std::exception_ptr& what) {
        try {
            std::rethrow_exception(what);
        } catch (const std::system_error& why) {
            reported.emplace_back(why.what());
        }
    });
    client_->connect("ws://user:secret@host:99999/", {});
    EXPECT_TRUE(reported.empty()) << "reported from inside the call";
    ASSERT_TRUE(run_until([&] { return reported.size() == 1; }));
    EXPECT_NE(reported[0].find("connect(\"ws://***@host:99999/\")"), std::string::npos)
        << reported[0];
    EXPECT_EQ(reported[0].find("secret"), std::string::npos) << reported[0];
    connector_->connect("nonsense", {});
    ASSERT_TRUE(run_until([&] { return reported.size() == 2; }));
    EXPECT_NE(reported[1].find("raw_client::connect(\"nonsense\")"), std::string::npos)
        << reported[1];

    ending own;
    client_->connect("not a url", own.observe());
    ASSERT_TRUE(run_until([&] { return own.ended(); }));
    settle();
    EXPECT_EQ(reported.size(), 2U);
}

TEST_P(endpoint_client, is_woken_without_a_connection) {
    int woken = 0;
    int raw_woken = 0;
    client_->on_interrupt([&] { ++woken; });
    connector_->on_interrupt([&] { ++raw_woken; });
    loop().wake();
    ASSERT_TRUE(run_until([&] { return woken == 1 && raw_woken == 1; }));
    client_->on_interrupt([&] { client_.reset(); });
    loop().wake();
    EXPECT_TRUE(run_until([&] { return !client_; }));
}

TEST_P(endpoint_client, may_insist_on_a_subprotocol) {
    serve_echo();
    server_->route("/chat", {.open = [](connection& peer) { peer.close(); }},
                   {.subprotocol = "chat"});
    connect_options options;
    options.subprotocols = {"chat", "talk"};
    expect_echo(url(), options);
    options.subprotocol_required = true;
    const auto why = failure_of(url(), options);
    EXPECT_EQ(why.error, errc::no_subprotocol);
    EXPECT_EQ(why.phase, phase::http);
    EXPECT_EQ(why.began, side::local);
    EXPECT_NE(why.error, condition::protocol_error);
    ending agreed;
    client_->connect(url("/chat"), agreed.observe(), options);
    ASSERT_TRUE(run_until([&] { return agreed.ended(); }));
    EXPECT_EQ(agreed.opened, 1);
}

TEST_P(endpoint_client, says_that_via_lacks_a_port) {
    connect_options options;
    options.via = "127.0.0.1";
    const auto why = failure_of("ws://server.example/", options);
    EXPECT_EQ(why.error, errc::bad_via);
    EXPECT_EQ(why.target(), "127.0.0.1");
}

WEFT_IN_EVERY_WAY(endpoint_client);

} // namespace
} // namespace weft::testing
