// SPDX-License-Identifier: MIT
// A pipe in memory keeps the contract of streams: partial writes, pauses, ends, and death at any
// moment.
#include <weft/stream/memory_pipe.hpp>

#include <weft/stream/manual_driver.hpp>

#include "probes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>

namespace weft {
namespace {

/// Owns one end and hears its events.
class end_of_pipe final : public stream_events {
public:
    explicit end_of_pipe(std::unique_ptr<memory_stream> end) : stream(std::move(end)) {
        stream->start(*this);
    }
    ~end_of_pipe() { retire(); }

    void retire() {
        if (stream) stream->driver().retire(stream.release());
    }

    result<std::size_t> write(std::string_view text) {
        const std::array pieces{std::as_bytes(std::span(text))};
        return stream->write(pieces);
    }

    [[nodiscard]] bool wants_bytes() noexcept override { return willing; }
    void on_receive(std::span<std::byte> bytes) override {
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        tell("receive");
        for (auto& byte : bytes) byte = {}; // its own to overwrite, also after it was closed
    }
    void on_eof() override { tell("eof"); }
    void on_writable() override { tell("writable"); }
    void on_error(std::error_code why) override {
        error = why;
        tell("error");
    }

    std::unique_ptr<memory_stream> stream;
    bool willing = true;
    std::string received;
    log events;
    std::error_code error;
    std::function<void(const std::string&)> on_event;

private:
    void tell(const std::string& what) {
        events.push_back(what);
        if (on_event) on_event(what);
    }
};

class memory_pipe_test : public ::testing::Test {
private:
    manual_driver driver_;
    std::pair<std::unique_ptr<memory_stream>, std::unique_ptr<memory_stream>> ends_ =
        memory_pipe(driver_, driver_, 8);

protected:
    manual_driver& d = driver_;
    end_of_pipe a{std::move(ends_.first)};
    end_of_pipe b{std::move(ends_.second)};
};

TEST_F(memory_pipe_test, bytes_go_both_ways) {
    EXPECT_EQ(a.write("to b").value(), 4U);
    EXPECT_EQ(b.write("to a").value(), 4U);
    EXPECT_EQ(a.stream->in_flight(), 4U);
    EXPECT_EQ(b.received, ""); // never from inside a call
    EXPECT_TRUE(d.settle());
    EXPECT_EQ(b.received, "to b");
    EXPECT_EQ(a.received, "to a");
    EXPECT_EQ(a.stream->in_flight(), 0U);
    EXPECT_FALSE(d.settle());
    EXPECT_EQ(a.stream->local_address(), address());
    EXPECT_FALSE(a.stream->secure());
}

TEST_F(memory_pipe_test, pieces_keep_their_order) {
    const std::string one = "ab";
    const std::string two = "cde";
    const std::array pieces{std::as_bytes(std::span(one)), std::span<const std::byte>{},
                            std::as_bytes(std::span(two))};
    EXPECT_EQ(a.stream->write(pieces).value(), 5U);
    EXPECT_EQ(a.stream->write({}).value(), 0U);
    d.settle();
    EXPECT_EQ(b.received, "abcde");
    EXPECT_EQ(a.events, log{});
}

TEST_F(memory_pipe_test, a_full_pipe_takes_a_part_and_says_when_there_is_room) {
    EXPECT_EQ(a.write("0123456789").value(), 8U);
    EXPECT_EQ(a.write("x").value(), 0U);
    d.settle();
    EXPECT_EQ(a.events, log{"writable"}); // once
    EXPECT_EQ(a.write("89").value(), 2U);
    d.settle();
    EXPECT_EQ(b.received, "0123456789");
    EXPECT_EQ(a.events, log{"writable"}); // not after a whole write
}

TEST_F(memory_pipe_test, an_exact_fit_is_a_whole_write) {
    EXPECT_EQ(a.write("01234567").value(), 8U);
    d.settle();
    EXPECT_EQ(a.events, log{});
}

TEST_F(memory_pipe_test, pieces_that_do_not_fit_are_cut_where_the_room_ends) {
    const std::string six = "012345";
    const std::array pieces{std::as_bytes(std::span(six)), std::as_bytes(std::span(six)),
                            std::as_bytes(std::span(six))};
    EXPECT_EQ(a.stream->write(pieces).value(), 8U);
    d.settle();
    EXPECT_EQ(b.received, "01234501");
}

TEST_F(memory_pipe_test, a_long_text_gets_through_a_small_pipe) {
    std::string text;
    for (int i = 0; i < 1'000; ++i) text += static_cast<char>('a' + i % 26);
    std::size_t sent = a.write(text).value();
    a.on_event = [&](const std::string&) {
        sent += a.write(std::string_view(text).substr(sent)).value();
    };
    b.stream->deliver_at_most(3);
    d.settle();
    EXPECT_EQ(b.received, text);
}

TEST_F(memory_pipe_test, deliveries_can_be_split) {
    b.stream->deliver_at_most(1);
    ASSERT_TRUE(a.write("abc"));
    d.settle();
    EXPECT_EQ(b.events, (log{"receive", "receive", "receive"}));
    b.stream->deliver_at_most(0);
    ASSERT_TRUE(a.write("de"));
    d.settle();
    EXPECT_EQ(b.received, "abcde");
}

TEST_F(memory_pipe_test, a_paused_end_hears_and_wakes_nobody) {
    b.stream->pause();
    ASSERT_TRUE(a.write("01234567"));
    EXPECT_FALSE(d.waiting());
    a.stream->half_close();
    EXPECT_FALSE(d.waiting());
    b.stream->resume();
    EXPECT_TRUE(d.settle());
    EXPECT_EQ(b.events, (log{"receive", "eof"}));
}

TEST_F(memory_pipe_test, a_pause_also_stops_what_was_under_way) {
    ASSERT_TRUE(a.write("x"));
    b.stream->pause();
    d.settle();
    EXPECT_EQ(b.events, log{});
    b.stream->resume();
    b.stream->resume();
    d.settle();
    EXPECT_EQ(b.events, log{"receive"});
}

TEST_F(memory_pipe_test, pausing_from_on_receive) {
    b.stream->deliver_at_most(1);
    b.on_event = [&](const std::string&) { b.stream->pause(); };
    ASSERT_TRUE(a.write("xy"));
    d.settle();
    EXPECT_EQ(b.received, "x");
    b.stream->resume();
    d.settle();
    EXPECT_EQ(b.received, "xy");
}

TEST_F(memory_pipe_test, a_paused_end_may_write_and_hears_of_room) {
    b.stream->pause();
    EXPECT_EQ(b.write("0123456789").value(), 8U);
    d.settle();
    EXPECT_EQ(b.events, log{"writable"});
}

TEST_F(memory_pipe_test, an_unwilling_sink_is_asked_once_and_then_after_resume) {
    b.willing = false;
    ASSERT_TRUE(a.write("x"));
    d.settle();
    ASSERT_TRUE(a.write("y"));
    EXPECT_FALSE(d.waiting());
    a.stream->half_close();
    EXPECT_FALSE(d.waiting());
    b.willing = true;
    EXPECT_FALSE(d.settle());
    b.stream->resume();
    d.settle();
    EXPECT_EQ(b.received, "xy");
    EXPECT_EQ(b.events, (log{"receive", "eof"}));
}

TEST_F(memory_pipe_test, half_closing_ends_one_direction_behind_its_bytes) {
    ASSERT_TRUE(a.write("last"));
    a.stream->half_close();
    a.stream->half_close();
    d.settle();
    EXPECT_EQ(b.events, (log{"receive", "eof"}));
    ASSERT_TRUE(b.write("answer"));
    b.stream->half_close();
    d.settle();
    EXPECT_EQ(a.events, (log{"receive", "eof"}));
    EXPECT_EQ(b.events.size(), 2U);
}

TEST_F(memory_pipe_test, a_write_behind_a_half_close_ends_the_stream_without_an_event) {
    a.stream->half_close();
    EXPECT_EQ(a.write("more").error(), std::errc::broken_pipe);
    b.stream->reset();
    d.settle();
    EXPECT_EQ(a.events, log{});
}

TEST_F(memory_pipe_test, what_was_taken_before_a_close_still_arrives) {
    ASSERT_TRUE(a.write("last"));
    a.stream->close();
    a.stream->close();
    d.settle();
    EXPECT_EQ(b.received, "last");
    EXPECT_EQ(b.events, (log{"receive", "eof"}));
    EXPECT_EQ(a.events, log{});
}

TEST_F(memory_pipe_test, a_closed_end_hears_nothing) {
    ASSERT_TRUE(b.write("too late"));
    a.stream->close();
    d.settle();
    EXPECT_EQ(a.events, log{});
    EXPECT_EQ(a.write("x").error(), std::errc::broken_pipe);
    a.stream->resume();
    EXPECT_FALSE(d.waiting());
}

TEST_F(memory_pipe_test, a_failed_write_ends_the_stream) {
    ASSERT_TRUE(b.write("ignored"));
    b.stream->close();
    EXPECT_EQ(a.write("x").error(), std::errc::broken_pipe);
    d.settle();
    EXPECT_EQ(a.events, log{});
}

TEST_F(memory_pipe_test, who_waits_for_room_hears_that_the_peer_left) {
    a.stream->pause();
    EXPECT_EQ(a.write("0123456789").value(), 8U);
    b.stream->close();
    d.settle();
    EXPECT_EQ(a.events, log{"writable"});
    EXPECT_FALSE(a.write("89"));
}

TEST_F(memory_pipe_test, a_reset_breaks_the_other_end) {
    for (const bool paused : {false, true}) {
        auto ends = memory_pipe(d, d);
        end_of_pipe one(std::move(ends.first));
        end_of_pipe two(std::move(ends.second));
        if (paused) two.stream->pause();
        ASSERT_TRUE(one.write("lost"));
        ASSERT_TRUE(two.write("lost"));
        one.stream->reset();
        d.settle();
        EXPECT_EQ(one.events, log{});
        EXPECT_EQ(two.events, log{"error"});
        EXPECT_EQ(two.error, std::errc::connection_reset);
        EXPECT_FALSE(two.write("x"));
    }
}

TEST_F(memory_pipe_test, a_write_that_fails_replaces_the_error_event) {
    a.stream->reset();
    EXPECT_FALSE(b.write("x"));
    d.settle();
    EXPECT_EQ(b.events, log{});
}

TEST_F(memory_pipe_test, what_came_before_start_is_reported_after_it) {
    auto ends = memory_pipe(d, d);
    end_of_pipe one(std::move(ends.first));
    ASSERT_TRUE(one.write("early"));
    one.stream->half_close();
    EXPECT_FALSE(d.waiting());
    end_of_pipe two(std::move(ends.second));
    EXPECT_EQ(two.events, log{});
    d.settle();
    EXPECT_EQ(two.events, (log{"receive", "eof"}));
}

TEST_F(memory_pipe_test, destroying_an_end_closes_it) {
    ASSERT_TRUE(a.write("last"));
    a.retire(); // outside a turn: dies at once
    d.settle();
    EXPECT_EQ(b.events, (log{"receive", "eof"}));
    b.retire();
    EXPECT_FALSE(d.waiting());
}

TEST_F(memory_pipe_test, events_come_only_in_turns) {
    b.on_event = [&](const std::string&) { EXPECT_TRUE(d.in_turn()); };
    ASSERT_TRUE(a.write("x"));
    a.stream->close();
    d.settle();
    EXPECT_EQ(b.events.size(), 2U);
}

TEST_F(memory_pipe_test, echoing_from_on_receive) {
    b.on_event = [&](const std::string& what) {
        ASSERT_EQ(what, "receive");
        EXPECT_TRUE(b.write(b.received));
    };
    ASSERT_TRUE(a.write("echo"));
    d.settle();
    EXPECT_EQ(a.received, "echo");
}

TEST(memory_pipe, joins_two_drivers) {
    manual_driver here;
    manual_driver there;
    auto ends = memory_pipe(here, there);
    end_of_pipe a(std::move(ends.first));
    end_of_pipe b(std::move(ends.second));
    ASSERT_TRUE(a.write("x"));
    EXPECT_FALSE(here.waiting());
    EXPECT_TRUE(there.waiting());
    there.settle();
    EXPECT_EQ(b.received, "x");
    a.stream->close();
    EXPECT_FALSE(here.waiting());
    there.settle();
    EXPECT_EQ(b.events, (log{"receive", "eof"}));
}

// --- the end of either stream from each callback

struct ending {
    const char* name;
    void (*end)(end_of_pipe& own, end_of_pipe& other);
};

constexpr ending endings[] = {
    {"close", [](end_of_pipe& own, end_of_pipe&) { own.stream->close(); }},
    {"reset", [](end_of_pipe& own, end_of_pipe&) { own.stream->reset(); }},
    {"retire", [](end_of_pipe& own, end_of_pipe&) { own.retire(); }},
    {"close_and_bury",
     [](end_of_pipe& own, end_of_pipe&) {
         own.stream->close();
         own.retire();
     }},
    {"close_the_peer", [](end_of_pipe&, end_of_pipe& other) { other.stream->close(); }},
    {"bury_the_peer", [](end_of_pipe&, end_of_pipe& other) { other.retire(); }},
    {"bury_both",
     [](end_of_pipe& own, end_of_pipe& other) {
         own.retire();
         other.retire();
     }},
};

class memory_pipe_ending : public ::testing::TestWithParam<std::tuple<ending, const char*>> {};

TEST_P(memory_pipe_ending, is_legal_from_each_callback) {
    const ending how = std::get<0>(GetParam());
    const std::string event = std::get<1>(GetParam());
    manual_driver d;
    auto ends = memory_pipe(d, d, 4);
    end_of_pipe own(std::move(ends.first));
    end_of_pipe other(std::move(ends.second));
    own.stream->deliver_at_most(2);
    bool ended = false;
    std::size_t events_at_end = 0;
    own.on_event = [&, how, event](const std::string& what) {
        if (what != event || ended) return;
        ended = true;
        events_at_end = own.events.size();
        how.end(own, other);
    };
    ASSERT_TRUE(own.write("123456"));
    ASSERT_TRUE(other.write("1234"));
    d.advance(at(0));
    d.advance(at(0));
    if (other.stream && !ended) {
        if (event == "error") other.stream->reset();
        if (event == "eof") other.stream->half_close();
    }
    d.settle();
    EXPECT_TRUE(ended);
    const bool by_peer = std::string(how.name).find("peer") != std::string::npos;
    EXPECT_TRUE(by_peer || own.events.size() == events_at_end);
}

INSTANTIATE_TEST_SUITE_P(
    each, memory_pipe_ending,
    ::testing::Combine(::testing::ValuesIn(endings),
                       ::testing::Values("receive", "writable", "eof", "error")),
    [](const auto& tested) {
        return std::string(std::get<0>(tested.param).name) + "_in_" + std::get<1>(tested.param);
    });

} // namespace
} // namespace weft
