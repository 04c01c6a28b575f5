// SPDX-License-Identifier: MIT
// What a session costs: memory that grows with bytes received and never with bytes announced, work
// that is linear, nothing at all while idle; and what happens when memory runs out.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <new>

#include "support/allocations.hpp"
#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

class session_memory : public ::testing::TestWithParam<role> {
protected:
    session_memory() : probe(GetParam()) { probe.open(); }
    session_probe probe;
};
INSTANTIATE_TEST_SUITE_P(, session_memory, ::testing::ValuesIn(both_roles), name_of_role);

TEST(session, is_104_bytes) {
    EXPECT_EQ(sizeof(session), 104U);
}

TEST_P(session_memory, of_an_idle_session_is_its_object_alone) {
    const session_options options{GetParam(), {}, {}, &probe.random};
    const auto request = to_bytes(canned_request());
    byte_string bytes;
    const allocation_counter allocations;
    session tested{options, probe.now};
    EXPECT_EQ(allocations.count(), 0U);
    {
        scratch lent;
        tested.borrow(lent);
        std::string answer;
        if (GetParam() == role::client) {
            (void)tested.start(*uri::parse("ws://a/"));
            answer = canned_response(to_text(*tested.output().begin()));
        }
        bytes = GetParam() == role::client ? to_bytes(answer) : request;
        tested.receive(bytes, probe.now);
        while (tested.next_event(probe.now).type == event_type::request) {
            (void)tested.accept({}, {}, probe.now);
        }
        tested.consume_output(tested.output_size(), probe.now);
        tested.settle();
        tested.forget_handshake();
    }
    byte_string{}.swap(bytes);
    EXPECT_EQ(tested.state(), session_state::open);
    EXPECT_EQ(allocations.live(), 0U);
}

TEST_P(session_memory, is_not_taken_for_small_messages) {
    scratch lent;
    const auto echo_one = [&](byte_string bytes) {
        probe.tested.borrow(lent);
        const allocation_counter allocations;
        probe.tested.receive(bytes, probe.now);
        const auto next = probe.tested.next_event(probe.now);
        EXPECT_EQ(next.type, event_type::message);
        probe.tested.send(message(next.payload, next.is_text));
        EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::none);
        probe.tested.consume_output(probe.tested.output_size(), probe.now);
        probe.tested.settle();
        return allocations.count();
    };
    echo_one(probe.peer.text("the first one fills the scratch memory"));
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(echo_one(probe.peer.text("hello")), 0U);
}

// gorilla CVE-2020-27813, ws CVE-2016-10542, uws CVE-2016-10544, libsoup CVE-2025-32049 and
// CVE-2026-0716: a length that is only announced takes no memory, limits or no limits
TEST_P(session_memory, is_not_taken_for_lengths_that_are_announced) {
    for (const std::size_t limit : {std::size_t{1} << 24, unlimited}) {
        for (const std::uint64_t length :
             {std::uint64_t{1} << 24, (std::uint64_t{1} << 63) - 1, std::uint64_t{1} << 63,
              ~std::uint64_t{0}, ~std::uint64_t{0} - 3}) {
            for (const unsigned first : {0x1U, fin | 0x2U}) {
                session_probe each{GetParam(), {.message_size_max = limit}};
                each.open();
                const auto bytes = each.peer.header(first, 127, length) +
                    to_bytes(first == 0x1 ? "" : "few bytes");
                guard_page memory{bytes.size()};
                each.events.reserve(10);
                each.sent.reserve(1000);
                const allocation_counter allocations;
                for (const auto byte : bytes)
                    each.feed_in_place(memory.place({&byte, 1}));
                EXPECT_LT(allocations.bytes(), 8192U) << length;
                const bool legal = length >> 63 == 0;
                const bool allowed = legal && length <= limit;
                EXPECT_EQ(each.error(),
                          allowed     ? std::error_code{}
                              : legal ? make_error_code(errc::message_too_big)
                                      : make_error_code(errc::bad_length));
                EXPECT_EQ(each.sent_close_code(), allowed ? 0U : legal ? 1009U : 1002U);
            }
        }
    }
}

