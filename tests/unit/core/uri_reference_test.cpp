// SPDX-License-Identifier: MIT
// Where a redirect leads: the examples of RFC 3986 §5.4 and what is refused.
#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/core/uri.hpp>

namespace weft::testing {
namespace {

std::string from(const char* here, std::string_view location) {
    const auto target = uri::parse(here)->redirected(location);
    return target ? target->str() : target.error().message();
}

TEST(redirected, follows_absolute_locations_of_four_schemes) {
    const char* here = "ws://a.example/x";
    EXPECT_EQ(from(here, "ws://b.example/y?z"), "ws://b.example/y?z");
    EXPECT_EQ(from(here, "HTTP://b.example:81"), "ws://b.example:81/");
    EXPECT_EQ(from(here, "https://B.example/y#part"), "wss://b.example/y");
    EXPECT_EQ(from(here, "wss://[::1]?z"), "wss://[::1]/?z");
    EXPECT_EQ(from("wss://a.example/x", "https://b.example/y"), "wss://b.example/y");
}

TEST(redirected, follows_relative_locations) {
    const char* here = "ws://a:81/b/c/d?q";
    EXPECT_EQ(from(here, "g"), "ws://a:81/b/c/g");
    EXPECT_EQ(from(here, "./g"), "ws://a:81/b/c/g");
    EXPECT_EQ(from(here, "g/"), "ws://a:81/b/c/g/");
    EXPECT_EQ(from(here, "/g"), "ws://a:81/g");
    EXPECT_EQ(from(here, "//g"), "ws://g/");
    EXPECT_EQ(from(here, "?y"), "ws://a:81/b/c/d?y");
    EXPECT_EQ(from(here, "g?y=1:2/../x"), "ws://a:81/b/c/g?y=1:2/../x");
    EXPECT_EQ(from(here, "."), "ws://a:81/b/c/");
    EXPECT_EQ(from(here, ".."), "ws://a:81/b/");
    EXPECT_EQ(from(here, "../g"), "ws://a:81/b/g");
    EXPECT_EQ(from(here, "../../../g"), "ws://a:81/g");
    EXPECT_EQ(from(here, "/./g/../h"), "ws://a:81/h");
    EXPECT_EQ(from(here, "..g"), "ws://a:81/b/c/..g");
    EXPECT_EQ(from("ws://a", "g"), "ws://a/g");
}

TEST(redirected, refuses_what_leads_nowhere) {
    const auto here = uri::parse("ws://a.example/x");
    for (const std::string& location :
         {std::string(), std::string("#part"), std::string("ftp://b/"), std::string("mailto:me"),
          std::string("http:/b"), std::string("http:b"), std::string("http://"),
          std::string("//"), std::string("http://me:secret@b/"), std::string("//me@b/"),
          std::string("/a b"), std::string("/a\r\nX: y"), std::string("http://b:0/"),
          std::string("/%4"), std::string("://b"), "/" + std::string(uri::size_max, 'a')}) {
        const auto target = here->redirected(location);
        EXPECT_FALSE(target) << location << " leads to " << target->str();
        if (!target) {
            EXPECT_EQ(target.error(), errc::bad_redirect);
        }
    }
}

TEST(redirected, refuses_to_give_up_tls) {
    const auto here = uri::parse("wss://a.example/x");
    for (const char* location : {"ws://a.example/x", "http://a.example/x", "http://b/"}) {
        EXPECT_EQ(here->redirected(location).error(), errc::insecure_redirect);
    }
    EXPECT_EQ(from("wss://a.example/x", "//b/y"), "wss://b/y");
}

} // namespace
} // namespace weft::testing
