// SPDX-License-Identifier: MIT
// The URLs of proxies, and what the environment says of them.
#include <gtest/gtest.h>

#include <map>

#include <weft/core/error.hpp>

#include "endpoint/proxy.hpp"

namespace weft::testing {
namespace {

TEST(proxy_url, is_read_in_its_parts) {
    const auto full = proxy::parse("HTTP://us%65r:p%40ss%3aword@Proxy.Example:3128/");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->speaks, proxy::kind::http);
    EXPECT_EQ(full->host, "proxy.example");
    EXPECT_EQ(full->port, 3128);
    EXPECT_EQ(full->user, "user");
    EXPECT_EQ(full->password, "p@ss:word");
    const auto ipv6 = proxy::parse("socks5h://[::1]");
    ASSERT_TRUE(ipv6);
    EXPECT_EQ(ipv6->speaks, proxy::kind::socks5);
    EXPECT_EQ(ipv6->host, "::1");
    EXPECT_EQ(ipv6->port, 1080);
    const auto bare = proxy::parse("10.0.0.1:8080");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->speaks, proxy::kind::http);
    EXPECT_EQ(bare->port, 8080);
    EXPECT_EQ(proxy::parse("http://[::1]:81")->port, 81);
    EXPECT_EQ(proxy::parse("proxy.example")->port, 80);
}

TEST(proxy_url, is_refused_when_it_names_no_proxy_that_is_spoken_to) {
    const std::string long_one(256, 'x');
    for (const std::string& url :
         {std::string(), std::string("https://proxy"), std::string("socks4://proxy"),
          std::string("ftp://proxy"), std::string("http://"), std::string("http://proxy:0"),
          std::string("http://proxy:65536"), std::string("http://proxy:x"),
          std::string("http://proxy/path"), std::string("http://proxy?x"),
          std::string("http://:secret@proxy"), std::string("http://a%3ab:c@proxy"),
          std::string("http://a%0d%0aX:c@proxy"), std::string("http://a:%00@proxy"),
          std::string("http://a:%4@proxy"), std::string("http://pro xy"),
          std::string("http://proxy\r\nX: y"), "socks5://" + long_one + ":p@proxy",
          "socks5://u:" + long_one + "@proxy", "http://" + std::string(3000, 'a')}) {
        const auto parsed = proxy::parse(url);
        EXPECT_FALSE(parsed) << url;
        if (!parsed) {
            EXPECT_EQ(parsed.error(), errc::bad_proxy);
        }
    }
}

// --- the environment

std::map<std::string, std::string>& variables() {
    static std::map<std::string, std::string> all;
    return all;
}

std::string proxy_for(const std::string& target, std::map<std::string, std::string> where) {
    variables() = std::move(where);
    return proxy_in(
        [](const char* name) {
            const auto found = variables().find(name);
            return found == variables().end() ? std::string() : found->second;
        },
        *uri::parse(target));
}

TEST(proxy_environment, has_a_proxy_for_each_scheme) {
    const std::map<std::string, std::string> both{{"http_proxy", "one"}, {"https_proxy", "two"}};
    EXPECT_EQ(proxy_for("ws://a/", both), "one");
    EXPECT_EQ(proxy_for("wss://a/", both), "two");
    EXPECT_EQ(proxy_for("wss://a/", {{"HTTPS_PROXY", "three"}}), "three");
    EXPECT_EQ(proxy_for("ws://a/", {{"all_proxy", "four"}}), "four");
    EXPECT_EQ(proxy_for("wss://a/", {{"ALL_PROXY", "four"}}), "four");
    EXPECT_EQ(proxy_for("ws://a/", {{"HTTP_PROXY", "of a request"}}), "");
    EXPECT_EQ(proxy_for("ws://a/", {}), "");
}

TEST(proxy_environment, names_whom_to_reach_without) {
    const auto goes_through = [](const std::string& target, const std::string& without) {
        return !proxy_for(target, {{"http_proxy", "p"}, {"no_proxy", without}}).empty();
    };
    EXPECT_FALSE(goes_through("ws://example.org/", "*"));
    EXPECT_FALSE(goes_through("ws://example.org/", "a.b, EXAMPLE.org"));
    EXPECT_FALSE(goes_through("ws://example.org/", "a.b .example.org"));
    EXPECT_FALSE(goes_through("ws://www.example.org/", "example.org"));
    EXPECT_FALSE(goes_through("ws://www.example.org/", "*.example.org"));
    EXPECT_FALSE(goes_through("ws://www.example.org./", ".example.org"));
    EXPECT_TRUE(goes_through("ws://badexample.org/", "example.org"));
    EXPECT_TRUE(goes_through("ws://example.org.evil/", "example.org"));
    EXPECT_TRUE(goes_through("ws://example.org/", ""));
    EXPECT_TRUE(goes_through("ws://example.org/", "."));
    EXPECT_FALSE(goes_through("ws://example.org:81/", "example.org:81"));
    EXPECT_TRUE(goes_through("ws://example.org/", "example.org:81"));
    EXPECT_FALSE(goes_through("ws://10.1.2.3/", "10.0.0.0/8"));
    EXPECT_TRUE(goes_through("ws://11.1.2.3/", "10.0.0.0/8"));
    EXPECT_FALSE(goes_through("ws://[::1]/", "::1"));
    EXPECT_FALSE(goes_through("ws://[::1]:82/", "[::1]:82"));
    EXPECT_TRUE(goes_through("ws://[::1]/", "[::1]:82"));
    EXPECT_TRUE(goes_through("ws://ten.example/", "10.0.0.0/8"));
}

} // namespace
} // namespace weft::testing