TEST_P(session_memory, is_bounded_by_the_bytes_received) {
    session_probe each{GetParam(), {.message_size_max = unlimited}};
    each.open();
    each.feed(each.peer.header(0x2, 127, (1ULL << 63) - 1));
    byte_string chunk(10'000);
    const allocation_counter allocations;
    for (int i = 0; i < 100; ++i)
        each.feed_in_place(chunk);
    EXPECT_LT(allocations.bytes(), 5'000'000U); // of a million: doubling, with what it copied from
}

/// Feeds as a stream does that reads where the session asks for it. Returns how many bytes went
/// through other memory.
std::size_t read_in_place(session_probe& probe, std::span<const std::byte> bytes) {
    constexpr std::size_t buffer_size = 16 * 1024;
    std::size_t elsewhere = 0;
    while (!bytes.empty() && probe.events.empty()) {
        const auto room = probe.tested.input_room();
        const std::size_t count =
            std::min(bytes.size(), room.empty() ? buffer_size : room.size());
        if (room.empty()) {
            probe.feed(bytes.first(count));
            elsewhere += count;
        } else {
            std::copy_n(bytes.begin(), count, room.begin());
            probe.feed_in_place(room.first(count));
        }
        bytes = bytes.subspan(count);
    }
    return elsewhere;
}

std::string many_letters(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    return text;
}

// Blocks for the first half, and memory for the whole: a byte moves at most once.
TEST_P(session_memory, of_a_large_message_is_where_it_was_read) {
    const std::size_t size = 16 * 1024 * 1024;
    session_probe each{GetParam(), {.message_size_max = size}};
    each.open();
    const std::string text = many_letters(size);
    const auto bytes = each.peer.text(text);
    each.feed(std::span(bytes).first(16 * 1024));
    std::size_t allocated = 0;
    std::size_t blocks = 0;
    std::string arrived;
    std::span<const std::byte> left = std::span(bytes).subspan(16 * 1024);
    while (left.size() >= 64 * 1024) {
        const allocation_counter allocations;
        const auto room = each.tested.input_room();
        allocated += allocations.bytes();
        blocks += allocations.count();
        ASSERT_FALSE(room.empty());
        const std::size_t count = std::min(left.size(), room.size());
        std::copy_n(left.begin(), count, room.begin());
        const allocation_counter none;
        each.tested.receive(room.first(count), each.now);
        const event next = each.tested.next_event(each.now);
        EXPECT_EQ(none.count(), 0U);
        left = left.subspan(count);
        if (next.type == event_type::message) arrived = to_text(next.payload);
    }
    EXPECT_LT(allocated, size + size / 2 + 64 * 1024);
    EXPECT_LT(blocks, 20U);
    EXPECT_TRUE(left.empty()); // all of it, as the last pieces are large, too
    EXPECT_TRUE(arrived == text);
}

TEST_P(session_memory, of_a_large_message_grows_with_what_has_arrived) {
    const std::size_t size = 16 * 1024 * 1024;
    session_probe each{GetParam(), {.message_size_max = size}};
    each.open();
    const auto bytes = each.peer.binary(std::string(size, 'x'));
    memory_account account;
    std::size_t arrived = 0;
    for (auto left = std::span<const std::byte>(bytes); left.size() > 1024 * 1024;) {
        const auto some = left.first(std::min<std::size_t>(left.size(), 100'000));
        arrived += some.size();
        read_in_place(each, some);
        left = left.subspan(some.size());
        each.tested.count_memory(account, &each, 0);
        ASSERT_LT(account.used(), 2 * arrived + 200'000);
    }
    each.tested.forget_account();
}

TEST_P(session_memory, of_large_messages_holds_only_their_bytes) {
    for (const std::size_t size : {65'536U, 100'000U, 131'072U, 1'000'003U, 3'000'000U}) {
        for (const int frames : {1, 2, 3}) {
            session_probe each{GetParam(), {.message_size_max = size}};
            each.open();
            const std::string text = many_letters(size);
            byte_string bytes;
            for (int i = 0; i < frames; ++i) {
                const std::size_t from = size * i / frames;
                const std::size_t to = size * (i + 1) / frames;
                const bool last = i + 1 == frames;
                bytes = std::move(bytes) +
                    each.peer.frame((last ? fin : 0U) | (i == 0 ? 0x1U : 0U),
                                    text.substr(from, to - from));
            }
            bytes = std::move(bytes) + each.peer.ping("after");
            const std::size_t elsewhere = read_in_place(each, bytes);
            ASSERT_FALSE(each.events.empty()) << size << ' ' << each.error();
            EXPECT_TRUE(each.events[0] == text_event(text)) << size << " in " << frames;
            EXPECT_LT(elsewhere, 100'000U * static_cast<std::size_t>(frames));
            EXPECT_TRUE(each.tested.input_room().empty());
        }
    }
}

TEST_P(session_memory, of_a_large_message_may_hold_input_that_waited) {
    const std::string text = many_letters(1'000'000);
    const auto bytes = probe.peer.text(text);
    read_in_place(probe, std::span(bytes).first(300'000));
    const auto room = probe.tested.input_room();
    ASSERT_GE(room.size(), 1000U);
    std::copy_n(bytes.begin() + 300'000, 1000, room.begin());
    probe.tested.pause(probe.now);
    probe.feed_in_place(room.first(1000));
    EXPECT_TRUE(probe.tested.input_room().empty());
    probe.tested.resume(probe.now);
    probe.feed(std::span(bytes).subspan(301'000));
    ASSERT_EQ(probe.events.size(), 1U);
    EXPECT_TRUE(probe.events[0] == text_event(text));
}

TEST_P(session_memory, of_a_large_message_with_a_fault_ends_the_session) {
    std::string text = many_letters(1'000'000);
    text[500'000] = '\xff';
    const auto bytes = probe.peer.text(text) + probe.peer.close(1000);
    auto left = std::span<const std::byte>(bytes);
    for (int i = 0; i < 1000 && !left.empty(); ++i) {
        const auto some = left.first(std::min<std::size_t>(left.size(), 50'000));
        probe.events.clear();
        read_in_place(probe, some);
        left = left.subspan(some.size());
    }
    EXPECT_EQ(probe.error(), errc::bad_utf8);
    EXPECT_EQ(probe.sent_close_code(), 1007U);
    EXPECT_TRUE(probe.tested.output_ends()); // the peer's close frame was found
}

TEST_P(session_memory, is_given_back_after_each_message_and_pause) {
    const allocation_counter allocations;
    {
        const auto bytes =
            probe.peer.begin_text(std::string(5000, 'x')) + probe.peer.last_part("y");
        probe.tested.pause(probe.now);
        probe.feed(bytes);
        probe.tested.resume(probe.now);
        probe.pull();
        probe.tested.settle();
        probe.events = {};
    }
    // The probe's own scratch memory and what it collected remain.
    EXPECT_LE(allocations.live(), 2U);
}

// Each piece leaves one byte of a header behind, so that what is retained is never empty.
TEST_P(session_memory, of_retained_input_does_not_grow_with_what_passed_through) {
    byte_string frames;
    for (int i = 0; i < 20'000; ++i) {
        const auto next = probe.peer.binary("01234567");
        frames.insert(frames.end(), next.begin(), next.end());
    }
    const std::size_t piece = frames.size() / 20'000;
    std::size_t reported = 0;
    const allocation_counter allocations;
    for (auto left = std::span(frames).subspan(0); !left.empty();) {
        const auto size = left.size() == frames.size() ? 1 : std::min(piece, left.size());
        probe.tested.receive(left.first(size), probe.now);
        while (probe.tested.next_event(probe.now).type != event_type::none)
            ++reported;
        probe.tested.settle();
        left = left.subspan(size);
    }
    EXPECT_EQ(reported, 20'000U);
    EXPECT_LT(allocations.bytes(), 10'000U);
}

TEST_P(session_memory, of_output_is_given_back_when_it_was_taken) {
    {
        const allocation_counter allocations;
        probe.tested.send(std::string(100'000, 'x'));
        probe.tested.consume_output(probe.tested.output_size(), probe.now);
        probe.tested.settle();
        EXPECT_EQ(allocations.live(), 0U);
    }
}

/// Seconds that it takes to feed `bytes` at once.
double seconds_for(role ours, byte_string bytes) {
    session_probe probe{ours};
    probe.open();
    const auto begin = std::chrono::steady_clock::now();
    probe.tested.receive(bytes, probe.now);
    const auto next = probe.tested.next_event(probe.now);
    const auto end = std::chrono::steady_clock::now();
    EXPECT_EQ(next.type, event_type::message);
    EXPECT_EQ(next.payload.size(), 4U * 1024 * 1024);
    return std::chrono::duration<double>(end - begin).count();
}

// sockudo-ws: a quadratic UTF-8 check over fragments. Quadratic work would take a thousand times
// as long; the bound leaves room for a busy machine.
TEST_P(session_memory, and_time_are_linear_however_text_is_fragmented) {
    const std::size_t size = 4 * 1024 * 1024, part = 64;
    std::string text;
    while (text.size() < size)
        text += "\xe2\x98\x83 is \xc3\xa9t\xc3\xa9 or so!";
    text.resize(size, '.');
    for (std::size_t i = size; i > size - 20; --i)
        text[i - 1] = '.';
    byte_string fragments = probe.peer.begin_text(text.substr(0, part));
    fragments.reserve(2 * size);
    for (std::size_t at = part; at < size; at += part) {
        const auto next = probe.peer.frame(at + part == size ? fin : 0, text.substr(at, part));
        fragments.insert(fragments.end(), next.begin(), next.end());
    }
    const auto whole = seconds_for(GetParam(), probe.peer.text(text));
    const auto cut = seconds_for(GetParam(), fragments);
    RecordProperty("fragments_to_whole", std::to_string(cut / whole));
    EXPECT_LT(cut, 100 * whole + 0.5);
}

/// What a run with a failing allocation may end in.
struct run_result {
    std::vector<event_record> events;
    byte_string sent;
    std::error_code error;
    bool threw = false;
};

/// A conversation that uses everything that allocates. The allocation number `nth` fails.
run_result converse(role ours, std::size_t nth, bool& failed) {
    session_probe probe{ours, {}, {}};
    const auto large = std::string(20'000, 'l');
    frame_builder& peer = probe.peer;
    probe.open();
    const std::vector<byte_string> steps{
        peer.text("one") + peer.ping("p") + peer.begin_text(large),
        peer.part("more") + peer.ping("q"),
        peer.last_part("end") + peer.binary("two"),
        peer.text("three") + peer.close(1000, "a reason that does not fit inside a string"),
    };
    run_result result;
    result.events.reserve(20);
    for (int i = 0; i < 20; ++i)
        result.events.push_back({event_type::none, false, large + large});
    result.events.clear();
    result.sent.reserve(200'000);
    std::vector<byte_string> copies = steps;
    scratch lent;
    {
        failing_allocation failing{nth};
        const auto attempt = [&](auto&& act) {
            try {
                act();
            } catch (const std::bad_alloc&) {
                result.threw = true;
            }
        };
        for (auto& bytes : copies) {
            probe.tested.borrow(lent);
            attempt([&] { probe.tested.receive(bytes, probe.now); });
            if (result.threw) break;
            for (;;) {
                const event next = probe.tested.next_event(probe.now);
                if (next.type == event_type::none) break;
                if (next.type == event_type::message) {
                    attempt([&] { probe.tested.send(message(next.payload, next.is_text)); });
                    attempt([&] { probe.tested.send_part(message(next.payload, false), true); });
                    attempt([&] { probe.tested.ping(next.payload, probe.now); });
                }
            }
            attempt([&] { probe.tested.settle_output(); });
            const auto list = probe.tested.output();
            std::size_t size = 0;
            for (const auto piece : list) {
                result.sent.insert(result.sent.end(), piece.begin(), piece.end());
                size += piece.size();
            }
            attempt([&] { probe.tested.consume_output(size, probe.now); });
            probe.tested.pause(probe.now);
            attempt([&] { probe.tested.settle(); });
            if (result.threw) break;
            probe.tested.resume(probe.now);
        }
        failed = failing.happened();
        if (probe.tested.borrowing()) probe.tested.settle();
    }
    result.error = probe.error();
    return result;
}

TEST_P(session_memory, that_runs_out_leaks_nothing_and_leaves_whole_frames) {
    bool failed = true;
    std::size_t nth = 1;
    for (; failed; ++nth) {
        const allocation_counter allocations;
        {
            const auto run = converse(GetParam(), nth, failed);
            for (const auto& frame : read_frames(run.sent))
                ASSERT_NE(frame.first, 0xffU) << nth;
            if (run.error) {
                EXPECT_EQ(run.error, std::errc::not_enough_memory) << nth;
            }
        }
        EXPECT_EQ(allocations.live(), 0U) << nth;
    }
    EXPECT_GT(nth, 10U); // some did fail
}

TEST_P(session_memory, that_runs_out_for_a_command_leaves_the_session_as_it_was) {
    for (std::size_t nth = 1; nth < 6; ++nth) {
        session_probe each{GetParam()};
        each.open();
        const std::string large(9000, 'x');
        bool threw = false;
        {
            const failing_allocation failing{nth};
            try {
                each.tested.send_part(large, false);
                each.tested.send_part(large, true);
                each.tested.close(close_code::normal, "a reason that does not fit inside",
                                  each.now);
            } catch (const std::bad_alloc&) {
                threw = true;
            }
        }
        const auto closed_already = each.tested.state() != session_state::open;
        each.collect();
        for (const auto& frame : each.sent_frames())
            ASSERT_NE(frame.first, 0xffU);
        if (threw) {
            EXPECT_FALSE(closed_already);
            each.tested.close(close_code::normal, {}, each.now);
            each.feed(each.peer.close(1000));
            EXPECT_TRUE(each.tested.outcome().clean());
        }
    }
}

TEST(session_opening_memory, that_runs_out_fails_the_handshake) {
    const auto request = to_bytes(canned_request("Sec-WebSocket-Protocol: a, b\r\n"));
    bool failed = true;
    for (std::size_t nth = 1; failed; ++nth) {
        const session_options options{};
        const allocation_counter allocations;
        {
            session tested{options, time_point{}};
            auto bytes = request;
            failing_allocation failing{nth};
            try {
                tested.receive(bytes, time_point{});
                if (tested.next_event(time_point{}).type == event_type::request) {
                    (void)tested.accept("a", {}, time_point{});
                }
            } catch (const std::bad_alloc&) {
                EXPECT_NE(tested.state(), session_state::open) << nth;
                EXPECT_EQ(tested.output_size(), 0U) << nth;
            }
            failed = failing.happened();
            if (!failed) {
                EXPECT_EQ(tested.state(), session_state::open);
            }
        }
        EXPECT_EQ(allocations.live(), 0U) << nth;
    }
}

} // namespace
} // namespace weft
