// SPDX-License-Identifier: MIT
// Origins that may connect, and look-alikes that may not.
#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/core/origin_policy.hpp>

namespace weft {
namespace {

bool allows(const origin_policy& policy, std::string_view origin,
            std::string_view host = "example.org") {
    return policy.allows(*http_request::make(
        "GET", "/", {{"Host", std::string(host)}, {"Origin", std::string(origin)}}));
}

origin_policy list(const std::vector<std::string>& allowed) {
    return *origin_policy::list(allowed);
}

TEST(origin_policy, allows_the_same_host_by_default) {
    const origin_policy same;
    EXPECT_TRUE(allows(same, "http://example.org"));
    EXPECT_TRUE(allows(same, "https://example.org")); // TLS may end at a proxy
    EXPECT_TRUE(allows(same, "http://EXAMPLE.org"));
    EXPECT_TRUE(allows(same, "http://example.org:80"));
    EXPECT_TRUE(allows(same, "https://example.org", "example.org:443"));
    EXPECT_TRUE(allows(same, "https://example.org", "example.org:")); // RFC 3986 §3.2.3
    EXPECT_TRUE(allows(same, "http://localhost:8080", "localhost:8080"));
    EXPECT_TRUE(allows(same, "http://[::1]:9001", "[::1]:9001"));
}

TEST(origin_policy, refuses_others_and_look_alikes) {
    const origin_policy same;
    const auto listed = list({"https://example.org"});
    for (const char* origin : {"https://evil.example",
                               "https://example.org.evil.example",
                               "https://evilexample.org",
                               "https://www.example.org",
                               "https://example.orgx",
                               "https://example.or",
                               "https://example.org:444",
                               "https://example.org:",
                               "https://example.org@evil.example",
                               "https://evil.example/https://example.org",
                               "https://evil.example?example.org",
                               "https://evil.example#example.org",
                               "https://example.org/",
                               "https://example.org.",
                               "https://example.org\\.evil.example",
                               "https://xn--exmple-cua.org",
                               "example.org",
                               "//example.org",
                               "://example.org",
                               "https://",
                               "https:example.org",
                               "",
                               "null",
                               "*",
                               "file://",
                               "https://example.org https://evil.example",
                               "https://example.org:4430"}) {
        EXPECT_FALSE(allows(same, origin)) << origin;
        EXPECT_FALSE(allows(listed, origin)) << origin;
    }
    EXPECT_FALSE(allows(same, "http://localhost:8081", "localhost:8080"));
    EXPECT_FALSE(allows(same, "https://example.org", ""));
    EXPECT_TRUE(allows(listed, "https://example.org", "other.example"));
}

TEST(origin_policy, of_a_list_compares_scheme_and_port) {
    const auto listed = list({"https://example.org", "http://localhost:8080"});
    EXPECT_TRUE(allows(listed, "https://example.org:443"));
    EXPECT_FALSE(allows(listed, "http://example.org"));
    EXPECT_FALSE(allows(listed, "http://localhost"));
    EXPECT_FALSE(allows(listed, "http://other.example", "other.example")); // the same host
    EXPECT_TRUE(allows(list({}).with_same_host(), "http://other.example", "other.example"));
}

TEST(origin_policy, of_a_list_may_allow_all_hosts_below_one) {
    const auto below = list({"https://*.example.org"});
    EXPECT_TRUE(allows(below, "https://a.example.org"));
    EXPECT_TRUE(allows(below, "https://a.b.example.org"));
    EXPECT_FALSE(allows(below, "https://example.org"));
    EXPECT_FALSE(allows(below, "https://.example.org"));
    EXPECT_FALSE(allows(below, "https://aexample.org"));
    EXPECT_FALSE(allows(below, "http://a.example.org"));
    EXPECT_FALSE(allows(below, "https://a.example.org:8443"));
}

TEST(origin_policy, allows_null_only_if_listed) {
    EXPECT_FALSE(allows({}, "null", "null"));
    EXPECT_TRUE(allows(list({"null"}), "null"));
    EXPECT_FALSE(allows(list({"null"}), "NULL"));
}

TEST(origin_policy, allows_a_missing_origin_by_default) {
    const auto without = *http_request::make("GET", "/", {{"Host", "example.org"}});
    EXPECT_TRUE(origin_policy().allows(without));
    EXPECT_TRUE(list({}).allows(without));
    EXPECT_FALSE(origin_policy().with_missing(false).allows(without));
}

TEST(origin_policy, allows_no_request_with_two_origins) {
    const auto two = *http_request::make("GET", "/",
                                         {{"Host", "example.org"},
                                          {"Origin", "https://example.org"},
                                          {"Origin", "https://example.org"}});
    EXPECT_FALSE(origin_policy().allows(two));
}

TEST(origin_policy, lists_origins_of_other_schemes) {
    EXPECT_TRUE(allows(list({"chrome-extension://abc"}), "chrome-extension://abc"));
    EXPECT_FALSE(allows(list({"chrome-extension://abc"}), "chrome-extension://abd"));
}

TEST(origin_policy, refuses_a_list_that_it_would_never_match) {
    for (const char* entry : {"example.org", "https://example.org/", "https://", "*", "",
                              "https://user@example.org", "https://example.org/path",
                              "https://*", "https://a*b.org", "https://a.*.org", "https://*."}) {
        const auto made = origin_policy::list({"https://ok.example", entry});
        ASSERT_FALSE(made) << entry;
        EXPECT_EQ(made.error(), errc::bad_argument);
    }
}

} // namespace
} // namespace weft
