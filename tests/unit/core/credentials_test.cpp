// SPDX-License-Identifier: MIT
// Tokens and Basic credentials, wherever a request may hold them.
#include <gtest/gtest.h>

#include <weft/core/base64.hpp>
#include <weft/core/credentials.hpp>

namespace weft {
namespace {

http_request get_with(http_fields headers, std::string_view target = "/") {
    headers.push_back({"Host", "example.org"});
    return *http_request::make("GET", target, headers);
}

std::string basic(std::string_view text) {
    return "Basic " + base64_encode(std::as_bytes(std::span(text.data(), text.size())));
}

TEST(token, in_the_authorization_header) {
    const auto found = find_token(get_with({{"Authorization", "Bearer abc"}}), {});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->token, "abc");
    EXPECT_EQ(found->place, token_place::authorization);
    EXPECT_TRUE(find_token(get_with({{"authorization", "bearer  abc"}}), {}));
    for (const char* other : {"Basic abc", "Bearer", "Bearer ", "Bearerabc", "", "abc"}) {
        EXPECT_FALSE(find_token(get_with({{"Authorization", other}}), {})) << other;
    }
}

TEST(token, in_two_headers_is_none) {
    EXPECT_FALSE(find_token(
        get_with({{"Authorization", "Bearer abc"}, {"Authorization", "Bearer xyz"}}), {}));
}

TEST(token, in_a_subprotocol_is_found_with_what_to_echo) {
    const token_places where{.subprotocol = "bearer."};
    const auto found =
        find_token(get_with({{"Sec-WebSocket-Protocol", "chat.v2, bearer.abc-_"}}), where);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->token, "abc-_");
    EXPECT_EQ(found->subprotocol, "bearer.abc-_");
    EXPECT_EQ(found->place, token_place::subprotocol);
    EXPECT_TRUE(find_token(
        get_with({{"Sec-WebSocket-Protocol", "chat"}, {"Sec-WebSocket-Protocol", "bearer.x"}}),
        where));
    EXPECT_FALSE(find_token(get_with({{"Sec-WebSocket-Protocol", "bearer."}}), where));
    EXPECT_FALSE(find_token(get_with({{"Sec-WebSocket-Protocol", "xbearer.a"}}), where));
    EXPECT_FALSE(find_token(get_with({{"Sec-WebSocket-Protocol", "bearer.a"}}), {}));
}

TEST(token, in_a_cookie_or_the_query) {
    EXPECT_EQ(find_token(get_with({{"Cookie", "a=1; session=abc"}}), {.cookie = "session"})->token,
              "abc");
    EXPECT_FALSE(find_token(get_with({{"Cookie", "xsession=abc"}}), {.cookie = "session"}));
    EXPECT_EQ(find_token(get_with({}, "/?a=1&token=a%2Bb"), {.query = "token"})->token, "a+b");
    EXPECT_FALSE(find_token(get_with({}, "/?token="), {.query = "token"}));
    EXPECT_FALSE(find_token(get_with({{"Cookie", "s=a"}}, "/?token=x"), {}));
}

TEST(token, is_the_first_in_the_order_of_places) {
    const token_places all{.subprotocol = "t.", .cookie = "t", .query = "t"};
    http_fields headers{
        {"Authorization", "Bearer 1"}, {"Sec-WebSocket-Protocol", "t.2"}, {"Cookie", "t=3"}};
    for (const char* expected : {"1", "2", "3"}) {
        EXPECT_EQ(find_token(get_with(headers, "/?t=4"), all)->token, expected);
        headers.erase(headers.begin());
    }
    EXPECT_EQ(find_token(get_with(headers, "/?t=4"), all)->token, "4");
}

TEST(basic_credentials, are_user_and_password) {
    const auto found = find_basic_credentials(get_with({{"Authorization", basic("ann:a:b ü")}}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, "ann");
    EXPECT_EQ(found->password, "a:b ü");
    EXPECT_TRUE(found->equal("ann", "a:b ü"));
    for (const auto& [user, password] : {std::pair("ann", "a:b"), std::pair("bob", "a:b ü"),
                                         std::pair("", ""), std::pair("Ann", "a:b ü")}) {
        EXPECT_FALSE(found->equal(user, password));
    }
    const auto empty = find_basic_credentials(get_with({{"Authorization", basic(":")}}));
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->equal("", ""));
}

TEST(basic_credentials, that_are_malformed_are_none) {
    for (const std::string& value :
         {std::string("Basic"), std::string("Basic !"), basic("no colon"),
          std::string("Basic YTpi="), std::string("Bearer YTpi")}) {
        EXPECT_FALSE(find_basic_credentials(get_with({{"Authorization", value}}))) << value;
    }
    EXPECT_FALSE(find_basic_credentials(get_with({})));
}

} // namespace
} // namespace weft
