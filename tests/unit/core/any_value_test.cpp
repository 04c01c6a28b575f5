// SPDX-License-Identifier: MIT
// A value of any movable type.
#include <weft/core/any_value.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace weft {
namespace {

TEST(any_value, holds_what_cannot_be_copied) {
    any_value held;
    EXPECT_FALSE(held.has_value());
    EXPECT_EQ(held.get_if<int>(), nullptr);
    held = std::make_unique<int>(7);
    ASSERT_NE(held.get_if<std::unique_ptr<int>>(), nullptr);
    EXPECT_EQ(**held.get_if<std::unique_ptr<int>>(), 7);
    any_value taken = std::move(held);
    EXPECT_FALSE(held.has_value());
    EXPECT_TRUE(taken.has_value());
    taken.reset();
    EXPECT_FALSE(taken.has_value());
}

TEST(any_value, gives_only_the_type_that_it_holds) {
    const std::string text = "text";
    any_value held = text;
    EXPECT_EQ(held.get_if<const char*>(), nullptr);
    ASSERT_NE(held.get_if<std::string>(), nullptr);
    EXPECT_EQ(*std::as_const(held).get_if<std::string>(), "text");
    held = 1;
    EXPECT_EQ(held.get_if<std::string>(), nullptr);
    EXPECT_EQ(held.emplace<std::string>(3, 'x'), "xxx");
    EXPECT_EQ(*held.get_if<std::string>(), "xxx");
}

TEST(any_value, may_be_replaced_by_the_destructor_of_what_it_held) {
    struct replaces {
        any_value* where;
        explicit replaces(any_value* at) : where(at) {}
        replaces(replaces&& other) noexcept : where(std::exchange(other.where, nullptr)) {}
        ~replaces() {
            if (where) {
                EXPECT_EQ(*where->get_if<int>(), 5);
            }
        }
    };
    any_value held;
    held.emplace<replaces>(&held);
    held.emplace<int>(5);
    EXPECT_EQ(*held.get_if<int>(), 5);
}

} // namespace
} // namespace weft
