// SPDX-License-Identifier: MIT
// A queue of its own bytes and references: order, cuts, moves, memory, and when references go.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <random>
#include <string>

#include <weft/core/output_queue.hpp>

#include "support/allocations.hpp"
#include "support/frame_builder.hpp"

namespace weft {
namespace {

using namespace testing;

shared_bytes shared(const std::shared_ptr<const std::string>& text) {
    return {std::as_bytes(std::span(*text)), text};
}

std::shared_ptr<const std::string> text_of(std::size_t size, char with) {
    return std::make_shared<const std::string>(size, with);
}

/// Takes up to `size` bytes from the front.
std::string take(output_queue& from, std::size_t size) {
    std::array<std::span<const std::byte>, 3> pieces;
    std::string taken;
    while (taken.size() < size && !from.empty()) {
        const std::size_t count = from.list(pieces);
        EXPECT_NE(count, 0U);
        std::size_t listed = 0;
        for (const auto piece : std::span(pieces).first(count)) {
            const auto part = piece.first(std::min(piece.size(), size - taken.size()));
            taken += to_text(part);
            listed += part.size();
        }
        from.consume(listed);
    }
    return taken;
}

TEST(output_queue_test, keeps_the_order_of_bytes_and_references) {
    output_queue queue;
    queue.append(to_bytes("one "));
    queue.append(shared(text_of(2, 's')));
    queue.append(shared(text_of(1, 't')));
    queue.append(to_bytes(" two"));
    queue.append(shared_bytes{});
    EXPECT_EQ(queue.size(), 11U);
    EXPECT_EQ(take(queue, 100), "one sst two");
    EXPECT_TRUE(queue.empty());
    std::array<std::span<const std::byte>, 3> pieces;
    EXPECT_EQ(queue.list(pieces), 0U);
}

TEST(output_queue_test, drops_a_reference_when_its_last_byte_is_consumed) {
    const auto text = text_of(3, 's');
    output_queue queue;
    queue.append(shared(text));
    queue.append(shared(text));
    EXPECT_EQ(text.use_count(), 3);
    queue.consume(2);
    EXPECT_EQ(text.use_count(), 3);
    queue.consume(1);
    EXPECT_EQ(text.use_count(), 2);
    queue.rewind();
    EXPECT_EQ(text.use_count(), 1);
    queue.append(shared(text));
    queue.clear();
    EXPECT_EQ(text.use_count(), 1);
    EXPECT_EQ(queue.memory_used(), 0U);
}

TEST(output_queue_test, counts_its_share_of_what_it_refers_to) {
    const auto text = text_of(120'000, 's');
    output_queue first;
    output_queue second;
    first.append(shared(text)); // the test's reference, and this one
    second.append(shared(text));
    EXPECT_GE(first.memory_used(), 60'000U);
    EXPECT_LT(first.memory_used(), 61'000U);
    EXPECT_GE(second.memory_used(), 40'000U);
    EXPECT_LT(second.memory_used(), 41'000U);
    second.consume(120'000);
    EXPECT_LT(second.memory_used(), 1'000U);
}

/// Against a plain string: bytes and references are appended, moved between queues and consumed in
/// any order and size.
TEST(output_queue_test, is_a_string_whatever_is_done_to_it) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::minstd_rand random(seed);
        const auto below = [&](std::size_t limit) { return random() % limit; };
        output_queue older;
        output_queue newer;
        std::string expected_older;
        std::string expected_newer;
        for (int step = 0; step < 200; ++step) {
            const std::string text(below(40), static_cast<char>('a' + below(26)));
            const bool to_older = expected_newer.empty() && below(2) == 0;
            output_queue& queue = to_older ? older : newer;
            std::string& expected = to_older ? expected_older : expected_newer;
            switch (below(4)) {
            case 0: queue.append(to_bytes(text)); break;
            case 1: queue.append(shared(std::make_shared<const std::string>(text))); break;
            case 2:
                older.append(newer);
                expected_older += expected_newer;
                expected_newer.clear();
                ASSERT_TRUE(newer.empty());
                continue;
            default:
                const std::size_t size = below(expected_older.size() + 1);
                ASSERT_EQ(take(older, size), expected_older.substr(0, size));
                expected_older.erase(0, size);
                continue;
            }
            expected += text;
            ASSERT_EQ(older.size(), expected_older.size());
            ASSERT_EQ(newer.size(), expected_newer.size());
        }
        ASSERT_EQ(take(older, older.size()), expected_older);
        ASSERT_EQ(take(newer, newer.size()), expected_newer);
    }
}

TEST(output_queue_test, does_not_grow_while_references_come_and_go) {
    const auto text = text_of(10, 's');
    output_queue queue;
    queue.append(shared(text));
    for (int i = 0; i < 1000; ++i) {
        queue.append(shared(text));
        queue.consume(10);
    }
    EXPECT_LT(queue.memory_used(), 1000U);
}

TEST(output_queue_test, without_memory_nothing_is_moved) {
    for (std::size_t nth = 1;; ++nth) {
        const auto text = text_of(300, 's');
        output_queue older;
        output_queue newer;
        older.append(to_bytes("older"));
        newer.append(to_bytes(std::string(100, 'n')));
        newer.append(shared(text));
        bool threw = false;
        {
            failing_allocation failing(nth);
            try {
                older.append(newer);
            } catch (const std::bad_alloc&) {
                threw = true;
            }
            if (!failing.happened()) break;
        }
        EXPECT_TRUE(threw);
        EXPECT_EQ(older.size(), 5U);
        EXPECT_EQ(newer.size(), 400U);
    }
}

} // namespace
} // namespace weft
