// SPDX-License-Identifier: MIT
// The tests of the auction: on a network in memory and in virtual time, so that minutes pass in
// milliseconds and every run is the same. Needs no test framework.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <weft/loop/virtual_clock.hpp>
#include <weft/testing/memory_network.hpp>

#include "auction.hpp"

using namespace std::chrono_literals;

/// The auction and its network. Messages travel 10 to 50 ms, and arrive in small pieces.
struct world {
    explicit world(std::uint64_t seed) : net(seed) {
        const weft::testing::line slow{.latency_min = 10ms, .latency_max = 50ms, .piece_max = 3};
        net.conditions({.to_server = slow, .to_client = slow});
        sale.serve(server);
        net.listen("server", server);
    }
    ~world() { net.stop_listening("server"); }

    void pass(weft::duration time) {
        const auto end = clock.now() + time;
        while (clock.now() < end) {
            clock.advance(10ms);
            while (loop.run_ready().did_something) {}
        }
    }

    weft::testing::memory_network net;
    weft::virtual_clock clock;
    weft::event_loop loop{{.engine = weft::engine_kind::virtual_time,
                           .clock = &clock,
                           .random = &net.chance()}};
    weft::stream_endpoint server{loop.driver()};
    weft::stream_endpoint clients{loop.driver()};
    auction sale{loop, {.item = "a lamp", .first_price = 10}};
};

/// A bidder's client, and the messages that it has received.
struct bidder {
    bidder(world& in, const std::string& name) {
        in.net.connect(in.clients, "server",
                       *weft::uri::parse("ws://test/auction?name=" + name), {
            .open = [this](weft::connection& c) { line = c.handle(); },
            .message = [this](weft::connection&, weft::message m) {
                received.emplace_back(m.text());
            },
            .close = [this](weft::connection&, const weft::report& why) { end = why.reason(); },
            .fail = [this](const weft::report& why) { refused = why.http_status; },
        });
        in.pass(1s);
    }

    void send(std::string_view words) {
        line.with([words = std::string(words)](weft::connection& c) { c.send(words); });
    }

    weft::connection_handle line;
    std::vector<std::string> received;
    std::string end;
    int refused = 0;
};

int failures = 0;

template <class T, class U>
void expect(const char* what, const T& found, const U& wanted) {
    if (found == wanted) return;
    ++failures;
    std::cerr << "FAILED: " << what << '\n';
}

using words = std::vector<std::string>;

void the_highest_bid_wins(std::uint64_t seed) {
    world here(seed);
    bidder ann(here, "ann");
    bidder ben(here, "ben");
    ann.send("bid 10");
    here.pass(1s);
    ben.send("bid 12");
    here.pass(31s);
    expect("the whole sale", ann.received,
           words{"a lamp, from 10", "ann bids 10", "ben bids 12", "going once", "going twice",
                 "sold to ben for 12"});
    expect("both receive the same", ben.received, ann.received);
    ann.send("bid 20");
    here.pass(1s);
    expect("a bid too late", ann.received.back(), "not accepted: sold to ben for 12");
}

void a_bid_begins_the_silence_anew(std::uint64_t seed) {
    world here(seed);
    bidder ann(here, "ann");
    ann.send("bid 10");
    here.pass(29s);
    expect("almost sold", ann.received.back(), "going twice");
    ann.send("bid 11");
    here.pass(19s);
    expect("not yet", ann.received.back(), "ann bids 11");
    here.pass(12s);
    expect("sold", ann.received.back(), "sold to ann for 11");
}

void what_is_no_bid_is_answered_to_the_bidder_alone(std::uint64_t seed) {
    world here(seed);
    bidder ann(here, "ann");
    bidder ben(here, "ben");
    for (const auto* wrong : {"hello", "bid", "bid 1x", "bid 99999999999"}) {
        ann.send(wrong);
        here.pass(1s);
        expect(wrong, ann.received.back(), "send: bid NUMBER");
    }
    ann.send("bid 9");
    here.pass(1s);
    expect("below the first price", ann.received.back(), "not accepted: from 10");
    expect("ben receives nothing", ben.received.size(), std::size_t(1));
    expect("a name is needed", bidder(here, "").refused, 400);
}

void a_bidder_whose_line_is_cut_comes_back(std::uint64_t seed) {
    world here(seed);
    bidder ann(here, "ann");
    ann.send("bid 10");
    here.pass(1s);
    for (auto* end : here.net.streams()) end->cut(); // neither side learns of it
    bidder back(here, "ann");
    expect("is told the price", back.received.front(), "a lamp, at ann's 10");
    back.send("bid 11");
    here.pass(60s); // the old connection is found dead meanwhile
    expect("is still ann", back.received.back(), "sold to ann for 11");
    expect("is still connected", back.end, "");
}

void a_second_connection_replaces_the_first(std::uint64_t seed) {
    world here(seed);
    bidder ann(here, "ann");
    bidder again(here, "ann");
    expect("the first is closed", ann.end, "replaced");
    expect("the second is not", again.end, "");
}

int main() {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        the_highest_bid_wins(seed);
        a_bid_begins_the_silence_anew(seed);
        what_is_no_bid_is_answered_to_the_bidder_alone(seed);
        a_bidder_whose_line_is_cut_comes_back(seed);
        a_second_connection_replaces_the_first(seed);
        if (failures != 0) {
            std::cerr << "with the seed " << seed << '\n';
            return EXIT_FAILURE;
        }
    }
}
