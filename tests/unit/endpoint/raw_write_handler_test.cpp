// SPDX-License-Identifier: MIT
// A write handler of an io_stream that uses the raw connection whose output it is taking.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/endpoint/raw_server.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/virtual_clock.hpp>
#include <weft/stream/io_stream.hpp>

namespace weft {
namespace {

/// A raw connection. Its write handler calls `then` once, after taking up to `room` bytes.
class raw_write_handler : public ::testing::Test {
protected:
    void SetUp() override { serve(); }

    void serve() {
        sent.clear();
        ended.reset();
        shut_down = false;
        io.emplace(loop.driver(), [this](std::span<const std::span<const std::byte>> pieces) {
            return result<std::size_t>(take(pieces));
        });
        io->on_shutdown([this] { shut_down = true; });
        here = &server.serve(io->take_stream());
        settle();
    }

    void settle() {
        turn_result turn{true};
        while (turn.did_something || turn.more_waiting) turn = loop.run_ready({});
    }

    std::size_t take(std::span<const std::span<const std::byte>> pieces) {
        std::size_t size = 0;
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(piece.size(), room - size));
            sent.append(reinterpret_cast<const char*>(part.data()), part.size());
            size += part.size();
        }
        room -= size;
        if (auto once = std::exchange(then, {})) once();
        return size;
    }

    /// Lets the write handler take everything.
    void read_on() {
        room = SIZE_MAX;
        if (io) io->writable();
        settle();
    }

    virtual_clock clock;
    event_loop loop{{.engine = engine_kind::virtual_time, .clock = &clock}};
    function<void()> then;
    std::string sent;
    std::size_t room = SIZE_MAX;
    bool shut_down = false;
    std::optional<std::error_code> ended;
    std::optional<io_stream> io;
    raw_connection* here = nullptr;
    raw_server server{loop, {.close = [this](raw_connection& c, const report& why) {
                          if (&c != here) return; // an earlier one
                          ended = why.error;
                          here = nullptr;
                      }}};
};

TEST_F(raw_write_handler, may_send_on_its_connection) {
    for (const std::size_t outer : {10, 20'000, 200'000}) {
        for (const std::size_t nested : {10, 20'000, 200'000}) {
            for (const std::size_t taken : {std::size_t(0), std::size_t(3), std::size_t(5'000),
                                            std::size_t(20'003), SIZE_MAX}) {
                SCOPED_TRACE(::testing::Message() << outer << ' ' << nested << ' ' << taken);
                sent.clear();
                room = taken;
                then = [&] {
                    EXPECT_NE(here->send(std::string(nested, 'b')), send_result::closed);
                    EXPECT_NE(here->send("c"), send_result::closed);
                };
                EXPECT_EQ(here->send("first"), send_result::accepted);
                EXPECT_NE(here->send(std::string(outer, 'a')), send_result::closed);
                settle();
                EXPECT_FALSE(then);
                EXPECT_EQ(here->buffered_amount() == 0, taken > sent.size());
                read_on();
                EXPECT_TRUE(sent == "first" + std::string(outer, 'a') +
                                        std::string(nested, 'b') + "c");
                EXPECT_EQ(here->buffered_amount(), 0U);
            }
        }
    }
}

TEST_F(raw_write_handler, may_end_the_output) {
    for (const bool closes : {false, true}) {
        for (const std::size_t taken : {std::size_t(5'000), SIZE_MAX}) {
            serve();
            room = taken;
            then = [&] {
                EXPECT_NE(here->send("b"), send_result::closed);
                closes ? here->close() : here->finish();
                here->pause();
                EXPECT_FALSE(shut_down);
                EXPECT_EQ(here->send("c"), send_result::closed);
            };
            here->send(std::string(20'000, 'a'));
            settle();
            EXPECT_EQ(shut_down, taken == SIZE_MAX);
            read_on();
            EXPECT_EQ(sent, std::string(20'000, 'a') + 'b');
            EXPECT_TRUE(shut_down);
            if (here) here->resume();
            io->eof();
            settle();
            EXPECT_EQ(ended, std::error_code());
        }
    }
}

TEST_F(raw_write_handler, may_abort_its_connection) {
    for (const bool whole : {false, true}) {
        serve();
        room = whole ? SIZE_MAX : 5'000;
        then = [&] { here->abort(); };
        here->send("first");
        EXPECT_EQ(here->send(std::string(20'000, 'a')), send_result::closed);
        read_on();
        EXPECT_EQ(ended, errc::aborted);
        EXPECT_EQ(sent.size(), whole ? 20'005U : 5'000U);
    }
}

TEST_F(raw_write_handler, may_destroy_its_stream) {
    then = [&] {
        EXPECT_NE(here->send(std::string(20'000, 'b')), send_result::closed);
        io.reset();
    };
    here->send(std::string(20'000, 'a'));
    settle();
    EXPECT_EQ(sent, std::string(20'000, 'a'));
    EXPECT_EQ(ended, std::errc::broken_pipe);
}

} // namespace
} // namespace weft
