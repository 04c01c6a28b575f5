// SPDX-License-Identifier: MIT
// Raw connections whose peer reads slowly or not at all, and what arrives during a pause.
#include <string>

#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class endpoint_raw_slow_reader : public raw_endpoint {};

TEST_P(endpoint_raw_slow_reader, is_backed_up_and_then_writable) {
    serve(served_.noted());
    raw_peer peer = raw_peer::connected_to(port_, 4096);
    ASSERT_TRUE(run_until([&] { return served_.open != nullptr; }));
    std::size_t sent = 0;
    const std::string piece(50'000, 'x');
    send_result said = send_result::accepted;
    while (said == send_result::accepted && sent < 100'000'000) {
        said = served_.open->send(piece);
        sent += piece.size();
    }
    EXPECT_EQ(said, send_result::backed_up);
    EXPECT_GT(served_.open->buffered_amount(), 0U);
    while (said == send_result::backed_up && sent < 100'000'000) {
        said = served_.open->send(piece);
        sent += piece.size();
    }
    EXPECT_EQ(said, send_result::dropped);
    EXPECT_LE(served_.open->buffered_amount(), 1024U * 1024);
    EXPECT_TRUE(run_until([&] {
        peer.received();
        return served_.writable != 0;
    }));
    EXPECT_EQ(served_.open->buffered_amount(), 0U);
    EXPECT_EQ(served_.writable, 1);
    EXPECT_EQ(served_.open->send("again"), send_result::accepted);
    EXPECT_TRUE(run_until([&] { return peer.received().size() == sent - piece.size() + 5; }));
}

TEST_P(endpoint_raw_slow_reader, is_not_read_while_it_does_not_read_its_answers) {
    raw_options small;
    small.queue_size_max = 64 * 1024;
    serve(served_.noted({.data =
                             [](raw_connection& peer, std::span<std::byte> bytes) {
                                 EXPECT_NE(peer.send(bytes), send_result::dropped);
                             }}),
          small);
    raw_peer peer = raw_peer::connected_to(port_, 4096);
    ASSERT_TRUE(run_until([&] { return served_.open != nullptr; }));
    std::size_t sent = 0;
    const std::string piece(20'000, 'x');
    const auto push = [&] {
        ssize_t count;
        while ((count = ::send(peer.descriptor(), piece.data(), piece.size(), MSG_NOSIGNAL)) > 0) {
            sent += static_cast<std::size_t>(count);
        }
        return served_.open->buffered_amount() > small.queue_size_max / 2;
    };
    EXPECT_TRUE(run_until(push));
    EXPECT_TRUE(run_until([&] { return peer.received().size() == sent; })) << "nothing is lost";
    EXPECT_EQ(served_.received.size(), sent);
}

TEST_P(endpoint_raw_slow_reader, ends_a_peer_that_does_not_read_with_the_policy_close) {
    raw_options strict;
    strict.queue_size_max = 10'000;
    strict.when_full = queue_policy::close;
    serve(served_.noted(), strict);
    raw_peer peer = raw_peer::connected_to(port_, 4096);
    ASSERT_TRUE(run_until([&] { return served_.open != nullptr; }));
    const std::string piece(50'000, 'x');
    for (int left = 2000; left != 0 && served_.open->is_open(); --left) served_.open->send(piece);
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_EQ(served_.why.error, errc::queue_full);
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw_slow_reader, hears_what_came_in_a_pause_afterwards) {
    ASSERT_TRUE(connect(serve_raw_echo()));
    served_.open->pause();
    EXPECT_TRUE(served_.open->paused());
    outbound_.open->send("while paused");
    outbound_.open->finish();
    for (int turns = 0; turns < 5; ++turns) {
        run_until([asked = 0]() mutable { return ++asked == 3; });
    }
    EXPECT_EQ(served_.received, "");
    EXPECT_FALSE(served_.ended());
    served_.open->resume();
    EXPECT_TRUE(all_gone());
    EXPECT_EQ(served_.received, "while paused");
    EXPECT_EQ(outbound_.received, "while paused");
}

WEFT_IN_EVERY_WAY(endpoint_raw_slow_reader);

} // namespace
} // namespace weft::testing
