// SPDX-License-Identifier: MIT
// The move-only function: what it owns, where it keeps it, when it lets go.
#include <weft/core/function.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "support/allocations.hpp"

namespace weft {
namespace {

int twice(int number) {
    return 2 * number;
}

struct counted {
    explicit counted(int& alive) : alive_(&alive) { ++*alive_; }
    counted(counted&& other) noexcept : alive_(other.alive_) { ++*alive_; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    counted& operator=(counted&&) = delete;
    ~counted() { --*alive_; }
    int operator()() const { return *alive_; }

private:
    int* alive_;
};

struct large_counted : counted {
    using counted::counted;
    std::array<char, 64> more{};
};

TEST(function, is_empty_until_it_is_given_something) {
    function<void()> none;
    const function<void()> null = nullptr;
    int (*pointer)(int) = nullptr;
    const function<int(int)> from_null_pointer = pointer;
    EXPECT_FALSE(none);
    EXPECT_FALSE(null);
    EXPECT_FALSE(from_null_pointer);
}

TEST(function, calls_functions_lambdas_and_members) {
    function<int(int)> pointer = twice;
    function<int(int)> lambda = [add = 3](int number) { return number + add; };
    function<std::size_t(const std::string&)> member = &std::string::size;
    EXPECT_EQ(pointer(4), 8);
    EXPECT_EQ(lambda(4), 7);
    EXPECT_EQ(member("four"), 4U);
}

TEST(function, owns_what_cannot_be_copied_and_passes_on_what_cannot_either) {
    function<int(std::unique_ptr<int>)> sum =
        [held = std::make_unique<int>(5)](std::unique_ptr<int> given) { return *held + *given; };
    auto moved = std::move(sum);
    EXPECT_FALSE(sum); // NOLINT: the moved-from state is documented
    EXPECT_EQ(moved(std::make_unique<int>(6)), 11);
}

TEST(function, ignores_a_result_that_is_not_wanted) {
    int calls = 0;
    function<void()> ignoring = [&calls] { return ++calls; };
    ignoring();
    EXPECT_EQ(calls, 1);
}

TEST(function, keeps_its_state_between_calls) {
    function<int()> count = [number = 0]() mutable { return ++number; };
    count();
    EXPECT_EQ(count(), 2);
}

template <class Callable>
void expect_to_die_once() {
    int alive = 0;
    {
        function<int()> first = Callable{alive};
        EXPECT_EQ(alive, 1);
        function<int()> second = std::move(first);
        EXPECT_EQ(alive, 1);
        second = Callable{alive};
        EXPECT_EQ(alive, 1);
        auto& same = second;
        second = std::move(same);
        EXPECT_EQ(second(), 1);
        second = nullptr;
        EXPECT_EQ(alive, 0);
        second = Callable{alive};
    }
    EXPECT_EQ(alive, 0);
}

TEST(function, destroys_what_lies_inside_once) {
    expect_to_die_once<counted>();
}
TEST(function, destroys_what_lies_outside_once) {
    expect_to_die_once<large_counted>();
}

TEST(function, keeps_three_pointers_without_an_allocation) {
    int a = 1, b = 2, c = 3;
    const testing::allocation_counter allocations;
    function<int()> sum = [&a, &b, &c] { return a + b + c; };
    auto moved = std::move(sum);
    EXPECT_EQ(moved(), 6);
    EXPECT_EQ(allocations.count(), 0U);
}

TEST(copyable_function, is_empty_until_it_is_given_something) {
    int (*pointer)(int) = nullptr;
    EXPECT_FALSE(copyable_function<void()>());
    EXPECT_FALSE(copyable_function<void()>(nullptr));
    EXPECT_FALSE(copyable_function<int(int)>(pointer));
    EXPECT_FALSE(copyable_function<int(int)>(std::function<int(int)>()));
    EXPECT_FALSE(copyable_function<int(int)>(copyable_function<short(int)>()));
    EXPECT_FALSE(copyable_function<void()>(copyable_function<void()>()));
}

TEST(copyable_function, calls_functions_lambdas_and_members) {
    const copyable_function<int(int)> direct = twice;
    const copyable_function<int(int)> lambda = [add = 3](int number) { return number + add; };
    const copyable_function<std::size_t(const std::string&)> member = &std::string::size;
    const copyable_function<int(int)> standard = std::function<int(int)>(twice);
    EXPECT_EQ(direct(4), 8);
    EXPECT_EQ(lambda(4), 7);
    EXPECT_EQ(member("four"), 4U);
    EXPECT_EQ(standard(4), 8);
}

TEST(copyable_function, copies_the_callable_with_its_state) {
    copyable_function<int()> count = [number = 0]() mutable { return ++number; };
    count();
    copyable_function<int()> copy = count;
    EXPECT_EQ(copy(), 2);
    EXPECT_EQ(copy(), 3);
    EXPECT_EQ(count(), 2);
    const std::function<int()> standard = count;
    EXPECT_EQ(standard(), 3);
    copy = count;
    EXPECT_EQ(copy(), 3);
    count = nullptr;
    EXPECT_FALSE(count);
    EXPECT_EQ(copy(), 4);
}

} // namespace
} // namespace weft
