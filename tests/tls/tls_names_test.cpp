// SPDX-License-Identifier: MIT
// Several names on one server, each with a certificate and routes of its own: what SNI and Host say
// must agree on the routes.
#include "tls_endpoints.hpp"

namespace weft {
namespace {

class tls_names : public tls_endpoints {
protected:
    void SetUp() override {
        const auto& first = certificate_for("first.example");
        const auto& below = certificate_for("*.second.example");
        serve({.certificates = {first, below}});
        trusting_ = *client_under_test::create({.issuers = first.chain + below.chain});
    }

    void serve_names() {
        for (const std::string name : {"first.example", "*.second.example"}) {
            server.route("/echo", {.message = [name](connection& peer, message) {
                peer.send(name);
            }}, {.host = name});
        }
    }

    attempt connect_naming(const std::string& name, const std::string& host) {
        return connect(trusting_, name, {.headers = {{"Host", host}}});
    }

    std::shared_ptr<secure_layer> trusting_;
};

TEST_F(tls_names, have_certificates_and_routes_of_their_own) {
    serve_names();
    const auto first = connect(trusting_, "first.example");
    EXPECT_EQ(first.server, "CN=first.example");
    EXPECT_EQ(first.answer, "first.example");
    const auto second = connect(trusting_, "a.second.example");
    EXPECT_EQ(second.server, "CN=*.second.example");
    EXPECT_EQ(second.answer, "*.second.example");
}

TEST_F(tls_names, with_other_routes_than_tls_was_opened_for_are_refused) {
    serve_names();
    for (const auto* host : {"a.second.example", "third.example"}) {
        server_failed.clear();
        const auto seen = connect_naming("first.example", host);
        ASSERT_TRUE(seen.failed) << host;
        EXPECT_EQ(seen.failed->http_status, 421) << *seen.failed;
        ASSERT_EQ(server_failed.size(), 1U);
        EXPECT_EQ(server_failed.front().error, errc::misdirected);
        EXPECT_EQ(server_failed.front().phase, phase::http);
    }
}

TEST_F(tls_names, are_compared_as_far_as_routes_tell_them_apart) {
    serve_names();
    EXPECT_EQ(connect_naming("a.second.example", "b.Second.example:443").answer,
              "*.second.example");
    EXPECT_EQ(connect_naming("first.example", "First.example.").answer, "first.example");
}

TEST_F(tls_names, matter_to_nobody_without_routes_of_their_own) {
    EXPECT_EQ(connect_naming("first.example", "a.second.example").answer, "hello");
}

TEST_F(tls_names, that_tls_was_not_opened_for_go_by_host) {
    serve_names();
    const auto any = *client_under_test::create({.verify = false});
    const auto seen = connect(any, "127.0.0.1", {.headers = {{"Host", "a.second.example"}}});
    EXPECT_EQ(seen.server, "CN=first.example");
    EXPECT_EQ(seen.answer, "*.second.example");
}

TEST_F(tls_names, are_compared_for_plain_requests_too) {
    serve_names();
    std::string answer;
    bool ended = false;
    raw_client plain(loop);
    plain.connect("127.0.0.1:" + std::to_string(port), {
        .open = [](raw_connection& peer) {
            peer.send("GET /x HTTP/1.1\r\nHost: a.second.example\r\nConnection: close\r\n\r\n");
        },
        .data = [&](raw_connection&, std::span<std::byte> bytes) {
            answer.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        },
        .close = [&](raw_connection&, const report&) { ended = true; },
    }, {.tls = trusting_, .tls_host = "first.example"});
    until([&] { return ended; });
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 421 Misdirected Request\r\n")) << answer;
}

} // namespace
} // namespace weft
