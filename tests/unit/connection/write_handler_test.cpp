// SPDX-License-Identifier: MIT
// A write handler of an io_stream that uses the connection whose output it is taking.
#include <weft/connection/stream_endpoint.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

#include "support/pass_on.hpp"

namespace weft {
namespace {

/// A server and a client. The server's write handler calls `then` once, after passing output on.
class write_handler : public ::testing::Test {
protected:
    void SetUp() override {
        server.route("/", {.open = [this](connection& c) { here = &c; },
                           .close = [this](connection&, const report&) { here = nullptr; }});
        client.connect(client_io.take_stream(), *uri::parse("ws://example.org/"),
                       {.message = [this](connection&, message m) {
                           received.emplace_back(m.text());
                       },
                        .close = [this](connection&, const report& why) { end = why; }});
        server.serve(server_io.take_stream());
        d.settle();
        ASSERT_TRUE(here);
    }

    manual_driver d;
    function<void()> then;
    connection* here = nullptr; // the server's, while it is open
    std::vector<std::string> received;
    std::optional<report> end;
    io_stream client_io{d, [this](std::span<const std::span<const std::byte>> pieces) {
                            return result<std::size_t>(pass_on(pieces, server_io));
                        }};
    io_stream server_io{d, [this](std::span<const std::span<const std::byte>> pieces) {
                            const auto size = pass_on(pieces, client_io);
                            if (auto once = std::exchange(then, {})) once();
                            return result<std::size_t>(size);
                        }};
    stream_endpoint server{d};
    stream_endpoint client{d};
};

TEST_F(write_handler, may_send_on_its_connection) {
    for (const std::size_t outer : {10, 20'000, 200'000}) {
        for (const std::size_t nested : {10, 20'000, 200'000}) {
            SCOPED_TRACE(std::to_string(outer) + ", " + std::to_string(nested));
            received.clear();
            const std::string first(outer, 'a');
            then = [&] {
                EXPECT_NE(here->send(std::string(nested, 'b')), send_result::closed);
                EXPECT_NE(here->send("c"), send_result::closed);
            };
            EXPECT_NE(here->send(first), send_result::closed);
            d.settle();
            EXPECT_EQ(received, (std::vector{first, std::string(nested, 'b'), std::string("c")}));
            EXPECT_FALSE(end);
        }
    }
}

TEST_F(write_handler, may_send_a_lot_in_a_handler_of_its_connection) {
    server.route("/again", {.message = [this](connection& c, message m) {
        then = [&c] { c.send(std::string(100'000, 'b')); };
        c.send(m);
        c.send(std::string(70'000, 'a'));
    }});
    io_stream* far = nullptr;
    io_stream near(d, [&](std::span<const std::span<const std::byte>> pieces) {
        return result<std::size_t>(pass_on(pieces, *far));
    });
    io_stream other(d, [&](std::span<const std::span<const std::byte>> pieces) {
        const auto size = pass_on(pieces, near);
        if (auto once = std::exchange(then, {})) once();
        return result<std::size_t>(size);
    });
    far = &other;
    client.connect(near.take_stream(), *uri::parse("ws://example.org/again"),
                   {.open = [](connection& c) { c.send("hello"); },
                    .message = [this](connection&, message m) {
                        received.emplace_back(m.text());
                    }});
    server.serve(other.take_stream());
    d.settle();
    EXPECT_EQ(received, (std::vector{std::string("hello"), std::string(70'000, 'a'),
                                     std::string(100'000, 'b')}));
}

TEST_F(write_handler, may_close_its_connection) {
    then = [this] { here->close(close_code::going_away, "moved"); };
    here->send(std::string(20'000, 'a'));
    d.settle();
    EXPECT_EQ(received, (std::vector{std::string(20'000, 'a')}));
    ASSERT_TRUE(end);
    EXPECT_EQ(end->code(), close_code::going_away);
    EXPECT_FALSE(here);
}

TEST_F(write_handler, may_abort_its_connection) {
    then = [this] { here->abort(); };
    EXPECT_EQ(here->send(std::string(20'000, 'a')), send_result::closed);
    d.settle();
    EXPECT_EQ(received, (std::vector{std::string(20'000, 'a')}));
    EXPECT_FALSE(here);
}

} // namespace
} // namespace weft
