// SPDX-License-Identifier: MIT
// The grammar of Sec-WebSocket-Extensions. RFC 6455 §9.1.
#include <weft/core/extension.hpp>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>

namespace weft {
namespace {

std::vector<extension> parsed(std::string_view value) {
    const auto found = parse_extensions(value);
    return found ? *found : std::vector<extension>{{"!", {}}};
}

TEST(extension, has_a_name_and_parameters_in_their_order) {
    EXPECT_EQ(parsed(""), std::vector<extension>{});
    EXPECT_EQ(parsed(" ,, "), std::vector<extension>{});
    EXPECT_EQ(parsed("a"), (std::vector<extension>{{"a", {}}}));
    EXPECT_EQ(parsed("a;b=10 ; c, ,d"),
              (std::vector<extension>{{"a", {{"b", "10"}, {"c", {}}}}, {"d", {}}}));
    EXPECT_EQ(parsed("a;b;b=1;b"),
              (std::vector<extension>{{"a", {{"b", {}}, {"b", "1"}, {"b", {}}}}}));
}

TEST(extension, has_quoted_values_without_their_quotes) {
    EXPECT_EQ(parsed("a;b=\"10\";c=\"x\\y\""),
              (std::vector<extension>{{"a", {{"b", "10"}, {"c", "xy"}}}}));
}

TEST(extension, is_refused_where_the_grammar_has_it_otherwise) {
    for (const std::string_view bad :
         {"a b", "a;", "a;;b", ";a", "a;b=", "a;b=\"\"", "a;b=\"x y\"", "a;b=\"x", "a;b=\"x\\",
          "a;=1", "a=1", "a;b==1", "a;b=+1 2", "\"a\"", "a;b=1=2", "a;b=\"1\"2", "a, b/c"}) {
        EXPECT_EQ(parse_extensions(bad).error(), errc::bad_extension) << bad;
    }
}

} // namespace
} // namespace weft
