// SPDX-License-Identifier: MIT
// Timeouts, limits and queue policies, against real sockets whose other end does not read.
#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

using std::chrono::milliseconds;

class endpoint_limits : public endpoint {
protected:
    /// A peer at /echo that reads no more once the handshake is over.
    raw_peer deaf_peer() {
        raw_peer peer = raw_peer::connected_to(port_, 4096);
        auto request = canned_request();
        request.replace(request.find("/chat?room=1"), 12, "/echo");
        peer.send(request);
        EXPECT_TRUE(run_until([&] { return served_.opened == 1 && !peer.received().empty(); }));
        return peer;
    }

    connection& served_connection() {
        connection* found = nullptr;
        server_->for_each([&](connection& one) { found = &one; });
        return *found;
    }

    report end_of_served() {
        EXPECT_TRUE(run_until([&] { return served_.ended(); }));
        EXPECT_EQ(served_.closed + served_.failed, 1);
        return served_.why;
    }
};

connection_options with_queue(queue_policy policy) {
    connection_options options;
    options.queue_size_max = 64 * 1024;
    options.when_full = policy;
    options.timeouts.close = milliseconds(50);
    return options;
}

TEST_P(endpoint_limits, drop_what_exceeds_the_queue) {
    serve_echo(with_queue(queue_policy::drop));
    raw_peer peer = deaf_peer();
    connection& one = served_connection();
    const std::string chunk(16 * 1024, 'x');
    send_result last = send_result::accepted;
    for (int i = 0; i < 10'000 && last != send_result::dropped; ++i)
        last = one.send(chunk);
    EXPECT_EQ(last, send_result::dropped);
    EXPECT_GT(one.buffered_amount(), 0);
    EXPECT_LE(one.buffered_amount(), 64 * 1024);
    EXPECT_TRUE(one.is_open());
}

TEST_P(endpoint_limits, end_a_connection_whose_queue_is_full) {
    auto options = with_queue(queue_policy::close);
    options.timeouts.write_stall = milliseconds(50); // for what is queued, and the close frame
    serve_echo(options);
    raw_peer peer = deaf_peer();
    connection& one = served_connection();
    const std::string chunk(16 * 1024, 'x');
    send_result last = send_result::accepted;
    for (int i = 0; i < 10'000 && last != send_result::dropped; ++i)
        last = one.send(chunk);
    EXPECT_EQ(last, send_result::dropped);
    const auto why = end_of_served();
    EXPECT_EQ(why.error, errc::queue_full) << why;
    EXPECT_EQ(why.began, side::local);
    EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
}

TEST_P(endpoint_limits, read_no_more_of_a_peer_that_does_not_read) {
    serve_echo(with_queue(queue_policy::pause));
    raw_peer peer = deaf_peer();
    frame_builder frames(role::client);
    const auto frame = to_text(frames.text(std::string(10'000, 'x')));
    std::size_t sent = 0;
    int refusals = 0;
    // Both directions fill until nothing moves: the server has stopped reading.
    ASSERT_TRUE(run_until([&] {
        const std::size_t before = sent;
        ssize_t taken;
        while ((taken = ::send(peer.descriptor(), frame.data() + sent % frame.size(),
                               frame.size() - sent % frame.size(), MSG_NOSIGNAL)) > 0) {
            sent += static_cast<std::size_t>(taken);
        }
        refusals = sent != before ? 0 : refusals + 1;
        return refusals >= 20 && served_connection().buffered_amount() != 0;
    }));
    // What was gathered before the kernel took no more, and the message that was answered then.
    EXPECT_LE(served_connection().buffered_amount(), 64 * 1024 + frame.size());
    EXPECT_GT(served_connection().buffered_amount(), 0);
    // Once it reads, all of it comes.
    const std::size_t whole = sent / frame.size();
    EXPECT_TRUE(run_until([&] { return peer.received().size() > whole * 10'000; }));
    EXPECT_FALSE(served_.ended());
}

TEST_P(endpoint_limits, end_a_close_that_is_not_answered) {
    serve_echo(with_queue(queue_policy::drop));
    raw_peer peer = deaf_peer();
    served_connection().close();
    const auto why = end_of_served();
    EXPECT_EQ(why.error, errc::close_timeout) << why;
    EXPECT_EQ(why.error, condition::timeout);
    EXPECT_TRUE(peer.ended());
}

TEST_P(endpoint_limits, end_a_close_that_the_peer_never_reads) {
    auto options = with_queue(queue_policy::drop);
    options.timeouts.write_stall = milliseconds(50);
    serve_echo(options);
    raw_peer peer = deaf_peer();
    const std::string large(12 * 1024 * 1024, 'x');
    EXPECT_EQ(served_connection().send(large), send_result::backed_up);
    served_connection().close();
    const auto why = end_of_served();
    EXPECT_EQ(why.error, errc::write_stalled) << why;
    EXPECT_TRUE(run_until([&] { return server_->connection_count() == 0; }));
}

TEST_P(endpoint_limits, end_a_handshake_that_takes_too_long) {
    std::optional<report> why;
    server_->on_fail([&](const report& end) { why = end; });
    session_timeouts timeouts;
    timeouts.handshake = milliseconds(40);
    server_->handshake_options({}, timeouts);
    listen();
    raw_peer silent = raw_peer::connected_to(port_);
    raw_peer slow = raw_peer::connected_to(port_);
    slow.send("GET / HT");
    EXPECT_TRUE(run_until([&] { return silent.ended() && slow.ended(); }));
    ASSERT_TRUE(why);
    EXPECT_EQ(why->error, errc::handshake_timeout);
    EXPECT_EQ(why->phase, phase::http);
}

TEST_P(endpoint_limits, ping_a_silent_peer_and_end_one_that_does_not_answer) {
    connection_options options;
    options.timeouts.ping_interval = milliseconds(30);
    options.timeouts.pong = milliseconds(30);
    serve_echo(options);
    ending answers;
    client_->connect(url(), answers.observe());
    ASSERT_TRUE(run_until([&] { return answers.opened == 1 && served_.opened == 1; }));
    served_ = {};
    raw_peer peer = deaf_peer();
    const auto why = end_of_served();
    EXPECT_EQ(why.error, errc::pong_timeout) << why;
    EXPECT_FALSE(answers.ended()) << answers.why;
}

TEST_P(endpoint_limits, end_an_idle_peer) {
    connection_options options;
    options.timeouts.ping_interval = {};
    options.timeouts.idle = milliseconds(30);
    serve_echo(options);
    ending outbound;
    client_->connect(url(), outbound.observe());
    ASSERT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    EXPECT_EQ(served_.why.error, errc::idle_timeout) << served_.why;
    EXPECT_EQ(outbound.why.code(), close_code::going_away) << outbound.why;
}

TEST_P(endpoint_limits, refuse_a_message_that_is_too_big) {
    connection_options options;
    options.limits.message_size_max = 1000;
    serve_echo(options);
    ending outbound;
    std::size_t received = 0;
    handlers talk{.open =
                      [](connection& peer) {
                          peer.send(std::string(1000, 'x'));
                          peer.send(std::string(1001, 'x'));
                      },
                  .message = [&](connection&, message m) { received += m.size(); }};
    client_->connect(url(), outbound.observe(std::move(talk)));
    ASSERT_TRUE(run_until([&] { return outbound.ended() && served_.ended(); }));
    EXPECT_EQ(received, 1000);
    EXPECT_EQ(served_.why.error, errc::message_too_big);
    EXPECT_EQ(outbound.why.code(), close_code::message_too_big) << outbound.why;
}

TEST_P(endpoint_limits, tell_that_a_peer_has_reset_the_connection) {
    serve_echo();
    raw_peer peer = deaf_peer();
    const linger at_once{1, 0};
    ::setsockopt(peer.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    peer.close();
    const auto why = end_of_served();
    EXPECT_EQ(why.error, std::errc::connection_reset) << why;
    EXPECT_EQ(why.began, side::system);
    EXPECT_EQ(why.phase, phase::websocket);
}

WEFT_IN_EVERY_WAY(endpoint_limits);

} // namespace
} // namespace weft::testing
