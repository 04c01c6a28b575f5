// SPDX-License-Identifier: MIT
// A TLS stream over an io_stream, whose write handler calls the TLS stream that it takes ciphertext
// from.
#pragma once

#include <weft/stream/io_stream.hpp>

#include "support/pass_on.hpp"
#include "support/tls_fixture.hpp"

namespace weft {
namespace {

/// Two TLS streams over io_streams. The server's write handler calls `then` once, after it has
/// taken up to `room` bytes.
class tls_over_io_streams : public ::testing::Test {
protected:
    void SetUp() override {
        server.emplace(local_server()->cover(server_io.take_stream(), {}));
        client.emplace(trusting_client()->cover(client_io.take_stream(), "localhost"));
        server_io.on_shutdown([this] { client_io.eof(); });
        client_io.on_shutdown([this] { server_io.eof(); });
    }

    void open() {
        driver.settle();
        ASSERT_EQ(server->events, std::vector<std::string>{"open"});
        server->events.clear();
    }

    std::size_t take(std::span<const std::span<const std::byte>> pieces) {
        std::size_t size = 0;
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(piece.size(), room - size));
            client_io.read_all(part);
            size += part.size();
        }
        room -= size;
        ++writes;
        if (auto once = std::exchange(then, {})) once();
        return size;
    }

    result<std::size_t> write(const std::string& text) {
        const auto bytes = std::as_bytes(std::span(text));
        return server->stream->write(std::span(&bytes, 1));
    }

    void read_on() {
        room = SIZE_MAX;
        server_io.writable();
        driver.settle();
    }

    manual_driver driver;
    std::function<void()> then;
    std::size_t room = SIZE_MAX;
    int writes = 0;
    io_stream client_io{driver, [this](std::span<const std::span<const std::byte>> pieces) {
                            return result<std::size_t>(pass_on(pieces, server_io));
                        }};
    io_stream server_io{driver, [this](std::span<const std::span<const std::byte>> pieces) {
                            return result<std::size_t>(take(pieces));
                        }};
    std::optional<tls_end> server;
    std::optional<tls_end> client;
};

TEST_F(tls_over_io_streams, may_be_written_to_by_their_write_handler) {
    open();
    for (const std::size_t outer : {1, 20'000, 100'000}) {
        for (const std::size_t nested : {1, 20'000, 100'000}) {
            for (const std::size_t taken : {std::size_t(0), std::size_t(10'000), SIZE_MAX}) {
                SCOPED_TRACE(::testing::Message() << outer << ' ' << nested << ' ' << taken);
                std::string text(outer, 'a'); // overwritten and freed by the write handler
                client->received.clear();
                room = taken;
                then = [&] {
                    text = std::string(300'000, 'x');
                    const auto part = write(std::string(nested, 'b'));
                    ASSERT_TRUE(part);
                    if (*part < nested) server->outbox = std::string(nested - *part, 'b');
                };
                const auto part = write(text);
                ASSERT_TRUE(part);
                EXPECT_EQ(*part, outer);
                driver.settle();
                read_on();
                EXPECT_EQ(server->outbox, "");
                EXPECT_EQ(client->received, std::string(outer, 'a') + std::string(nested, 'b'));
            }
        }
    }
}

TEST_F(tls_over_io_streams, take_a_part_of_a_lot_and_go_on_in_later_rounds) {
    open();
    writes = 0;
    server->send(many(1'000'000));
    EXPECT_EQ(server->events, std::vector<std::string>{}); // never from inside a call
    driver.settle();
    EXPECT_EQ(server->outbox, "");
    EXPECT_TRUE(client->received == many(1'000'000));
    EXPECT_LT(writes, 20);
    EXPECT_EQ(server->tls().output_pending(), 0U);
}

TEST_F(tls_over_io_streams, may_be_ended_by_their_write_handler) {
    open();
    then = [&] { server->stream->half_close(); };
    ASSERT_TRUE(write(many(50'000)));
    driver.settle();
    EXPECT_TRUE(client->received == many(50'000));
    EXPECT_EQ(client->events.back(), "eof");
    EXPECT_EQ(write("more").error(), std::errc::broken_pipe);
}

TEST_F(tls_over_io_streams, may_be_ended_by_a_write_handler_that_takes_a_part) {
    open();
    room = 1'000;
    then = [&] { server->stream->half_close(); };
    ASSERT_TRUE(write(many(50'000)));
    driver.settle();
    EXPECT_FALSE(client->logged("eof"));
    read_on();
    EXPECT_TRUE(client->received == many(50'000));
    EXPECT_EQ(client->events.back(), "eof");
}

TEST_F(tls_over_io_streams, may_be_closed_by_their_write_handler) {
    open();
    then = [&] { server->stream->close(); };
    static_cast<void>(write(many(50'000)));
    server->send("more");
    EXPECT_EQ(server->write_error, std::errc::broken_pipe);
    driver.settle();
    EXPECT_EQ(server->events, std::vector<std::string>{});
    EXPECT_EQ(client->error, tls_error::truncated);
}

TEST_F(tls_over_io_streams, may_be_closed_in_the_handshake_by_their_write_handler) {
    then = [&] { server->stream->close(); };
    driver.settle();
    EXPECT_FALSE(then);
    EXPECT_EQ(server->events, std::vector<std::string>{});
    EXPECT_TRUE(client->logged("error"));
}

TEST_F(tls_over_io_streams, send_the_alert_for_damaged_input_before_they_end) {
    open();
    const std::string forged("\x17\x03\x03\x00\x20 this is not what was encrypted..", 37);
    server_io.read_all(std::as_bytes(std::span(forged)));
    int events = -1;
    then = [&] { events = static_cast<int>(server->events.size()); };
    driver.settle();
    EXPECT_EQ(events, 0) << "the alert is sent first";
    EXPECT_EQ(server->error.category(), category_under_test()) << server->error.message();
    EXPECT_TRUE(client->logged("error"));
    EXPECT_NE(client->error, tls_error::truncated);
}

} // namespace
} // namespace weft
