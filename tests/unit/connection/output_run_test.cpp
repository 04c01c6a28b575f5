// SPDX-License-Identifier: MIT
// The memory of runs: how much is in use, how much is kept, and that memory is not written to while
// an output queue refers to it.
#include "connection/output_run.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/output_queue.hpp>

namespace weft {
namespace {

TEST(run_memory, is_used_again) {
    run_memory memory;
    auto piece = memory.take();
    ASSERT_TRUE(piece);
    const auto* const at = piece.get();
    EXPECT_EQ(memory.used(), 1U);
    memory.give_back(std::move(piece));
    EXPECT_EQ(memory.used(), 0U);
    EXPECT_EQ(memory.spare(), 1U);
    EXPECT_EQ(memory.take().get(), at);
    EXPECT_EQ(memory.spare(), 0U);
}

TEST(run_memory, is_not_used_again_while_a_queue_refers_to_it) {
    run_memory memory;
    auto piece = memory.take();
    ASSERT_TRUE(piece);
    const std::weak_ptr<std::byte[]> watch = piece;
    output_queue waiting;
    waiting.append({{piece.get(), 100}, piece});
    memory.give_back(std::move(piece));
    EXPECT_EQ(memory.used(), 0U);
    const auto other = memory.take();
    ASSERT_TRUE(other);
    EXPECT_NE(other.get(), watch.lock().get());
    EXPECT_EQ(memory.spare(), 0U);
    waiting.consume(99);
    EXPECT_FALSE(watch.expired());
    waiting.consume(1);
    EXPECT_TRUE(watch.expired()); // the memory was freed
}

TEST(run_memory, is_used_again_when_a_queue_has_written_it) {
    run_memory memory;
    auto piece = memory.take();
    ASSERT_TRUE(piece);
    const auto* const at = piece.get();
    output_queue writing;
    writing.append({{piece.get(), 100}, piece});
    memory.give_back(std::move(piece));
    writing.consume(100);
    EXPECT_EQ(memory.take().get(), at);
}

TEST(run_memory, counts_whole_although_a_queue_waits_for_a_part_of_it) {
    run_memory memory;
    auto piece = memory.take();
    ASSERT_TRUE(piece);
    const std::span<const std::byte> part(piece.get(), 1024);
    output_queue waiting;
    waiting.append({part, std::move(piece), run_memory::piece_size});
    EXPECT_GE(waiting.memory_used(), run_memory::piece_size);
    output_queue later;
    later.append(waiting);
    EXPECT_GE(later.memory_used(), run_memory::piece_size);
}

TEST(run_memory, is_limited) {
    run_memory memory;
    std::vector<std::shared_ptr<std::byte[]>> taken;
    while (auto piece = memory.take()) taken.push_back(std::move(piece));
    EXPECT_LE(taken.size() * run_memory::piece_size, 1024U * 1024U);
    for (auto& one : taken) memory.give_back(std::move(one));
    EXPECT_EQ(memory.used(), 0U);
    EXPECT_LE(memory.spare() * run_memory::piece_size, 256U * 1024U);
    EXPECT_TRUE(memory.take());
}

TEST(output_run, takes_short_messages_while_there_is_room) {
    run_memory memory;
    output_run run;
    const prepared_message longest(message(std::string(output_run::frame_size_max - 4, 'x')));
    const prepared_message too_long(message(std::string(output_run::frame_size_max - 3, 'x')));
    EXPECT_TRUE(output_run::takes(longest));
    EXPECT_FALSE(output_run::takes(too_long));
    std::size_t count = 0;
    while (run.has_room_for(longest)) {
        ASSERT_TRUE(run.append(longest, memory));
        ++count;
    }
    EXPECT_EQ(count, run_memory::piece_size / output_run::frame_size_max);
    EXPECT_EQ(memory.used(), 1U);
    run.settle(); // no connection has joined
    EXPECT_EQ(memory.used(), 0U);
    EXPECT_TRUE(run.has_room_for(longest));
}

} // namespace
} // namespace weft
