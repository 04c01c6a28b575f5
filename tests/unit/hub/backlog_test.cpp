// SPDX-License-Identifier: MIT
// The messages that wait for a slow subscription.
#include <gtest/gtest.h>

#include "hub/backlog.hpp"

namespace weft {
namespace {

shared_outgoing made(std::string data, std::string key = {}) {
    auto what = std::make_shared<publication>();
    what->data = std::move(data);
    what->key = std::move(key);
    return std::make_shared<outgoing>(outgoing{what, prepared_message(what->message())});
}

std::string all_of(hub_backlog& from) {
    std::string all;
    while (!from.empty()) {
        all += from.front()->message.whole().text();
        from.pop();
    }
    return all;
}

TEST(hub_backlog, keeps_the_newest_bytes) {
    hub_backlog waiting;
    for (const char* one : {"a", "b", "c"})
        EXPECT_EQ(waiting.push(made(one), false, 3).dropped, 0U);
    EXPECT_EQ(waiting.push(made("de"), false, 3).dropped, 2U);
    EXPECT_EQ(waiting.size(), 3U);
    EXPECT_EQ(waiting.push(made("larger than the limit"), false, 3).dropped, 2U);
    EXPECT_EQ(all_of(waiting), "larger than the limit");
    EXPECT_EQ(waiting.size(), 0U);
}

TEST(hub_backlog, keeps_the_newest_of_each_key_in_order_of_publication) {
    hub_backlog waiting;
    waiting.push(made("1", "eur"), true, 100);
    waiting.push(made("2", "usd"), true, 100);
    EXPECT_EQ(waiting.push(made("3", "eur"), true, 100).conflated, 1U);
    EXPECT_EQ(waiting.push(made("4", "gbp"), true, 100).conflated, 0U);
    EXPECT_EQ(waiting.size(), 12U);
    EXPECT_EQ(waiting.push(made("5", "usd"), true, 8).dropped, 1U);
    EXPECT_EQ(all_of(waiting), "45");
    waiting.push(made("6", "usd"), true, 100);
    EXPECT_EQ(all_of(waiting), "6");
}

} // namespace
} // namespace weft
