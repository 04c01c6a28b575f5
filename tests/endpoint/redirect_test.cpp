// SPDX-License-Identifier: MIT
// Redirects: followed on request only, in bounds, and without telling secrets to others.
#include "endpoint/endpoint_fixture.hpp"

namespace weft::testing {
namespace {

class endpoint_redirect : public endpoint {
protected:
    void SetUp() override {
        endpoint::SetUp();
        elsewhere_.emplace(loop());
    }

    void TearDown() override {
        elsewhere_.reset();
        endpoint::TearDown();
    }

    /// Sends whoever comes to `path` to `location`.
    void send_on(const std::string& path, const std::string& location, int status = 302) {
        server_->route(path, {.open = [](connection&) {},
                              .validate = [location, status](connection& peer) {
                                  static_cast<void>(
                                      peer.reject({status, {{"Location", location}}, {}}));
                              }});
    }

    /// A server of another port, whose echo keeps what the request had.
    std::uint16_t serve_elsewhere() {
        elsewhere_->route("/echo", {.open =
                                        [this](connection& peer) {
                                            seen_ = {};
                                            for (const auto& [name, value] :
                                                 peer.request()->headers()) {
                                                seen_.push_back({std::string(name),
                                                                 std::string(value)});
                                            }
                                        },
                                    .message = [](connection& peer,
                                                  message m) { peer.send(m); }});
        return elsewhere_->listen("127.0.0.1", 0)->port();
    }

    [[nodiscard]] std::string seen(std::string_view name) const {
        for (const auto& field : seen_) {
            if (equal_ignoring_case(field.name, name)) return field.value;
        }
        return {};
    }

    static connect_options following(std::size_t count) {
        connect_options options;
        options.redirects_max = count;
        return options;
    }

    std::optional<server> elsewhere_;
    http_fields seen_;
};

TEST_P(endpoint_redirect, is_only_reported_by_default) {
    send_on("/old", "/echo");
    serve_echo();
    const auto why = failure_of(url("/old"));
    EXPECT_EQ(why.error, errc::not_upgraded);
    EXPECT_EQ(why.http_status, 302);
}

TEST_P(endpoint_redirect, is_followed_with_every_status_that_means_it) {
    serve_echo();
    for (const int status : {301, 302, 303, 307, 308}) {
        const auto path = "/moved" + std::to_string(status);
        send_on(path, "echo", status);
        expect_echo(url(path), following(1));
    }
    send_on("/choices", "echo", 300);
    EXPECT_EQ(failure_of(url("/choices"), following(1)).error, errc::not_upgraded);
}

TEST_P(endpoint_redirect, keeps_handle_and_data_and_tells_the_new_uri) {
    serve_echo();
    send_on("/old", "/older");
    send_on("/older", "/echo");
    ending outbound;
    std::string reached;
    int kept = 0;
    const auto handle = client_->connect(url("/old"),
                                         outbound.observe({.open =
                                                               [&](connection& peer) {
                                                                   reached = peer.uri()->str();
                                                                   kept = *peer.data_as<int>();
                                                               }}),
                                         following(2));
    client_->for_each([](connection& peer) { peer.data() = 7; });
    ASSERT_TRUE(run_until([&] { return outbound.opened == 1; }));
    EXPECT_EQ(reached, url("/echo"));
    EXPECT_EQ(kept, 7);
    EXPECT_EQ(client_->connection_count(), 1);
    handle.close();
    EXPECT_TRUE(run_until([&] { return outbound.ended(); }));
    EXPECT_TRUE(outbound.why.clean()) << outbound.why;
}

TEST_P(endpoint_redirect, ends_at_the_limit) {
    send_on("/round", "/round");
    listen();
    const auto why = failure_of(url("/round"), following(5));
    EXPECT_EQ(why.error, errc::too_many_redirects);
    EXPECT_EQ(why.error, condition::limit);
    EXPECT_EQ(why.http_status, 302);
    EXPECT_EQ(why.phase, phase::http);
}

TEST_P(endpoint_redirect, tells_where_it_may_not_go) {
    send_on("/nowhere", "ftp://example.org/");
    send_on("/with_user", "//me:secret@127.0.0.1/");
    send_on("/refused", "ws://127.0.0.1:1/");
    listen();
    EXPECT_EQ(failure_of(url("/nowhere"), following(1)).error, errc::bad_redirect);
    EXPECT_EQ(failure_of(url("/with_user"), following(1)).error, errc::bad_redirect);
    const auto refused = failure_of(url("/refused"), following(1));
    EXPECT_EQ(refused.error, std::errc::connection_refused);
    EXPECT_EQ(refused.phase, phase::connect);
}

TEST_P(endpoint_redirect, keeps_secrets_from_other_hosts_and_ports) {
    const auto port = serve_elsewhere();
    send_on("/away", "ws://127.0.0.1:" + std::to_string(port) + "/echo");
    listen();
    auto options = following(1);
    options.headers = {{"authorization", "Bearer secret"}, {"Cookie", "secret=1"},
                       {"Host", "inner.example"},          {"Origin", "http://page.example"},
                       {"Proxy-Authorization", "Basic secret"}};
    expect_echo(url("/away"), options);
    EXPECT_EQ(seen("Authorization"), "");
    EXPECT_EQ(seen("Cookie"), "");
    EXPECT_EQ(seen("Proxy-Authorization"), "");
    EXPECT_EQ(seen("Host"), "127.0.0.1:" + std::to_string(port));
    EXPECT_EQ(seen("Origin"), "http://page.example");
}

TEST_P(endpoint_redirect, keeps_them_on_the_same_host) {
    send_on("/away", "/echo");
    std::string cookie;
    server_->route("/echo", {.open =
                                 [&](connection& peer) {
                                     cookie = peer.header("Cookie").value_or("");
                                 },
                             .message = [](connection& peer, message m) { peer.send(m); }});
    listen();
    auto options = following(1);
    options.headers = {{"Cookie", "secret=1"}};
    expect_echo(url("/away"), options);
    EXPECT_EQ(cookie, "secret=1");
}

TEST_P(endpoint_redirect, leaves_via_behind_for_another_host) {
    const auto port = serve_elsewhere();
    send_on("/away", "ws://127.0.0.1:" + std::to_string(port) + "/echo");
    listen();
    auto options = following(1);
    options.via = "127.0.0.1:" + std::to_string(port_);
    expect_echo("ws://inner.example/away", options);
    EXPECT_EQ(seen("Host"), "127.0.0.1:" + std::to_string(port));
}

TEST_P(endpoint_redirect, ends_with_its_endpoint) {
    send_on("/round", "/round");
    listen();
    ending outbound;
    client_->connect(url("/round"), outbound.observe(), following(unlimited));
    std::uint64_t turns = 0;
    ASSERT_TRUE(run_until([&] { return ++turns > 50 || outbound.ended(); }));
    bool done = false;
    client_->shutdown(std::chrono::seconds(5), [&] { done = true; });
    EXPECT_TRUE(run_until([&] { return done; }));
    EXPECT_EQ(outbound.failed, 1);
    EXPECT_EQ(client_->connection_count(), 0);
}

WEFT_IN_EVERY_WAY(endpoint_redirect);

} // namespace
} // namespace weft::testing
