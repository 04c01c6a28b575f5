// SPDX-License-Identifier: MIT
// A topic with more subscribers than a publication looks ahead to, which go while it is delivered.
#include <algorithm>
#include <functional>

#include "hub_fixture.hpp"

namespace weft::testing {
namespace {

class many_subscribers : public hub_fixture {
protected:
    static constexpr std::size_t count = 40;

    void SetUp() override {
        hub_fixture::SetUp();
        for (std::size_t i = 0; i < count; ++i) {
            ASSERT_TRUE(topics->subscribe(*visit().served, "news"));
        }
        driver.settle();
    }

    /// Publishes, and calls `then` when as many subscribers as given were offered the publication.
    void publish(std::size_t after, const std::function<void()>& then) {
        std::size_t offered = 0;
        topics->publish_if("news", message("x"), [&](connection&) {
            if (++offered == after) then();
            return true;
        });
        driver.settle();
    }

    [[nodiscard]] std::size_t received() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            visitors, [](const auto& one) { return one->received.size() == 1; }));
    }
};

TEST_F(many_subscribers, may_unsubscribe_each_other) {
    publish(10, [&] {
        for (std::size_t i = 0; i < count / 2; ++i) {
            topics->unsubscribe(*visitors[i]->served, "news");
        }
    });
    EXPECT_EQ(topics->subscribers("news"), count / 2);
    EXPECT_EQ(received(), count / 2);
}

TEST_F(many_subscribers, may_end_each_other) {
    publish(10, [&] {
        for (std::size_t i = 0; i < count; i += 2) {
            if (visitors[i]->served) visitors[i]->served->abort();
        }
    });
    EXPECT_EQ(topics->subscribers("news"), count / 2);
    EXPECT_GE(received(), count / 2);
}

TEST_F(many_subscribers, may_end_the_hub) {
    publish(10, [&] { topics.reset(); });
    EXPECT_LE(received(), 10U);
}

} // namespace
} // namespace weft::testing
