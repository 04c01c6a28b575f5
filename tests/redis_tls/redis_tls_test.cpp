// SPDX-License-Identifier: MIT
// Sessions over TLS with a real Redis: whom they trust, whom Redis trusts, and how they fail.
#include <netinet/in.h>

#include <fstream>

#include <weft/hub/hub.hpp>
#include <weft/redis/redis_url.hpp>
#include <weft/tls/tls_client.hpp>
#include <weft/tls/tls_error.hpp>

#include "support/redis_server.hpp"
#include "tls/private_authority.hpp"
#include "unit/redis/check_redis.hpp"
#include "unit/redis/redis_fixture.hpp"

namespace weft::testing {
namespace {

/// A port that was free a moment ago: Redis cannot be told to choose one.
std::string free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    EXPECT_EQ(::bind(probe, address, size), 0);
    EXPECT_EQ(::getsockname(probe, address, &size), 0);
    ::close(probe);
    return std::to_string(ntohs(where.sin_port));
}

const private_authority& authority_of_redis() {
    static const private_authority made("Redis' own root");
    return made;
}

class redis_over_tls : public redis_fixture {
protected:
    void SetUp() override { serve_tls("no"); }

    /// Starts Redis with a certificate for localhost. `client_certificates` is `yes`, `no` or
    /// `optional`.
    void serve_tls(const std::string& client_certificates) {
        const auto own = authority_of_redis().sign();
        write("cert.pem", own.chain + own.key);
        write("ca.pem", authority_of_redis().pem());
        for (int attempt = 0; attempt < 5; ++attempt) {
            port = free_port();
            server.emplace(std::vector<std::string>{
                "--bind", "127.0.0.1", "-::1", // and ::1 if there is IPv6
                "--tls-port", port, "--tls-cert-file", path("cert.pem"), "--tls-key-file",
                path("cert.pem"), "--tls-ca-cert-file", path("ca.pem"), "--tls-auth-clients",
                client_certificates});
            if (server->runs()) return;
        }
        GTEST_SKIP() << "there is no redis-server with TLS";
    }

    void TearDown() override {
        server.reset();
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }

    [[nodiscard]] redis_options over(tls_client_options trust, std::string host = "localhost") {
        auto made = options();
        made.socket.clear();
        made.host = std::move(host);
        made.port = static_cast<std::uint16_t>(std::stoi(port));
        made.when_away = redis_outage::fail;
        auto layer = tls_client::create(std::move(trust));
        EXPECT_TRUE(layer) << layer.error().message();
        made.tls = *layer;
        return made;
    }

    [[nodiscard]] redis_options trusting(std::string host = "localhost") {
        tls_client_options trust;
        trust.issuers = authority_of_redis().pem();
        return over(std::move(trust), std::move(host));
    }

    /// Returns the error of the first attempt to connect.
    std::error_code trouble_with(const redis_options& how) {
        troubles.clear();
        redis_broker broker(how);
        const redis_listener one(broker, loop);
        EXPECT_TRUE(until([&] { return !troubles.empty(); }));
        return troubles.empty() ? std::error_code() : troubles.front();
    }

    void expect_works(const redis_options& how) {
        troubles.clear();
        redis_broker broker(how);
        redis_listener one(broker, loop);
        subscribe(one, "news");
        publish(one, "news", "x");
        EXPECT_TRUE(until([&] { return one.received.size() == 1; }));
        EXPECT_TRUE(troubles.empty()) << troubles.front().message();
    }

    [[nodiscard]] std::string path(const std::string& name) const {
        return directory + '/' + name;
    }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(path(name)) << text;
    }

    static std::string new_directory() {
        std::string made = std::filesystem::temp_directory_path() / "weft-redis-tls-";
        made.append(6, 'X');
        return ::mkdtemp(made.data());
    }

    std::string directory = new_directory();
    std::string port;
};

TEST_F(redis_over_tls, work_if_the_certificate_is_trusted) {
    expect_works(trusting());
    expect_works(trusting("127.0.0.1"));
    auto by_name = trusting("127.0.0.1");
    by_name.tls_host = "localhost";
    expect_works(by_name);
    expect_works(over({.verify = false}));
}

TEST_F(redis_over_tls, work_by_url) {
    tls_client_options trust;
    trust.issuers = authority_of_redis().pem();
    const auto read = parse_redis_url("rediss://localhost:" + port + "/2",
                                      *tls_client::create(std::move(trust)));
    ASSERT_TRUE(read) << read.error().message();
    expect_works(*read);
    EXPECT_EQ(order({"INFO", "keyspace"}).find("db0"), std::string::npos);
}

TEST_F(redis_over_tls, fail_with_the_reason) {
    const private_authority other("another root");
    EXPECT_EQ(trouble_with(over({.issuers = other.pem()})), tls_error::unknown_issuer);
    auto misnamed = trusting();
    misnamed.tls_host = "redis.example.org";
    EXPECT_EQ(trouble_with(misnamed), tls_error::wrong_name);

    auto plain = trusting(); // a Redis without TLS, which waits for the end of a line
    plain.socket = server->socket();
    plain.connect_timeout = 300ms;
    EXPECT_EQ(trouble_with(plain), redis_error::timeout);
    auto unencrypted = trusting(); // and one that expects it
    unencrypted.tls = nullptr;
    EXPECT_TRUE(trouble_with(unencrypted));
}

/// In TLS 1.3 the server refuses a certificate when the client's handshake is complete.
TEST_F(redis_over_tls, show_their_certificate) {
    serve_tls("yes");
    if (IsSkipped()) return;
    EXPECT_TRUE(trouble_with(trusting()));
    tls_client_options with;
    with.issuers = authority_of_redis().pem();
    with.certificate = authority_of_redis().sign({.common_name = "hub"});
    expect_works(over(with));
    with.certificate = private_authority("another root").sign();
    EXPECT_TRUE(trouble_with(over(with)));
}

TEST_F(redis_over_tls, carry_large_publications_and_many_small_ones) {
    redis_broker broker(trusting());
    redis_listener one(broker, loop);
    subscribe(one, "news");
    const std::string large(3'000'000, 'x');
    texts all;
    for (int i = 0; i < 2000; ++i) {
        all.push_back(i % 1000 == 500 ? large : std::to_string(i));
        begin_publishing(one, "news", all.back());
    }
    ASSERT_TRUE(until([&] { return one.received.size() == all.size(); }));
    EXPECT_EQ(one.received, all);
}

TEST_F(redis_over_tls, are_restored_after_a_restart) {
    auto waiting = trusting();
    waiting.when_away = redis_outage::wait;
    redis_broker broker(waiting);
    redis_listener one(broker, loop);
    subscribe(one, "news");
    publish(one, "news", "1");
    troubles.clear();
    server->kill();
    ASSERT_TRUE(until([&] { return troubles.size() >= 2; }));
    const auto second = begin_publishing(one, "news", "2");
    server->start();
    ASSERT_TRUE(server->runs());
    outcome(second);
    EXPECT_TRUE(until([&] { return one.interruptions == 1; }));
    publish(one, "news", "3");
    EXPECT_TRUE(until([&] { return !one.received.empty() && one.received.back() == "3"; }));
}

TEST_F(redis_over_tls, pass_the_kit) {
    redis_options how = trusting();
    how.when_away = redis_outage::wait;
    check_redis(how);
}

} // namespace
} // namespace weft::testing
