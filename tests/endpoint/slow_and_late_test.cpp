// SPDX-License-Identifier: MIT
// A peer that reads slowly but steadily gets everything, and what has arrived counts however late
// the loop gets to read it: timeouts of milliseconds on real sockets.
#include <functional>

#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// As a handler or a host does that takes its time.
void be_busy(duration time) {
    const auto end = steady_clock::now() + time;
    while (steady_clock::now() < end) {}
}

class endpoint_slow_and_late : public endpoint {
protected:
    static constexpr std::size_t much = 6 * 1024 * 1024; // more than a system buffers
    static constexpr std::size_t portion = 128 * 1024;

    /// Reads a portion every few milliseconds until `done`, longer in all than the close timeout.
    bool read_slowly(raw_peer& peer, const std::function<bool()>& done) {
        auto next = steady_clock::now();
        return run_until([&] {
            if (steady_clock::now() >= next) {
                next += milliseconds(4);
                for (std::size_t left = portion; left != 0;) {
                    const auto count = peer.receive_some(left);
                    if (count == 0) break;
                    left -= count;
                }
            }
            return done();
        });
    }

    raw_peer asking(std::string request) {
        raw_peer peer = raw_peer::connected_to(port_, 64 * 1024);
        peer.send(request);
        return peer;
    }

    raw_peer opened() {
        auto request = canned_request();
        request.replace(request.find("/chat?room=1"), 12, "/");
        return asking(request);
    }

    frame_builder frames_{role::client};
};

