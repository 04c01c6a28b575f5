// SPDX-License-Identifier: MIT
// Ways on which somebody stands between client and server: proxies of the client, proxies of the
// server, redirects. TLS is with the server that was meant, and with nobody else.
#include "endpoint/raw_peer.hpp"
#include "endpoint/test_proxy.hpp"
#include "tls_endpoints.hpp"

namespace weft {
namespace {

using namespace std::string_literals;

using testing::raw_peer;
using testing::test_proxy;

class tls_ways : public tls_endpoints {
protected:
    [[nodiscard]] std::string at(const std::string& scheme, const std::string& host,
                                 const std::string& path) const {
        return scheme + "://" + host + ":" + std::to_string(port) + path;
    }

    void expect_failure(const attempt& seen, std::error_code why) {
        ASSERT_TRUE(seen.failed);
        EXPECT_FALSE(seen.opened);
        EXPECT_EQ(seen.failed->error, why) << *seen.failed;
    }
};

// --- proxies of the client

class tls_through_proxies : public tls_ways {
protected:
    /// Connects "hidden.example", which only the proxy knows, trusting a certificate for `name`.
    attempt connect_through(const std::string& scheme, std::vector<std::string> words,
                            const std::string& name) {
        serve({.certificates = {certificate_for(name)}});
        test_proxy proxy(loop, std::move(words), port);
        const auto seen = connect_at(at("wss", "hidden.example", "/echo"),
                                     {.proxy = scheme + "://" + proxy.place(),
                                      .tls = client_that_trusts(certificate_for(name))});
        EXPECT_NE(proxy.received().find("hidden.example"), std::string::npos) << proxy.received();
        EXPECT_EQ(proxy.received().find("/echo"), std::string::npos) << "the proxy reads along";
        return seen;
    }

    const std::vector<std::string> http{"HTTP/1.1 200 Connection established\r\n\r\n"};
    const std::vector<std::string> socks{"\x05\x00"s, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"s};
};

TEST_F(tls_through_proxies, of_http_reaches_the_server) {
    const auto seen = connect_through("http", http, "hidden.example");
    EXPECT_EQ(seen.answer, "hello");
    EXPECT_EQ(seen.server, "CN=hidden.example");
}

TEST_F(tls_through_proxies, of_socks_reaches_the_server) {
    EXPECT_EQ(connect_through("socks5", socks, "hidden.example").answer, "hello");
}

TEST_F(tls_through_proxies, checks_the_servers_name_and_not_the_proxys) {
    expect_failure(connect_through("http", http, "127.0.0.1"), tls_error::wrong_name);
}

TEST_F(tls_through_proxies, of_socks_checks_the_servers_name_and_not_the_proxys) {
    expect_failure(connect_through("socks5", socks, "127.0.0.1"), tls_error::wrong_name);
}

// --- redirects

class tls_redirects : public tls_ways {
protected:
    void SetUp() override {
        serve({.certificates = {certificate_for("localhost")}});
        client.tls(client_that_trusts(certificate_for("localhost")));
    }

    attempt connect_and_be_redirected(const std::string& from, const std::string& to) {
        server.route("/old", {.open = [](connection&) {}, .validate = [to](connection& peer) {
            static_cast<void>(peer.reject({302, {{"Location", to}}, {}}));
        }});
        return connect_at(from, {.redirects_max = 1});
    }
};

TEST_F(tls_redirects, lead_from_one_resource_to_another) {
    EXPECT_EQ(connect_and_be_redirected(at("wss", "localhost", "/old"), "/echo").answer, "hello");
}

TEST_F(tls_redirects, of_https_mean_wss) {
    const auto to = at("https", "localhost", "/echo");
    EXPECT_EQ(connect_and_be_redirected(at("wss", "localhost", "/old"), to).answer, "hello");
}

TEST_F(tls_redirects, to_another_host_have_that_one_checked) {
    const auto to = at("wss", "127.0.0.1", "/echo"); // which the certificate is not for
    const auto seen = connect_and_be_redirected(at("wss", "localhost", "/old"), to);
    expect_failure(seen, tls_error::wrong_name);
    EXPECT_EQ(seen.failed->phase, phase::tls);
}

TEST_F(tls_redirects, lead_into_tls_and_not_out_of_it) {
    const auto there = at("wss", "localhost", "");
    port = server.listen("127.0.0.1", 0)->port();
    const auto here = at("ws", "localhost", "");
    EXPECT_EQ(connect_and_be_redirected(here + "/old", there + "/echo").answer, "hello");
    server.route("/out", {.open = [](connection&) {}, .validate = [&](connection& peer) {
        static_cast<void>(peer.reject({302, {{"Location", here + "/echo"}}, {}}));
    }});
    expect_failure(connect_at(there + "/out", {.redirects_max = 1}), errc::insecure_redirect);
}

// --- proxies of the server

TEST_F(tls_ways, begin_with_the_proxy_protocol_and_then_with_tls) {
    serve();
    std::string came;
    server.route("/from", {.open = [&](connection& peer) {
        EXPECT_TRUE(peer.secure());
        came = peer.remote_address().str();
        peer.close();
    }});
    ASSERT_TRUE(server.trust({.peers = {"127.0.0.0/8"}, .proxy_protocol = true}));
    auto proxy = raw_peer::connected_to(port);
    proxy.send("PROXY TCP4 192.0.2.1 198.51.100.2 4711 443\r\n");
    ASSERT_TRUE(client.adopt(proxy.release(), *uri::parse("wss://localhost/from"), {},
                             {.tls = client_that_trusts(local_certificate())}));
    until([&] { return client.connection_count() == 0; });
    EXPECT_EQ(came, "192.0.2.1:4711");
}

TEST_F(tls_ways, that_do_not_begin_with_the_proxy_protocol_end) {
    serve();
    ASSERT_TRUE(server.trust({.peers = {"127.0.0.0/8"}, .proxy_protocol = true}));
    EXPECT_TRUE(connect(client_that_trusts(local_certificate())).failed);
    until([&] { return !server_failed.empty(); });
    EXPECT_EQ(server_failed.front().error, errc::bad_proxy_header) << server_failed.front();
    EXPECT_EQ(server_failed.front().phase, phase::proxy) << server_failed.front();
}

} // namespace
} // namespace weft
