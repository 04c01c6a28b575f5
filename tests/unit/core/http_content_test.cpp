// SPDX-License-Identifier: MIT
// Safe paths of files, entity tags, and If-None-Match.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <weft/core/http_content.hpp>

namespace weft {
namespace {

using namespace std::string_view_literals;

TEST(safe_file_path, is_decoded_and_relative) {
    EXPECT_EQ(safe_file_path("/"), "");
    EXPECT_EQ(safe_file_path("/index.html"), "index.html");
    EXPECT_EQ(safe_file_path("/css/a%20b.css"), "css/a b.css");
    EXPECT_EQ(safe_file_path("/css/"), "css");
    EXPECT_EQ(safe_file_path("/%c3%A9+~(1)"), "\xc3\xa9+~(1)");
    EXPECT_EQ(safe_file_path("/a..b/c."), "a..b/c.");
}

TEST(safe_file_path, is_nothing_for_what_may_leave_the_folder) {
    for (const auto path :
         {""sv, "index.html"sv, "*"sv, "http://a/b"sv, "//"sv, "//etc/passwd"sv, "/a//b"sv,
          "/a//"sv, "/.."sv, "/../x"sv, "/a/../../x"sv, "/a/.."sv, "/."sv, "/./a"sv,
          "/.git/config"sv, "/%2e%2e/x"sv, "/%2E./x"sv, "/..%2fx"sv, "/a%2Fb"sv, "/a\\b"sv,
          "/..%5cx"sv, "/C:/x"sv, "/a%3astream"sv, "/a%00.html"sv, "/a\0b"sv, "/a%0ab"sv,
          "/a%7f"sv, "/a%"sv, "/a%2"sv, "/a%zz"sv, "/%25%"sv}) {
        EXPECT_EQ(safe_file_path(path), std::nullopt) << path;
    }
    EXPECT_EQ(safe_file_path("/%252e%252e/x"), "%2e%2e/x"); // decoded once
}

TEST(entity_tag, changes_with_the_content) {
    EXPECT_EQ(entity_tag("abc"), "\"qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\"");
    EXPECT_NE(entity_tag("abc"), entity_tag("abd"));
}

bool has(std::string list) {
    const auto request = http_request::make("GET", "/", {{"if-none-match", std::move(list)}});
    return has_entity(*request, "\"a,b\"");
}

TEST(entity_tag, is_found_in_a_list) {
    EXPECT_TRUE(has("\"a,b\""));
    EXPECT_TRUE(has("W/\"a,b\""));
    EXPECT_TRUE(has("\"x\", \"a,b\" ,\"y\""));
    EXPECT_TRUE(has(", ,W/\"x\",W/\"a,b\""));
    EXPECT_TRUE(has("*"));
    EXPECT_FALSE(has("\"a\""));
    EXPECT_FALSE(has("a,b"));
    EXPECT_FALSE(has("\"a,b"));
    EXPECT_FALSE(has("w/\"a,b\""));
    EXPECT_FALSE(has("\"x\"; \"a,b\""));
    EXPECT_FALSE(has(""));
    const auto several = http_request::make(
        "GET", "/", {{"If-None-Match", "\"x\""}, {"If-None-Match", "\"y\""}});
    EXPECT_TRUE(has_entity(*several, "W/\"y\""));
    EXPECT_FALSE(has_entity(*http_request::make("GET", "/", {}), "\"y\""));
}

} // namespace
} // namespace weft
