// SPDX-License-Identifier: MIT
// A stream that is fed by hand: the stream kit, iostreams, ends, partial output, calls from
// everywhere.
#include <weft/stream/io_stream.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <weft/testing/stream_kit.hpp>

#include "joined_io_streams.hpp"
#include "probes.hpp"

namespace weft {
namespace {

using pieces_of_output = std::span<const std::span<const std::byte>>;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(io_stream, passes_the_stream_kit) {
    const auto make = [] { return std::make_unique<testing::joined_io_streams>(); };
    for (const auto& one : testing::check_stream(make)) ADD_FAILURE() << one;
}

/// A connection's end, and what it hears.
class connection_end final : public work_item, public stream_events {
public:
    explicit connection_end(std::unique_ptr<stream> own) : own_(std::move(own)) {
        own_->start(*this);
    }

    stream& own() { return *own_; }
    result<std::size_t> write(std::string_view text) {
        const std::array one{bytes_of(text)};
        return own_->write(one);
    }

    bool willing = true;
    std::string received;
    log events;
    std::error_code error;
    std::function<void(const std::string&)> on_event;

private:
    bool wants_bytes() noexcept override { return willing; }
    void on_receive(std::span<std::byte> bytes) override {
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        tell("receive");
    }
    void on_eof() override { tell("eof"); }
    void on_writable() override { tell("writable"); }
    void on_error(std::error_code why) override {
        error = why;
        tell("error");
    }
    void run() noexcept override {}
    void tell(const std::string& what) {
        events.push_back(what);
        if (on_event) on_event(what);
    }

    std::unique_ptr<stream> own_;
};

class io_stream_test : public ::testing::Test {
protected:
    result<std::size_t> take(pieces_of_output pieces) {
        if (on_write) on_write();
        if (fails) return failure(fails);
        std::size_t size = 0;
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(piece.size(), room - size));
            written.append(reinterpret_cast<const char*>(part.data()), part.size());
            size += part.size();
        }
        return size;
    }

    manual_driver d;
    std::string written;
    std::size_t room = SIZE_MAX; // of one write
    std::error_code fails;
    std::function<void()> on_write;
    std::optional<io_stream> io{std::in_place, d, [this](auto pieces) { return take(pieces); }};
    std::unique_ptr<connection_end> end = std::make_unique<connection_end>(io->take_stream());
};

TEST_F(io_stream_test, feeding_tells_in_the_next_turn) {
    io->read_all(bytes_of("hello"));
    EXPECT_EQ(end->received, "");
    EXPECT_TRUE(d.waiting());
    d.settle();
    EXPECT_EQ(end->received, "hello");
    EXPECT_EQ(end->write("answer").value(), 6U);
    EXPECT_EQ(written, "answer");
    EXPECT_FALSE(d.settle());
}

