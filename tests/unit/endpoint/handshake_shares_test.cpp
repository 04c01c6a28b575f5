// SPDX-License-Identifier: MIT
// Who makes room among handshakes: the oldest of the address that has most.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>
#include <weft/testing/dice.hpp>

#include "endpoint/handshake_shares.hpp"

namespace weft::testing {
namespace {

using std::chrono::seconds;

counted_address from(unsigned char last) {
    counted_address where{};
    where.back() = last;
    return where;
}

class shares : public ::testing::Test {
protected:
    connection& add(unsigned char where, int at = 0) {
        auto [ours, theirs] = memory_pipe(driver, driver);
        ends.push_back(std::move(theirs));
        connection& one = behind.serve(std::move(ours));
        tested.add(one, from(where), time(at));
        return one;
    }

    static time_point time(int at) { return time_point{} + seconds(at); }

    manual_driver driver;
    stream_endpoint behind{driver};
    std::vector<std::unique_ptr<memory_stream>> ends;
    handshake_shares tested{counted_address_hash(driver.random()), [](const channel& one) noexcept {
                                return stream_endpoint::may_drop(
                                    static_cast<const connection&>(one));
                            }};
};

TEST_F(shares, of_nobody_have_nobody_to_drop) {
    EXPECT_EQ(tested.oldest_of_most(never), nullptr);
    EXPECT_EQ(tested.oldest_of(from(1), never), nullptr);
    EXPECT_EQ(tested.count(from(1)), 0U);
}

TEST_F(shares, the_largest_gives_its_oldest) {
    connection& early = add(1);
    connection& first = add(2);
    connection& second = add(2);
    add(3);
    EXPECT_EQ(tested.oldest_of_most(never), &first);
    EXPECT_EQ(tested.oldest_of(from(1), never), &early);
    tested.drop(first);
    EXPECT_EQ(tested.dropped(), 1U);
    EXPECT_EQ(tested.count(from(2)), 1U);
    tested.remove(second);
    tested.remove(first);
    EXPECT_EQ(tested.dropped(), 0U);
    EXPECT_EQ(tested.count(from(2)), 0U);
    EXPECT_NE(tested.oldest_of_most(never), nullptr);
}

TEST_F(shares, one_that_the_application_decides_about_stays) {
    behind.route("/", {.validate = [](connection& one) { one.defer(); }});
    connection& first = add(1);
    connection& second = add(1);
    const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const auto bytes = std::as_bytes(std::span(request));
    ASSERT_TRUE(ends.front()->write(std::span(&bytes, 1)));
    driver.settle();
    EXPECT_FALSE(stream_endpoint::may_drop(first));
    EXPECT_EQ(tested.oldest_of_most(never), &second);
    tested.remove(second);
    EXPECT_EQ(tested.oldest_of_most(never), nullptr);
}

TEST_F(shares, only_what_has_begun_by_then_is_dropped) {
    connection& first = add(1, 10);
    add(1, 11);
    EXPECT_EQ(tested.oldest_of_most(time(9)), nullptr);
    EXPECT_EQ(tested.oldest_of_most(time(10)), &first);
}

// Against a slow model, in any order.
TEST_F(shares, agree_with_a_model) {
    dice random{11};
    struct entry {
        channel* who;
        unsigned char where;
    };
    std::vector<entry> model; // oldest first
    const auto count = [&](unsigned char where) {
        return static_cast<std::size_t>(
            std::ranges::count_if(model, [&](const entry& one) { return one.where == where; }));
    };
    for (int step = 0; step < 2000; ++step) {
        const auto where = static_cast<unsigned char>(random.below(6));
        if (random.below(3) != 0) {
            model.push_back({&add(where), where});
        } else if (channel* const oldest = tested.oldest_of_most(never)) {
            const auto at = std::ranges::find(model, oldest, &entry::who);
            ASSERT_NE(at, model.end());
            for (unsigned char other = 0; other < 6; ++other) {
                ASSERT_GE(count(at->where), count(other));
            }
            ASSERT_EQ(std::ranges::find(model, at->where, &entry::where), at) << "not the oldest";
            if (random.below(2) == 0) tested.drop(*oldest);
            tested.remove(*oldest);
            model.erase(at);
        }
        ASSERT_EQ(tested.count(from(where)), count(where));
    }
}

} // namespace
} // namespace weft::testing
