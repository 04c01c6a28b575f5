// SPDX-License-Identifier: MIT
// Proxies in front of a server: whose word is taken, what it changes, and what garbage does.
#include "endpoint/endpoint_fixture.hpp"
#include "endpoint/raw_peer.hpp"

#include "support/canned_handshake.hpp"

namespace weft::testing {
namespace {

using namespace std::string_literals;

class endpoint_trust : public endpoint {
protected:
    void SetUp() override {
        endpoint::SetUp();
        server_->on_fail([this](const report& why) { failures_.push_back(why); });
        server_->on_refused([this](const address& who, std::error_code why) {
            refused_.push_back(who.str() + ' ' + why.message());
        });
        server_->route("/chat", {.open = [this](connection& peer) {
            came_.push_back(peer.remote_address().str());
        }});
        listen();
    }

    /// What a peer that says `words` is answered, when that is a head or the end.
    std::string answer_to(raw_peer& peer, const std::string& words) {
        peer = raw_peer::connected_to(port_);
        peer.send(words);
        EXPECT_TRUE(run_until([&] {
            return peer.received().find("\r\n\r\n") != std::string::npos || peer.ended();
        }));
        return peer.received().substr(0, peer.received().find("\r\n"));
    }

    std::string answer_to(const std::string& words) {
        raw_peer peer;
        return answer_to(peer, words);
    }

    static std::string forwarded(const std::string& value) {
        return canned_request("X-Forwarded-For: " + value + "\r\n");
    }

