// SPDX-License-Identifier: MIT
// Connections over streams that are fed by hand: both roles on iostreams, routes and validate,
// timeouts by the caller's clock, feeding from handlers.
#include <weft/connection/stream_endpoint.hpp>

#include <algorithm>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

namespace weft {
namespace {

using namespace std::chrono_literals;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

constexpr std::string_view request =
    "GET /echo?a=b HTTP/1.1\r\nHost: hand\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A masked text frame with the mask 0, so that it can be read here.
std::string frame(std::string_view text) {
    return std::string("\x81") + static_cast<char>(0x80 | text.size()) + std::string(4, '\0') +
           std::string(text);
}

/// A server and a client, whose bytes stand in stringstreams until `exchange` carries them over.
class fed_by_hand : public ::testing::Test {
protected:
    void exchange() {
        d.settle();
        for (bool moved = true; std::exchange(moved, false);) {
            moved |= carry(from_server, client_io);
            if (server_done) client_io.eof(); // behind what was carried
            moved |= carry(from_client, server_io);
            if (client_done) server_io.eof();
            d.settle();
        }
    }

    static bool carry(std::stringstream& from, io_stream& to) {
        bool any = false;
        while (from >> to) any = true;
        from.clear();
        from.str({});
        return any;
    }

    manual_driver d;
    std::stringstream from_server;
    std::stringstream from_client;
    io_stream server_io{d, from_server,
                        {.secure = true, .remote = address::ipv4({192, 0, 2, 7}, 4711)}};
    io_stream client_io{d, from_client};
    stream_endpoint server{d};
    stream_endpoint client{d};
    bool server_done = false;
    bool client_done = false;
    std::string received;
    std::string ends;
};

TEST_F(fed_by_hand, both_roles_talk_over_iostreams) {
    server_io.on_shutdown([&] { server_done = true; });
    client_io.on_shutdown([&] { client_done = true; });
    server.route("/echo", {
        .message = [](connection& peer, message m) { peer.send(m); },
        .close = [&](connection&, const report& why) { ends += why.clean() ? "server " : "-"; },
        .validate =
            [&](connection& peer) {
                EXPECT_TRUE(peer.secure());
                EXPECT_EQ(peer.remote_address().str(), "192.0.2.7:4711");
                EXPECT_EQ(peer.query_value("a"), "b");
                EXPECT_TRUE(peer.accept({}, {{"X-Fed", "by hand"}}));
            },
    });
    server.serve(server_io.take_stream());
    client.connect(
        client_io.take_stream(), *uri::parse("ws://hand/echo?a=b"),
        {
            .open =
                [&](connection& c) {
                    EXPECT_EQ(c.header("X-Fed"), "by hand");
                    c.send("hello");
                },
            .message =
                [&](connection& c, message m) {
                    received += m.text();
                    c.close();
                },
            .close = [&](connection&, const report& why) { ends += why.clean() ? "client" : "-"; },
        });
    exchange();
    EXPECT_EQ(received, "hello");
    EXPECT_EQ(ends, "server client");
    EXPECT_TRUE(server_io.closed());
    EXPECT_TRUE(client_io.closed());
    EXPECT_EQ(d.next_deadline(), never);
}

// The caller queues output, as over a transport of its own, and a slow peer drains that queue.
TEST(fed_by_hand_slowly, a_queue_of_the_caller_counts_as_output_that_waits) {
    for (const bool shows : {true, false}) {
        manual_driver d;
        std::size_t queued = 0;
        io_stream_options options;
        if (shows) options.output_pending = [&] { return queued; };
        io_stream io(
            d,
            [&](std::span<const std::span<const std::byte>> pieces) -> result<std::size_t> {
                std::size_t size = 0;
                for (const auto piece : pieces) size += piece.size();
                queued += size;
                return size;
            },
            options);
        stream_endpoint server{d};
        std::error_code why;
        server.route("/echo", {.open =
                                   [](connection& c) {
                                       c.send(std::string(100'000, 'x'));
                                       c.close();
                                   },
                               .close = [&](connection&, const report& r) { why = r.error; }});
        server.serve(io.take_stream());
        io.read_all(bytes_of(request));
        d.settle();
        for (int seconds = 0; seconds < 20; ++seconds) {
            d.advance(d.now() + 1s);
            d.settle();
            queued -= std::min<std::size_t>(queued, 5000);
        }
        EXPECT_EQ(why, shows ? std::error_code() : make_error_code(errc::close_timeout));
        d.advance(d.now() + 10s);
        d.settle();
        d.advance(d.now() + 10s);
        d.settle();
        EXPECT_EQ(why, errc::close_timeout) << "all has left, and the peer does not answer";
    }
}

TEST_F(fed_by_hand, a_request_that_does_not_come_times_out_by_the_callers_clock) {
    std::error_code why;
    server.on_fail([&](const report& r) { why = r.error; });
    server.serve(server_io.take_stream());
    d.settle();
    EXPECT_EQ(d.next_deadline(), time_point{} + 10s);
    d.advance(time_point{} + 9s);
    EXPECT_FALSE(why);
    d.advance(d.next_deadline());
    d.settle();
    EXPECT_EQ(why, errc::handshake_timeout);
    EXPECT_TRUE(from_server.str().starts_with("HTTP/1.1 408")) << from_server.str();
}

TEST_F(fed_by_hand, an_answer_that_does_not_come_times_out) {
    std::error_code why;
    client.connect(client_io.take_stream(), *uri::parse("ws://hand/"),
                   {.fail = [&](const report& r) { why = r.error; }});
    d.settle();
    d.advance(d.next_deadline());
    d.settle();
    EXPECT_EQ(why, errc::handshake_timeout);
    EXPECT_TRUE(client_io.closed());
}

TEST_F(fed_by_hand, a_silent_peer_is_pinged_and_given_up) {
    std::error_code why;
    server.route("/echo", {.close = [&](connection&, const report& r) { why = r.error; }});
    server.serve(server_io.take_stream());
    server_io.read_all(bytes_of(request));
    d.settle();
    from_server.str({});
    while (from_server.str().empty()) d.advance(d.next_deadline());
    EXPECT_EQ(from_server.str().at(0), '\x89'); // a ping
    EXPECT_EQ(d.now(), time_point{} + 25s);
    while (!why && d.next_deadline() != never) d.advance(d.next_deadline());
    d.settle();
    EXPECT_EQ(why, errc::pong_timeout);
}

TEST_F(fed_by_hand, in_both_roles_deadlines_pass_by_the_callers_clock) {
    const auto ended_by = [&](duration pong, duration close, bool closes) {
        std::string whys;
        stream_endpoint near{d}, far{d};
        io_stream near_io(d, from_server);
        io_stream far_io(d, from_client);
        connect_options outbound;
        outbound.connection.timeouts.pong = pong;
        outbound.connection.timeouts.close = close;
        const auto noted = [&](const char* who) {
            return [&whys, who](connection&, const report& why) {
                whys += who + why.error.message() + "; ";
            };
        };
        near.route("/", {.close = noted("server: ")}, {.connection = outbound.connection});
        near.serve(near_io.take_stream());
        auto& c = far.connect(far_io.take_stream(), *uri::parse("ws://hand/"),
                              {.close = noted("client: ")}, outbound);
        const auto handle = c.handle();
        d.settle();
        carry(from_client, near_io);
        d.settle();
        carry(from_server, far_io);
        d.settle();
        if (closes) {
            handle.close();
            near.for_each([](connection& peer) { peer.close(); });
        }
        while (d.next_deadline() != never) d.advance(d.next_deadline());
        from_client.str({});
        from_server.str({});
        return whys;
    };
    const auto silent = make_error_code(errc::pong_timeout).message();
    EXPECT_EQ(ended_by(20s, 5s, false), "server: " + silent + "; client: " + silent + "; ");
    const auto open = make_error_code(errc::close_timeout).message();
    EXPECT_EQ(ended_by(1s, 5s, true), "server: " + open + "; client: " + open + "; ");
}

TEST_F(fed_by_hand, a_client_hears_the_end_of_its_input_however_late_and_what_broke) {
    client_io.on_shutdown([&] { client_done = true; });
    server.route("/", {.open = [](connection& peer) { peer.send("late"); }});
    server.serve(server_io.take_stream());
    auto& outbound = client.connect(
        client_io.take_stream(), *uri::parse("ws://hand/"),
        {
            .open = [](connection& c) { c.pause(); },
            .message = [&](connection&, message m) { received += m.text(); },
            .close = [&](connection&, const report& why) { ends += why.error.message(); },
        });
    exchange();
    client_io.eof();
    d.settle();
    EXPECT_EQ(received + ends, "");
    outbound.resume();
    d.settle();
    EXPECT_EQ(received + ends, "late" + make_error_code(errc::unexpected_eof).message());

    std::ostringstream unread;
    io_stream broken(d, unread, {.secure = true, .remote = address::ipv4({192, 0, 2, 7}, 80)});
    report why;
    auto& second = client.connect(broken.take_stream(), *uri::parse("wss://hand/"),
                                  {.fail = [&](const report& r) { why = r; }});
    EXPECT_TRUE(second.secure());
    EXPECT_EQ(second.remote_address().str(), "192.0.2.7:80");
    d.settle();
    broken.fatal_error(std::make_error_code(std::errc::network_down));
    d.settle();
    EXPECT_EQ(why.error, std::errc::network_down);
}

TEST_F(fed_by_hand, a_handler_may_feed_its_own_connection) {
    server.route("/echo", {
        .open =
            [&](connection&) {
                std::istringstream more(frame("two"));
                more >> server_io;
            },
        .message =
            [&](connection&, message m) {
                received += m.text();
                if (received == "onetwo") server_io.eof();
            },
        .close = [&](connection&, const report& r) { ends += r.clean() ? "clean" : "broken"; },
    });
    server.serve(server_io.take_stream());
    server_io.read_all(bytes_of(std::string(request) + frame("one")));
    d.settle();
    EXPECT_EQ(received, "onetwo");
    EXPECT_EQ(ends, "broken"); // an end without a closing handshake
}

TEST_F(fed_by_hand, the_end_of_the_input_is_reported_after_a_pause) {
    server.route("/echo", {
        .open = [](connection& c) { c.pause(); },
        .message = [&](connection&, message m) { received += m.text(); },
        .close = [&](connection&, const report&) { ends += "closed"; },
    });
    auto& served = server.serve(server_io.take_stream());
    server_io.read_all(bytes_of(std::string(request) + frame("late")));
    server_io.eof();
    d.settle();
    EXPECT_EQ(received + ends, "");
    served.resume();
    d.settle();
    EXPECT_EQ(received + ends, "lateclosed");
}

TEST_F(fed_by_hand, a_fatal_error_is_in_the_report) {
    std::error_code why;
    server.route("/echo", {.close = [&](connection&, const report& r) { why = r.error; }});
    server.serve(server_io.take_stream());
    server_io.read_all(bytes_of(request));
    d.settle();
    server_io.fatal_error(std::make_error_code(std::errc::network_down));
    d.settle();
    EXPECT_EQ(why, std::errc::network_down);
}

TEST_F(fed_by_hand, a_slow_output_holds_back_and_goes_on) {
    std::string written;
    std::size_t room = 0;
    io_stream narrow(d, [&](std::span<const std::span<const std::byte>> pieces) {
        std::size_t taken = 0;
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(piece.size(), room));
            written.append(reinterpret_cast<const char*>(part.data()), part.size());
            room -= part.size();
            taken += part.size();
        }
        return result<std::size_t>(taken);
    });
    send_result sent{};
    int writable = 0;
    server.route("/echo", {
        .message =
            [&](connection& c, message) {
                sent = c.send(std::string(1'000, 'x'));
                sent = c.send("end");
            },
        .writable = [&](connection&) { ++writable; },
    });
    server.serve(narrow.take_stream());
    narrow.read_all(bytes_of(std::string(request) + frame("go")));
    d.settle();
    EXPECT_EQ(sent, send_result::accepted); // leaves at the end of the turn
    EXPECT_TRUE(narrow.output_waits());
    for (int i = 0; i < 200 && narrow.output_waits(); ++i) {
        room = 10;
        narrow.writable();
        d.settle();
    }
    EXPECT_TRUE(written.ends_with("end"));
    EXPECT_GT(written.size(), 1'100U);
    EXPECT_EQ(writable, 0); // nothing was said to be backed up
}

} // namespace
} // namespace weft