TEST_F(io_stream_test, an_istream_is_read_in_portions_without_an_end) {
    std::istringstream in(std::string(200'000, 'x'));
    int portions = 0;
    while (in >> *io) {
        ++portions;
        d.settle();
    }
    EXPECT_EQ(portions, 4);
    EXPECT_TRUE(in.eof());
    EXPECT_EQ(end->received, std::string(200'000, 'x'));
    EXPECT_EQ(end->events.back(), "receive");
    io->eof();
    d.settle();
    EXPECT_EQ(end->events.back(), "eof");
}

TEST_F(io_stream_test, read_some_takes_what_there_is_room_for) {
    end->own().pause();
    const std::string much(100'000, 'x');
    EXPECT_EQ(io->room(), 64U * 1024);
    EXPECT_EQ(io->read_some(bytes_of(much)), 64U * 1024);
    EXPECT_EQ(io->read_some(bytes_of(much)), 0U);
    EXPECT_FALSE(d.waiting());
    io->read_all(bytes_of(much)); // also what there is no room for
    end->own().resume();
    d.settle();
    EXPECT_EQ(end->received.size(), 64U * 1024 + 100'000);
    EXPECT_EQ(io->room(), 64U * 1024);
}

TEST_F(io_stream_test, eof_is_not_lost_while_nobody_reads) {
    end->own().pause();
    io->read_all(bytes_of("last"));
    io->eof();
    io->eof();
    io->read_all(bytes_of("too late"));
    EXPECT_EQ(io->read_some(bytes_of("too late")), 0U);
    d.settle();
    EXPECT_EQ(end->events, log{});
    end->own().resume();
    d.settle();
    EXPECT_EQ(end->received, "last");
    EXPECT_EQ(end->events, (log{"receive", "eof"}));
}

TEST_F(io_stream_test, eof_is_not_lost_before_the_stream_is_taken) {
    io_stream early(d, [](pieces_of_output) -> result<std::size_t> { return 0U; });
    early.read_all(bytes_of("a"));
    early.eof();
    connection_end late(early.take_stream());
    d.settle();
    EXPECT_EQ(late.events, (log{"receive", "eof"}));
}

TEST_F(io_stream_test, a_fatal_error_is_reported_at_once_and_even_while_paused) {
    end->own().pause();
    io->read_all(bytes_of("lost"));
    io->fatal_error(std::make_error_code(std::errc::host_unreachable));
    d.settle();
    EXPECT_EQ(end->events, log{"error"});
    EXPECT_EQ(end->error, std::errc::host_unreachable);
    EXPECT_TRUE(io->closed());
    EXPECT_FALSE(end->write("x"));
}

TEST_F(io_stream_test, a_write_handler_may_take_a_part) {
    room = 4;
    EXPECT_EQ(end->write("123456").value(), 4U);
    EXPECT_TRUE(io->output_waits());
    EXPECT_FALSE(d.waiting());
    io->writable();
    io->writable();
    d.settle();
    EXPECT_EQ(end->events, log{"writable"});
    EXPECT_FALSE(io->output_waits());
    io->writable(); // for nothing
    EXPECT_FALSE(d.settle());
}

TEST_F(io_stream_test, writable_may_come_before_the_write_handler_returns) {
    room = 1;
    on_write = [&] { io->writable(); };
    EXPECT_EQ(end->write("12").value(), 1U);
    d.settle();
    EXPECT_EQ(end->events, log{"writable"});
}

TEST_F(io_stream_test, a_write_handler_that_fails_ends_the_stream) {
    fails = std::make_error_code(std::errc::connection_aborted);
    EXPECT_EQ(end->write("x").error(), std::errc::connection_aborted);
    io->read_all(bytes_of("ignored"));
    d.settle();
    EXPECT_EQ(end->events, log{});
    EXPECT_TRUE(io->closed());
}

TEST_F(io_stream_test, a_write_handler_that_throws_ends_the_stream) {
    int caught = 0;
    d.on_error([&](std::exception_ptr) { ++caught; });
    on_write = [] { throw std::runtime_error("no"); };
    EXPECT_EQ(end->write("x").error(), std::errc::io_error);
    EXPECT_EQ(caught, 1);
}

TEST_F(io_stream_test, everything_may_be_called_in_the_write_handler) {
    on_write = [&] {
        io->read_all(bytes_of("fed in a write"));
        io->writable();
        io->eof();
        io.reset();
    };
    EXPECT_EQ(end->write("x").value(), 1U);
    EXPECT_EQ(end->events, log{});
    d.settle();
    EXPECT_EQ(end->received, "fed in a write");
    EXPECT_EQ(end->events, (log{"receive", "eof"}));
    EXPECT_EQ(end->write("x").error(), std::errc::broken_pipe);
}

TEST_F(io_stream_test, everything_may_be_called_from_events) {
    end->on_event = [&](const std::string&) {
        if (end->events.size() > 1) return;
        io->read_all(bytes_of("b"));
        std::istringstream more("c");
        more >> *io;
        io->eof();
    };
    io->read_all(bytes_of("a"));
    d.settle();
    EXPECT_EQ(end->received, "abc");
    EXPECT_EQ(end->events, (log{"receive", "receive", "eof"}));
}

TEST_F(io_stream_test, the_shutdown_handler_is_called_once_in_a_turn) {
    int calls = 0;
    io->on_shutdown([&] {
        ++calls;
        EXPECT_TRUE(d.in_turn());
        io->eof();
    });
    end->own().half_close();
    EXPECT_EQ(calls, 0);
    d.settle();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(end->events, log{"eof"});
    EXPECT_FALSE(io->closed());
    end->own().close();
    d.settle();
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(io->closed());
}

TEST_F(io_stream_test, the_shutdown_handler_is_called_when_the_connection_is_destroyed) {
    int calls = 0;
    io->on_shutdown([&] {
        ++calls;
        io.reset();
    });
    end.reset();
    EXPECT_TRUE(io->closed());
    d.settle();
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(io);
}

TEST_F(io_stream_test, destroying_the_callers_end_is_an_eof_and_output_fails) {
    room = 1;
    EXPECT_EQ(end->write("12").value(), 1U);
    io->read_all(bytes_of("last"));
    io.reset();
    d.settle();
    EXPECT_EQ(end->events, (log{"writable", "receive", "eof"}));
    EXPECT_FALSE(end->write("2"));
}

TEST_F(io_stream_test, both_ends_may_go_in_an_event) {
    end->on_event = [&](const std::string&) {
        io.reset();
        d.retire(end.release());
    };
    io->read_all(bytes_of("x"));
    d.settle();
    EXPECT_FALSE(d.waiting());
}

TEST_F(io_stream_test, moves) {
    io_stream moved = std::move(*io);
    moved.read_all(bytes_of("moved"));
    *io = std::move(moved);
    d.settle();
    EXPECT_EQ(end->received, "moved");
}

TEST(io_stream, a_stream_that_is_never_taken_is_freed) {
    manual_driver d;
    std::ostringstream out;
    const io_stream unused(d, out);
    EXPECT_FALSE(unused.closed());
}

TEST(io_stream, returns_the_options_that_describe_the_peer) {
    manual_driver d;
    std::ostringstream out;
    io_stream io(d, out, {.secure = true, .remote = address::ipv4({192, 0, 2, 7}, 4711)});
    connection_end end(io.take_stream());
    EXPECT_TRUE(end.own().secure());
    EXPECT_EQ(end.own().remote_address().str(), "192.0.2.7:4711");
    EXPECT_EQ(end.own().local_address(), address());
}

TEST(io_stream, writes_to_an_ostream_and_tells_when_that_fails) {
    manual_driver d;
    std::ostringstream out;
    io_stream io(d, out);
    connection_end end(io.take_stream());
    const std::string one = "one ";
    const std::string two = "two";
    const std::array pieces{bytes_of(one), bytes_of(two)};
    EXPECT_EQ(end.own().write(pieces).value(), 7U);
    EXPECT_EQ(out.str(), "one two");
    out.setstate(std::ios::badbit);
    EXPECT_EQ(end.write("x").error(), std::errc::io_error);
}

TEST(io_stream, an_ostream_that_throws_ends_the_stream) {
    manual_driver d;
    int caught = 0;
    d.on_error([&](std::exception_ptr) { ++caught; });
    struct full_buffer final : std::streambuf {} full;
    std::ostream out(&full);
    out.exceptions(std::ios::badbit);
    io_stream io(d, out);
    connection_end end(io.take_stream());
    EXPECT_EQ(end.write("x").error(), std::errc::io_error);
    EXPECT_EQ(caught, 1);
}

} // namespace
} // namespace weft