    std::vector<report> failures_;
    std::vector<std::string> refused_;
    std::vector<std::string> came_;
};

const std::string announces = "PROXY TCP4 192.0.2.1 198.51.100.2 4711 80\r\n";
const std::string switched = "HTTP/1.1 101 Switching Protocols";

TEST_P(endpoint_trust, takes_the_word_of_the_proxy_protocol) {
    ASSERT_TRUE(server_->trust({.peers = {"127.0.0.0/8"}, .proxy_protocol = true}));
    EXPECT_EQ(answer_to(announces + canned_request()), switched);
    const auto binary = "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc0\x00\x02\x02\xc6\x33\x64\x02"
                        "\x00\x07\x00\x50"s;
    EXPECT_EQ(answer_to(binary + canned_request()), switched);
    EXPECT_EQ(came_, (std::vector<std::string>{"192.0.2.1:4711", "192.0.2.2:7"}));
}

TEST_P(endpoint_trust, takes_a_header_in_pieces) {
    ASSERT_TRUE(server_->trust({.peers = {"127.0.0.1"}, .proxy_protocol = true}));
    raw_peer peer = raw_peer::connected_to(port_);
    for (const char byte : announces) {
        peer.send({&byte, 1});
        loop().poll();
    }
    peer.send(canned_request());
    EXPECT_TRUE(run_until([&] { return came_.size() == 1; }));
    EXPECT_EQ(came_.front(), "192.0.2.1:4711");
}

TEST_P(endpoint_trust, takes_nobody_elses_word) {
    ASSERT_TRUE(server_->trust(
        {.peers = {"10.0.0.0/8"}, .proxy_protocol = true, .forwarded_for = true}));
    EXPECT_EQ(answer_to(forwarded("192.0.2.1")), switched);
    ASSERT_EQ(came_.size(), 1);
    EXPECT_TRUE(came_.front().starts_with("127.0.0.1:"));
    EXPECT_EQ(answer_to(announces + canned_request()), "HTTP/1.1 400 Bad Request");
}

TEST_P(endpoint_trust, believes_nobody_by_default) {
    EXPECT_EQ(answer_to(forwarded("192.0.2.1")), switched);
    EXPECT_TRUE(came_.front().starts_with("127.0.0.1:"));
}

TEST_P(endpoint_trust, ends_a_proxy_that_does_not_begin_as_agreed) {
    ASSERT_TRUE(server_->trust({.peers = {"127.0.0.1"}, .proxy_protocol = true}));
    EXPECT_EQ(answer_to(canned_request()), "");
    ASSERT_TRUE(run_until([&] { return failures_.size() == 1; }));
    const auto text = to_string(failures_.front());
    EXPECT_TRUE(text.starts_with("ended by the peer during proxy: the PROXY protocol's header is "
                                 "missing or malformed; peer 127.0.0.1:"))
        << text;
    raw_peer short_one = raw_peer::connected_to(port_);
    short_one.send("PROXY TCP4 192.");
    short_one.half_close();
    ASSERT_TRUE(run_until([&] { return failures_.size() == 2; }));
    EXPECT_EQ(failures_.back().error, errc::bad_proxy_header);
    EXPECT_EQ(came_.size(), 0);
}

TEST_P(endpoint_trust, gives_a_silent_proxy_no_more_time_than_others) {
    ASSERT_TRUE(server_->trust({.peers = {"127.0.0.1"}, .proxy_protocol = true}));
    session_timeouts timeouts;
    timeouts.handshake = std::chrono::milliseconds(30);
    server_->handshake_options({}, timeouts);
    const raw_peer silent = raw_peer::connected_to(port_);
    ASSERT_TRUE(run_until([&] { return failures_.size() == 1; }));
    EXPECT_EQ(failures_.front().error, errc::handshake_timeout);
}

TEST_P(endpoint_trust, takes_the_word_of_x_forwarded_for) {
    ASSERT_TRUE(server_->trust({.peers = {"127.0.0.1", "10.0.0.0/8"}, .forwarded_for = true}));
    EXPECT_EQ(answer_to(forwarded("203.0.113.9, 192.0.2.1, 10.1.2.3")), switched);
    EXPECT_EQ(came_, std::vector<std::string>{"192.0.2.1:0"});
    EXPECT_EQ(answer_to(canned_request()), switched);
    EXPECT_TRUE(came_.back().starts_with("127.0.0.1:")) << "a proxy that does not say";
}

TEST_P(endpoint_trust, refuses_garbage_in_x_forwarded_for) {
    ASSERT_TRUE(server_->trust({.peers = {"127.0.0.1"}, .forwarded_for = true}));
    EXPECT_EQ(answer_to(forwarded("' or 1=1")), "HTTP/1.1 400 Bad Request");
    ASSERT_EQ(failures_.size(), 1);
    EXPECT_EQ(failures_.front().error, errc::bad_forwarded_for);
    EXPECT_EQ(failures_.front().http_status, 400);
    EXPECT_EQ(failures_.front().phase, phase::http);
    EXPECT_EQ(came_.size(), 0);
}

TEST_P(endpoint_trust, counts_clients_and_not_the_proxy) {
    server_limits limits;
    limits.connections_per_address_max = 1;
    server_->limits(limits);
    ASSERT_TRUE(server_->trust(
        {.peers = {"127.0.0.1"}, .proxy_protocol = true, .forwarded_for = true}));
    raw_peer first, second, third;
    EXPECT_EQ(answer_to(first, announces + canned_request()), switched);
    EXPECT_EQ(answer_to(second, announces + canned_request()), "HTTP/1.1 503 Service Unavailable");
    EXPECT_EQ(answer_to(third, "PROXY UNKNOWN\r\n" + forwarded("192.0.2.9")), switched);
    EXPECT_EQ(answer_to("PROXY UNKNOWN\r\n" + forwarded("192.0.2.9")),
              "HTTP/1.1 503 Service Unavailable");
    ASSERT_EQ(refused_.size(), 2);
    EXPECT_EQ(refused_[0], "192.0.2.1:4711 too many connections from one address");
    EXPECT_EQ(refused_[1], "192.0.2.9:0 too many connections from one address");
    EXPECT_EQ(server_->refused_count(), 2);
    first.close();
    second.close(); // which the server would wait for
    ASSERT_TRUE(run_until([&] { return server_->connection_count() == 1; }));
    raw_peer again;
    EXPECT_EQ(answer_to(again, announces + canned_request()), switched);
}

TEST_P(endpoint_trust, refuses_what_names_no_peer) {
    const auto wrong = server_->trust({.peers = {"10.0.0.0/8", "proxy.example"}});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error(), errc::bad_argument);
}

WEFT_IN_EVERY_WAY(endpoint_trust);

} // namespace
} // namespace weft::testing
