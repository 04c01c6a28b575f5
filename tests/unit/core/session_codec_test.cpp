// SPDX-License-Identifier: MIT
// Compressed messages, with a codec of the tests' own: both roles, every cut, limits exact to the
// byte, reserved bits, and memory that runs out.
#include <gtest/gtest.h>

#include <new>

#include "session_probe.hpp"
#include "support/allocations.hpp"
#include "support/run_length_codec.hpp"

namespace weft {
namespace {

using namespace testing;

constexpr unsigned compressed = 0x40;

/// A session that begins open with a codec, and the peer's frames.
struct codec_probe : session_probe {
    explicit codec_probe(role ours, const session_limits& limits = {},
                         const run_length_options& like = {})
        : session_probe(ours, limits, {}, {.subprotocol = {}, .codec = made(like)}) {
        pull();
        events.clear();
    }

    [[nodiscard]] const run_length_codec& codec() const {
        return static_cast<const run_length_codec&>(*tested.codec());
    }

    /// Frames as a peer that compresses sends them.
    byte_string text(std::string_view plain) {
        return peer.frame(fin | compressed | 0x1, run_lengths(plain));
    }
    byte_string binary(std::string_view plain) {
        return peer.frame(fin | compressed | 0x2, run_lengths(plain));
    }

private:
    static message_codec_ptr made(const run_length_options& like) {
        return message_codec_ptr(new run_length_codec(like));
    }
};

class session_codec : public ::testing::TestWithParam<role> {};
INSTANTIATE_TEST_SUITE_P(, session_codec, ::testing::ValuesIn(both_roles), name_of_role);

const std::string snowmen = "\xe2\x98\x83\xe2\x98\x83";

TEST_P(session_codec, messages_are_the_same_however_they_are_cut) {
    const auto bytes_of_peer = [](codec_probe& probe) {
        auto& peer = probe.peer;
        const std::string parts = run_lengths("aaaabbbb" + snowmen);
        return probe.text("hello") + peer.text("plain") + probe.binary(std::string(700, 'x')) +
            peer.frame(compressed | 0x1, parts.substr(0, 1)) + peer.ping("1") + peer.part("") +
            peer.part(parts.substr(1, 4)) + peer.pong("2") + peer.last_part(parts.substr(5)) +
            probe.binary("") + peer.frame(compressed | 0x2, "") + peer.part(run_lengths("zzz")) +
            peer.last_part("") + peer.begin_text("pla") + peer.last_part("in") + peer.close(1000);
    };
    const std::vector<event_record> expected{
        text_event("hello"),         text_event("plain"),
        binary_event(std::string(700, 'x')),
        {event_type::ping, false, "1"},
        {event_type::pong, false, "2"},
        text_event("aaaabbbb" + snowmen),
        binary_event(""),            binary_event("zzz"),
        text_event("plain"),         {event_type::closed}};
    codec_probe measure{GetParam()};
    const std::size_t size = bytes_of_peer(measure).size();
    auto all = splittings(size);
    for (std::size_t first = 1; first < size; ++first)
        all.push_back({first, size - first});
    for (const auto& sizes : all) {
        for (const bool lends : {true, false}) {
            codec_probe probe{GetParam()};
            probe.lends = lends;
            probe.feed(bytes_of_peer(probe), sizes);
            ASSERT_EQ(probe.events, expected) << sizes.size() << ", first " << sizes[0];
        }
    }
}

TEST_P(session_codec, messages_come_through_a_pair_of_sessions) {
    for (const bool context : {false, true}) {
        codec_probe sender{GetParam() == role::server ? role::client : role::server, {},
                           {.context = context}};
        codec_probe receiver{GetParam(), {}, {.context = context}};
        std::vector<event_record> expected;
        const auto send = [&](const std::string& text, compression choice, bool smaller) {
            ASSERT_TRUE(sender.tested.send(message(text), choice));
            expected.push_back(text_event(text));
            sender.collect();
            const auto frames = read_frames(sender.sent);
            ASSERT_EQ(frames.size(), 1U);
            EXPECT_EQ(frames[0].first, smaller ? 0xc1U : 0x81U) << text.substr(0, 20);
            EXPECT_LE(frames[0].payload.size(), text.size());
            receiver.feed(sender.take_sent());
        };
        for (const std::size_t size : {8U, 124U, 126U, 1000U, 65536U, 70000U, 300000U}) {
            send(std::string(size, 'a'), compression::automatic, true);
            send(std::string(size, 'a'), compression::off, false);
        }
        send("short", compression::automatic, false);
        send("bbbbb", compression::automatic, false); // short of what is worth it
        send("bbbbbbb", compression::on, true);
        send("abcdefghijklm", compression::on, false); // would not become smaller
        send("abcdefghijklm", compression::automatic, false);
        send("", compression::on, false);
        send("x", compression::on, false);
        send(std::string(50, 'z'), compression::automatic, true); // the context is still the same
        EXPECT_EQ(receiver.events, expected);
        EXPECT_FALSE(receiver.error());
    }
}

TEST_P(session_codec, parts_are_compressed_as_the_first_decides) {
    codec_probe sender{GetParam() == role::server ? role::client : role::server};
    codec_probe receiver{GetParam()};
    session& to = sender.tested;
    EXPECT_TRUE(to.send_part(std::string(20, 'a'), false));
    EXPECT_TRUE(to.ping({}, sender.now));
    EXPECT_FALSE(to.send(std::string("between")));
    EXPECT_FALSE(to.send(std::string("between"), compression::on));
    EXPECT_TRUE(to.send_part(std::string("a"), false, compression::off));
    EXPECT_TRUE(to.send_part(std::string(), false));
    EXPECT_TRUE(to.send_part(std::string("b"), true));
    EXPECT_TRUE(to.send_part(std::string("c"), false));
    EXPECT_TRUE(to.send_part(std::string(20, 'c'), true));
    EXPECT_TRUE(to.send_part(std::string("d"), true, compression::on));
    EXPECT_TRUE(to.send_part(std::string(20, 'd'), true, compression::off));
    sender.collect();
    std::vector<unsigned> firsts;
    for (const auto& frame : read_frames(sender.sent))
        firsts.push_back(frame.first);
    const std::vector<unsigned> expected{0x41, 0x89, 0x00, 0x00, 0x80, 0x01, 0x80, 0xc1, 0x81};
    EXPECT_EQ(firsts, expected);
    receiver.feed(sender.sent);
    EXPECT_EQ(receiver.events,
              (std::vector<event_record>{{event_type::ping}, text_event(std::string(21, 'a') + "b"),
                                 text_event(std::string(21, 'c')), text_event("d"),
                                 text_event(std::string(20, 'd'))}));
}

TEST_P(session_codec, reserved_bits_are_judged_by_what_was_agreed) {
    for (unsigned bits = 0x10; bits <= 0x70; bits += 0x10) {
        for (const unsigned first : {fin | 0x1U, 0x1U, fin | 0x2U, 0x0U, fin | 0x0U, fin | 0x8U,
                                     fin | 0x9U, fin | 0xaU, fin | 0x3U}) {
            for (const bool agreed : {true, false}) {
                codec_probe with{GetParam()};
                session_probe without{GetParam()};
                without.open();
                session_probe& probe = agreed ? with : without;
                const unsigned code = first & 0xfU;
                if (code == 0) probe.feed(probe.peer.begin_text("x"));
                probe.feed({std::array{static_cast<std::byte>(first | bits)}}); // one byte says it
                const bool allowed = agreed && bits == compressed && (code == 1 || code == 2);
                EXPECT_EQ(probe.error(), allowed ? std::error_code{}
                                                 : make_error_code(errc::reserved_bits))
                    << (first | bits) << (agreed ? ", agreed" : "");
                EXPECT_EQ(probe.sent_close_code(), allowed ? 0U : 1002U);
            }
        }
    }
}

TEST_P(session_codec, limit_of_a_message_is_exact_on_what_it_becomes) {
    for (const std::size_t limit : {0U, 1U, 100U, 16384U, 20000U, 100000U}) {
        for (const std::size_t size : {limit, limit + 1}) {
            for (const int way : {0, 1, 2}) {
                codec_probe probe{GetParam(),
                                  {.message_size_max = limit, .compressed_size_max = 100000}};
                const std::string plain(size, 'x');
                const auto half = run_lengths(plain).size() / 2;
                const auto bytes = way == 0 ? probe.binary(plain)
                    : probe.peer.frame(compressed | 0x2, run_lengths(plain).substr(0, half)) +
                        probe.peer.last_part(run_lengths(plain).substr(half));
                probe.lends = way != 1;
                const live_memory memory;
                probe.feed(bytes, way == 2 ? std::vector<std::size_t>(bytes.size(), 1)
                                           : std::vector<std::size_t>{bytes.size()});
                EXPECT_EQ(probe.sent_close_code(), size > limit ? 1009U : 0U)
                    << limit << ' ' << way;
                if (size <= limit) {
                    EXPECT_EQ(probe.events, std::vector{binary_event(plain)});
                }
            }
        }
    }
}

TEST_P(session_codec, no_more_is_held_than_the_limit) {
    constexpr std::size_t limit = 1'000'000;
    codec_probe probe{GetParam(), {.message_size_max = limit, .compressed_size_max = unlimited}};
    const auto bomb = probe.binary(std::string(100 * limit, 'x'));
    guard_page memory{bomb};
    probe.events.reserve(10);
    const allocation_counter allocations;
    probe.feed_in_place(memory.last(bomb.size()));
    EXPECT_EQ(probe.sent_close_code(), 1009U);
    EXPECT_LT(allocations.bytes(), 2 * limit + 60'000); // by doubling, and with small things
}

TEST_P(session_codec, limit_of_what_comes_is_one_of_its_own) {
    for (const std::size_t extra : {0U, 1U}) {
        codec_probe one{GetParam(), {.compressed_size_max = 50}};
        const auto length = static_cast<unsigned>(50 + extra);
        one.feed(one.peer.header(fin | compressed | 0x2, length, length));
        EXPECT_EQ(one.sent_close_code(), extra != 0 ? 1009U : 0U);

        codec_probe parts{GetParam(), {.compressed_size_max = 50}};
        const auto encoded = run_lengths("abcdefghijklmnopqrstuvwx"); // 49 bytes
        parts.feed(parts.peer.frame(compressed | 0x2, encoded.substr(0, 30)) +
                   parts.peer.part(encoded.substr(30)) +
                   parts.peer.header(fin, static_cast<unsigned>(1 + extra), 1 + extra));
        EXPECT_EQ(parts.error(), extra != 0 ? make_error_code(errc::message_too_big)
                                            : std::error_code{});
    }
    codec_probe usual{GetParam(), {.message_size_max = 160}};
    usual.feed(usual.peer.header(fin | compressed | 0x2, 126, 160 + 10 + 64));
    EXPECT_FALSE(usual.error());
    codec_probe beyond{GetParam(), {.message_size_max = 160}};
    beyond.feed(beyond.peer.header(fin | compressed | 0x2, 126, 160 + 10 + 64 + 1));
    EXPECT_EQ(beyond.error(), errc::message_too_big);
}

TEST_P(session_codec, what_cannot_be_decoded_fails_with_1007) {
    const std::string good = run_lengths("aaaa");
    for (const std::string& bad :
         {std::string(), good.substr(0, 1), good.substr(0, 2), good + "x"}) {
        for (const bool parts : {false, true}) {
            codec_probe probe{GetParam()};
            probe.feed(parts ? probe.peer.frame(compressed | 0x2, bad) + probe.peer.last_part("")
                             : probe.peer.frame(fin | compressed | 0x2, bad));
            EXPECT_EQ(probe.error(), errc::bad_compressed_data);
            EXPECT_EQ(probe.sent_close_code(), 1007U);
            EXPECT_EQ(probe.tested.outcome().began, side::peer);
        }
    }
}

TEST_P(session_codec, text_is_judged_as_it_becomes) {
    for (const std::string bad : {"a\xff", "\xe2\x98", "\xed\xa0\x80"}) {
        codec_probe probe{GetParam()};
        probe.feed(probe.text(bad));
        EXPECT_EQ(probe.error(), errc::bad_utf8);
        codec_probe parts{GetParam()};
        parts.feed(parts.peer.frame(compressed | 0x1, run_lengths(bad)) + parts.peer.last_part(""));
        EXPECT_EQ(parts.error(), errc::bad_utf8);
        codec_probe fine{GetParam()};
        fine.feed(fine.binary(bad));
        EXPECT_EQ(fine.events, std::vector{binary_event(bad)});
    }
    codec_probe large{GetParam()};
    large.feed(large.text(std::string(20'000, 'x') + "\xff"));
    EXPECT_EQ(large.error(), errc::bad_utf8);
}

TEST_P(session_codec, messages_are_dropped_after_a_close_in_a_pause) {
    codec_probe probe{GetParam()};
    probe.tested.pause(probe.now);
    probe.tested.close(close_code::normal, {}, probe.now);
    probe.feed(probe.text("dropped") + probe.text(std::string(30'000, 'x')) +
               probe.peer.frame(compressed | 0x2, run_lengths("a")) + probe.peer.last_part("") +
               probe.peer.close(1000));
    EXPECT_EQ(probe.events, std::vector{event_record{event_type::closed}});
    EXPECT_EQ(probe.codec().completed, 3U);
}

TEST_P(session_codec, work_in_progress_is_given_up_at_the_end) {
    codec_probe probe{GetParam()};
    probe.feed(probe.peer.frame(compressed | 0x2, "\x04"));
    EXPECT_TRUE(probe.tested.send_part(std::string(20, 'a'), false));
    probe.collect();
    EXPECT_EQ(probe.codec().given_up, 0U);
    probe.tested.abort(errc::aborted, side::local, phase::websocket, probe.now);
    EXPECT_EQ(probe.codec().given_up, 2U);
}

TEST_P(session_codec, views_survive_every_command) {
    for (const std::size_t size : {50U, 16384U, 30000U}) {
        codec_probe probe{GetParam()};
        scratch lent;
        probe.tested.borrow(lent);
        const std::string plain(size, 'v');
        auto bytes = probe.text(plain);
        probe.tested.receive(bytes, probe.now);
        const auto next = probe.tested.next_event(probe.now);
        EXPECT_EQ(to_text(next.payload), plain);
        EXPECT_TRUE(probe.tested.send(message(next.payload, true), compression::off));
        EXPECT_TRUE(probe.tested.send(message(next.payload, true), compression::on));
        probe.tested.settle_output();
        EXPECT_EQ(to_text(next.payload), plain);
        EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::none);
        probe.tested.settle();
        probe.collect();
        const auto frames = read_frames(probe.sent);
        ASSERT_EQ(frames.size(), 2U);
        EXPECT_EQ(frames[0].payload, plain);
        EXPECT_EQ(frames[1].payload, run_lengths(plain));
    }
}

TEST_P(session_codec, no_memory_is_taken_for_short_messages_nor_kept_between_any) {
    codec_probe probe{GetParam(), {}, {.allocates = false}};
    scratch lent;
    probe.tested.settle();
    const auto echo_one = [&](const std::string& plain) {
        auto bytes = probe.text(plain);
        probe.tested.borrow(lent);
        const allocation_counter allocations;
        probe.tested.receive(bytes, probe.now);
        const auto next = probe.tested.next_event(probe.now);
        EXPECT_EQ(next.payload.size(), plain.size());
        probe.tested.send(message(next.payload, next.is_text));
        EXPECT_EQ(probe.tested.next_event(probe.now).type, event_type::none);
        probe.tested.consume_output(probe.tested.output_size(), probe.now);
        probe.tested.settle();
        return allocations.count();
    };
    echo_one(std::string(1000, 'x'));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(echo_one(std::string(1000, 'x')), 2U); // the two streams of the tests' codec
    echo_one(std::string(100'000, 'x'));
    EXPECT_FALSE(probe.tested.owns_memory());
}

TEST_P(session_codec, memory_is_counted) {
    memory_account account;
    int owner = 0;
    codec_probe probe{GetParam(), {}, {.context = true}};
    probe.tested.settle();
    ASSERT_TRUE(probe.tested.owns_memory());
    probe.tested.count_memory(account, &owner, 0);
    EXPECT_GE(account.used(), 1000U);
    probe.tested.forget_account();
    EXPECT_EQ(account.used(), 0U);
}

/// A conversation in which the nth allocation fails.
struct failing_conversation {
    std::error_code error;
    bool failed = false;
    std::vector<event_record> events;

    failing_conversation(role ours, std::size_t nth, shortage kind) {
        codec_probe probe{ours, {}, {.context = true}};
        codec_probe other{ours == role::server ? role::client : role::server,
                          {},
                          {.context = true}};
        std::vector<byte_string> inputs;
        for (const std::size_t size : {10U, 1000U, 20'000U}) {
            other.tested.send(std::string(size, 'x'));
            other.tested.send_part(std::string(size, 'y'), false);
            other.tested.send_part(std::string(size, 'z'), true);
            other.collect();
            inputs.push_back(other.take_sent());
        }
        std::vector<std::byte> sent;
        sent.reserve(1'000'000);
        {
            scratch lent;
            failing_allocation failing(nth, kind);
            for (auto& input : inputs) {
                if (&input != &inputs[1]) probe.tested.borrow(lent);
                probe.tested.receive(input, probe.now);
                for (;;) {
                    const event next = probe.tested.next_event(probe.now);
                    if (next.type == event_type::none) break;
                    failing.pause();
                    events.push_back({next.type, next.is_text, to_text(next.payload)});
                    failing.resume();
                    answer(probe, next);
                    for (const auto piece : probe.tested.output()) {
                        failing.pause();
                        sent.insert(sent.end(), piece.begin(), piece.end());
                        failing.resume();
                    }
                    probe.tested.consume_output(probe.tested.output_size(), probe.now);
                }
                probe.tested.settle();
            }
            failed = failing.happened();
        }
        error = probe.error();
        check(other, sent);
    }

private:
    /// A command that throws has done nothing, so it may be given up.
    static void answer(codec_probe& probe, const event& next) {
        try {
            const message text(next.payload, true);
            probe.tested.send(text, compression::on);
            probe.tested.send_part(text, false, compression::on);
        } catch (const std::bad_alloc&) {
        }
        try {
            probe.tested.send_part(message("the end"), true);
        } catch (const std::bad_alloc&) {
        }
    }

    /// Whatever was sent is whole frames that the other side can decode.
    static void check(codec_probe& other, const byte_string& sent) {
        for (const auto& frame : read_frames(sent))
            ASSERT_NE(frame.first, 0xffU);
        other.feed(sent);
        const auto why = other.error();
        EXPECT_TRUE(!why || why == std::errc::not_enough_memory) << why.message();
    }
};

TEST_P(session_codec, memory_that_runs_out_leaks_nothing_and_leaves_whole_messages) {
    for (const shortage kind : {shortage::once, shortage::lasting}) {
        bool failed = true;
        std::size_t nth = 1;
        for (; failed; ++nth) {
            const allocation_counter allocations;
            {
                const failing_conversation run(GetParam(), nth, kind);
                failed = run.failed;
                if (run.error) {
                    EXPECT_EQ(run.error, std::errc::not_enough_memory) << nth;
                }
                if (!failed) {
                    EXPECT_EQ(run.events.size(), 6U);
                }
            }
            ASSERT_EQ(allocations.live(), 0U) << nth;
        }
        EXPECT_GT(nth, 20U);
    }
}

} // namespace
} // namespace weft
