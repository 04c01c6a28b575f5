// SPDX-License-Identifier: MIT
// The URLs of Redis servers that are accepted, what they mean, and those that are refused.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include <weft/redis/redis_error.hpp>
#include <weft/redis/redis_url.hpp>

namespace weft::testing {
namespace {

/// Returns what a URL means as "host port socket user password database".
std::string meaning(std::string_view url) {
    const auto read = parse_redis_url(url);
    if (!read) return read.error().message();
    return read->host + ' ' + std::to_string(read->port) + ' ' + read->socket + ' ' + read->user +
        ' ' + read->password + ' ' + std::to_string(read->database);
}

TEST(redis_urls, name_a_host) {
    EXPECT_EQ(meaning("redis://example.org"), "example.org 6379    0");
    EXPECT_EQ(meaning("REDIS://Example.org/"), "example.org 6379    0");
    EXPECT_EQ(meaning("redis://10.0.0.1:7000/12"), "10.0.0.1 7000    12");
    EXPECT_EQ(meaning("redis://[::1]"), "::1 6379    0");
    EXPECT_EQ(meaning("redis://[::1]:80/1"), "::1 80    1");
    EXPECT_EQ(meaning("redis://host:80"), "host 80    0");
}

TEST(redis_urls, name_a_socket) {
    EXPECT_EQ(meaning("unix:/run/redis"), "127.0.0.1 6379 /run/redis   0");
    EXPECT_EQ(meaning("unix:///run/redis?db=3"), "127.0.0.1 6379 /run/redis   3");
    EXPECT_EQ(meaning("unix://ann:pw@/run/re%20dis"), "127.0.0.1 6379 /run/re dis ann pw 0");
}

TEST(redis_urls, name_a_user_and_a_password) {
    EXPECT_EQ(meaning("redis://ann:secret@host"), "host 6379  ann secret 0");
    EXPECT_EQ(meaning("redis://:secret@host:1/2"), "host 1   secret 2");
    EXPECT_EQ(meaning("redis://a%3Ab:p%40%2F%25@[::1]:9/1"), "::1 9  a:b p@/% 1");
}

TEST(redis_urls, that_are_malformed_are_refused) {
    for (const std::string url : {
             "", "redis", "redis:", "redis:host", "redis:/host", "redis://", "redis:///1",
             "redis://ann@host", "redis://ann:@host", "redis://a:b:c@host", "redis://a:b@c@host",
             "redis://a:b/c@host", "redis://a:%@host", "redis://a:%00@host", "redis://a:b@",
             "redis://host:", "redis://host:0", "redis://host:65536", "redis://host:x",
             "redis://ho st", "redis://host/x", "redis://host/-1", "redis://host/+1",
             "redis://host/1/", "redis://host/99999999999", "redis://host?db=1", "redis://host/1?x",
             "redis://host#1", "redis://::1", "redis://[::1", "redis://ho%73t", "http://host",
             "host:6379", " redis://host", "redis://host\n", "unix:", "unix:/", "unix:run/redis",
             "unix://run/redis", "unix://ann:pw@", "unix:/r?db=", "unix:/r?db=x", "unix:/r?DB=1",
             "unix:/r?", "unix:/r#x", "unix:/%00", "unix:/%zz", "redis+unix:/run/redis"}) {
        EXPECT_EQ(parse_redis_url(url).error(), redis_error::bad_url) << url;
    }
    EXPECT_EQ(parse_redis_url("unix:/" + std::string(107, 'x')).error(), redis_error::bad_url);
    EXPECT_TRUE(parse_redis_url("unix:/" + std::string(106, 'x')));
    EXPECT_EQ(parse_redis_url("redis://:" + std::string(9000, 'x') + "@host").error(),
              redis_error::bad_url);
}

class no_encryption final : public secure_layer {
    std::unique_ptr<stream> cover(std::unique_ptr<stream> plain, std::string_view) override {
        return plain;
    }
};

TEST(redis_urls, that_ask_for_tls_use_the_layer) {
    const auto layer = std::make_shared<no_encryption>();
    const auto read = parse_redis_url("rediss://ann:secret@host:80/3", layer);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->tls, layer);
    EXPECT_EQ(read->host + ' ' + read->user + ' ' + read->password, "host ann secret");
    EXPECT_EQ(read->port, 80U);
    EXPECT_EQ(read->database, 3U);
    EXPECT_FALSE(parse_redis_url("redis://host", layer)->tls);
    EXPECT_EQ(parse_redis_url("rediss:host", layer).error(), redis_error::bad_url);
}

TEST(redis_urls, that_ask_for_tls_are_refused_without_a_layer) {
    EXPECT_EQ(parse_redis_url("rediss://ann:secret@host").error(), redis_error::no_tls);
    const auto why = meaning("rediss://ann:secret@host");
    EXPECT_NE(why.find("TLS"), std::string::npos);
    EXPECT_EQ(why.find("secret"), std::string::npos);
}

} // namespace
} // namespace weft::testing