TEST_P(endpoint_slow_and_late, a_slow_reader_gets_a_long_http_answer) {
    server_->handshake_options({}, {.close = milliseconds(30)});
    server_->route("/", {.http = [](connection& c) {
                       static_cast<void>(c.respond({200, {}, std::string(much, 'x')}));
                   }},
                   {.connection = {.timeouts = {.close = milliseconds(30)}}});
    listen();
    raw_peer peer = asking("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(read_slowly(peer, [&] { return peer.has_read_all(); }));
    const auto& all = peer.read_so_far();
    EXPECT_EQ(all.size() - all.find("\r\n\r\n") - 4, much);
}

TEST_P(endpoint_slow_and_late, a_slow_reader_gets_all_that_was_sent_before_a_close) {
    served_ = {};
    server_->route("/", served_.observe({.open =
                                           [](connection& c) {
                                               c.send(std::string(much, 'x'));
                                               c.ping();
                                               c.close(close_code::normal, "that was all");
                                           }}),
                   {.connection = {.timeouts = {.close = milliseconds(30),
                                                .ping_interval = milliseconds(10),
                                                .pong = milliseconds(10)}}});
    listen();
    raw_peer peer = opened();
    EXPECT_TRUE(read_slowly(peer, [&] {
        return peer.read_so_far().ends_with("that was all") || peer.has_read_all();
    }));
    EXPECT_GT(peer.read_so_far().size(), much);
    EXPECT_FALSE(served_.ended()) << served_.why;
    peer.send(to_text(frames_.close(1000)));
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_TRUE(served_.why.clean()) << served_.why;
}

TEST_P(endpoint_slow_and_late, a_peer_that_takes_nothing_is_ended) {
    served_ = {};
    server_->route("/", served_.observe({.open = [](connection& c) {
                       c.send(std::string(2 * much, 'x'));
                   }}),
                   {.connection = {.timeouts = {.write_stall = milliseconds(40)}}});
    listen();
    raw_peer peer = opened();
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_EQ(served_.why.error, errc::write_stalled) << served_.why;
}

TEST_P(endpoint_slow_and_late, a_pong_counts_however_late_it_is_read) {
    std::size_t pongs = 0;
    server_->route("/", served_.observe({.pong = [&](connection&, std::span<const std::byte>) {
                       ++pongs;
                   }}),
                   {.connection = {.timeouts = {.ping_interval = milliseconds(20),
                                                .pong = milliseconds(20)}}});
    listen();
    raw_peer peer = opened();
    for (std::size_t i = 1; i < 4; ++i) {
        // Six bytes, with the payload; the last ends what has come.
        EXPECT_TRUE(run_until([&] {
            const auto& bytes = peer.received();
            return bytes.size() >= 6 && bytes.compare(bytes.size() - 6, 2, "\x89\x04") == 0;
        }));
        peer.send(to_text(frames_.pong()));
        be_busy(milliseconds(50));
        EXPECT_TRUE(run_until([&] { return pongs == i || served_.ended(); }));
        EXPECT_FALSE(served_.ended()) << served_.why;
        if (served_.ended()) break;
        peer.send(to_text(frames_.text("x"))); // so that the next ping is another one
        const auto before = peer.received().size();
        EXPECT_TRUE(run_until([&] { return peer.received().size() > before; }));
    }
}

TEST_P(endpoint_slow_and_late, a_close_frame_behind_much_else_counts_however_late_it_is_read) {
    served_ = {};
    server_->route("/", served_.observe(),
                   {.connection = {.timeouts = {.close = milliseconds(20)}}});
    listen();
    raw_peer peer = opened();
    EXPECT_TRUE(run_until([&] { return served_.opened == 1; }));
    server_->for_each([](connection& c) { c.close(); });
    EXPECT_TRUE(run_until([&] { return peer.received().ends_with("\x88\x02\x03\xe8"); }));
    std::string words;
    for (int i = 0; i < 100; ++i) words += to_text(frames_.text(std::string(1000, 'x')));
    peer.send(words + to_text(frames_.close(1000)));
    be_busy(milliseconds(40));
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_TRUE(served_.why.clean()) << served_.why;
}

TEST_P(endpoint_slow_and_late, a_dial_has_its_time_from_its_first_step_on) {
    serve_echo();
    connect_options options;
    options.connect_timeout = options.resolve_timeout = milliseconds(20);
    options.connection.timeouts.handshake = std::chrono::seconds(10);
    ending outbound;
    client_->connect(url(), outbound.observe(), options);
    be_busy(milliseconds(40)); // the application starts
    EXPECT_TRUE(run_until([&] { return outbound.opened + outbound.failed != 0; }));
    EXPECT_EQ(outbound.opened, 1) << outbound.why;
}

TEST_P(endpoint_slow_and_late, a_connected_socket_counts_however_late_that_is_noticed) {
    serve_echo();
    connect_options options;
    options.connect_timeout = milliseconds(20);
    options.connection.timeouts.handshake = std::chrono::seconds(10);
    options.before_connect = [this](int, const address&) -> result<void> {
        loop().post([] { be_busy(milliseconds(40)); });
        return {};
    };
    ending outbound;
    client_->connect(url(), outbound.observe(), options);
    EXPECT_TRUE(run_until([&] { return outbound.opened + outbound.failed != 0; }));
    EXPECT_EQ(outbound.opened, 1) << outbound.why;
}

TEST_P(endpoint_slow_and_late, the_output_stays_open_behind_the_close_frame_of_a_fault) {
    served_ = {};
    server_->route("/", served_.observe(), {});
    listen();
    raw_peer peer = opened();
    EXPECT_TRUE(run_until([&] { return served_.opened == 1; }));
    peer.send(to_text(frames_.text("\xff")));
    EXPECT_TRUE(run_until(
        [&] { return served_.ended() && peer.received().ends_with("\x03\xef"); }));
    EXPECT_EQ(served_.why.error, errc::bad_utf8);
    EXPECT_FALSE(peer.ended());
    EXPECT_EQ(server_->connection_count(), 1U);
    peer.send(to_text(frames_.close(1007)));
    EXPECT_TRUE(run_until([&] { return peer.ended(); }));
    peer.close();
    EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
}

WEFT_IN_EVERY_WAY(endpoint_slow_and_late);

} // namespace
} // namespace weft::testing
