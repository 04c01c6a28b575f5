// SPDX-License-Identifier: MIT
// Every allocation of a connection's life fails once, in each scenario: the connection ends alone
// and says so, or the call throws and has done nothing. Both ends are reported exactly once.
#include "counted_ends.hpp"
#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

const std::string large_text(100'000, 'y');

TEST(connection_allocation, opening) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.server->route("/chat/*", here.all(here.at_server, true),
                           {.connection = {}, .subprotocol = "a subprotocol that is long"});
        here.server->route("/chat/room", here.all(here.at_server, true),
                           {.connection = {}, .subprotocol = "chat.example.org-version-1"});
        const bool called = memory.during([&] {
            connect_options options;
            options.subprotocols = {"other", "chat.example.org-version-1"};
            options.headers = {{"Cookie", long_text}, {"Origin", "https://example.org/somewhere"}};
            here.link(std::move(options), "/chat/room?key=a%20long%20value%20that%20is%20kept");
        });
        memory.during([&] { here.driver.settle(); });
        const bool opened = here.at_client.opens == 1 && here.at_server.opens == 1;
        EXPECT_TRUE(opened || !called || here.said_so());
        EXPECT_TRUE(memory.ran_out() || opened);
        here.expect_order();
    });
}

TEST(connection_allocation, opening_byte_by_byte_with_an_answer_from_validate) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        auto with_validate = here.all(here.at_server, true);
        with_validate.validate = [](connection& c) {
            const http_fields more{{"X-Greeting", "hello to you, whoever you are"}};
            static_cast<void>(c.accept({}, c.query_value("key") ? more : http_fields{}));
        };
        here.server->route("/validated", std::move(with_validate));
        auto [a, b] = memory_pipe(here.driver, here.driver);
        a->deliver_at_most(1);
        here.server->serve(std::move(a));
        ++here.at_server.begun;
        mute_peer peer(std::move(b));
        peer.say("GET /validated?key=value%20value%20value%20value HTTP/1.1\r\nHost: a\r\n"
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(here.at_server.opens == 1 || here.said_so());
        here.expect_order();
    });
}

TEST(connection_allocation, refusals_and_plain_requests) {
    constexpr std::string_view requests[] = {
        "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        "GET /beside HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 12\r\n\r\n",
        "POST /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 40\r\n\r\n"
        "a body of forty bytes, all of them sent.",
        "nonsense\r\n\r\n",
        "GET /plain HTTP/1.1\r\nHost: a\r\n\r\nGET /beside HTTP/1.1\r\nHost: a\r\n\r\n"
        "GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    };
    for (const auto request : requests) {
        fail_each_allocation([&](scarce_memory& memory) {
            ends here;
            handlers plain;
            plain.http = [](connection& c) {
                static_cast<void>(c.respond({200, {{"X-Header", long_text}}, long_text}));
            };
            here.server->route("/plain", std::move(plain));
            mute_peer peer = mute_client_of(here);
            peer.say(request);
            memory.during([&] { here.driver.settle(); });
            // Answered without a handler, or failed.
            here.at_server.requests = here.at_server.begun - here.at_server.fails;
            here.expect_order();
        });
    }
}

/// What the client says when all is open, and the echo of it.
void talk(function<void(connection&)> speak, const connection_options& both = {},
          std::size_t capacity = 64 * 1024) {
    fail_each_allocation([&](scarce_memory& memory) {
        ends here;
        here.capacity = capacity;
        here.open(both);
        const bool called = memory.during([&] { speak(*here.at_client.last); });
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(!memory.ran_out() || !called || here.said_so() || here.at_client.messages > 0 ||
                    here.at_client.pongs > 0 || here.at_client.closes > 0);
        if (memory.ran_out()) {
            EXPECT_EQ(here.at_client.closes > 0, here.at_client.closes == 1);
        } else {
            EXPECT_FALSE(here.said_so());
        }
        here.expect_order();
    });
}

TEST(connection_allocation, echo_of_a_small_message) {
    talk([](connection& c) { c.send("hello"); });
}

TEST(connection_allocation, echo_of_a_large_message) {
    talk([](connection& c) { c.send(large_text); });
}

TEST(connection_allocation, echo_of_a_large_message_in_small_pieces) {
    talk([](connection& c) { c.send(std::string_view(large_text).substr(0, 30'000)); }, {}, 1000);
}

TEST(connection_allocation, echo_of_fragments) {
    talk([](connection& c) {
        c.send_part(message(long_text), false);
        c.send_part(message(std::string_view(large_text).substr(0, 20'000)), false);
        c.send_part(message(long_text), true);
    });
}

TEST(connection_allocation, many_messages_against_a_small_queue) {
    connection_options options;
    options.queue_size_max = 4000;
    for (const auto policy : {queue_policy::pause, queue_policy::drop, queue_policy::close}) {
        options.when_full = policy;
        talk(
            [](connection& c) {
                for (int i = 0; i < 30; ++i)
                    c.send(long_text);
            },
            options, 1000);
    }
}

TEST(connection_allocation, pings_and_pongs) {
    talk([](connection& c) {
        c.ping("are you there?");
        c.pong(std::string_view(long_text).substr(0, 125));
        c.ping();
    });
}

TEST(connection_allocation, a_flood_of_pings_behind_much_output) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.capacity = 200;
        mute_peer peer = mute_client_of(here);
        peer.say(canned_request());
        peer.listen(false);
        here.driver.settle();
        ASSERT_EQ(here.at_server.opens, 1);
        const auto ping = to_text(frame_builder(role::client).ping("beat"));
        memory.during([&] { here.at_server.last->send(large_text); });
        for (int i = 0; i < 3 && here.at_server.closes == 0; ++i) {
            memory.during([&] {
                peer.say(ping);
                here.driver.settle();
            });
        }
        peer.listen(true);
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(here.at_server.pings == 3 || memory.ran_out());
        here.expect_order();
    });
}

TEST(connection_allocation, closing_from_either_side) {
    talk([](connection& c) { c.close(close_code::normal, "a reason of more than fifteen bytes"); });
    talk([](connection& c) { c.close(); });
    talk([](connection& c) { c.abort(); });
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        memory.during([&] {
            here.at_server.last->close(close_code::going_away, "a reason that is rather long");
            here.driver.settle();
        });
        EXPECT_EQ(here.at_server.closes + here.at_client.closes, 2);
        here.expect_order();
    });
}

TEST(connection_allocation, the_peer_is_informed_of_an_end_without_memory) {
    ends here;
    here.open();
    here.on_message = [](connection&, const message&) { throw std::bad_alloc(); };
    std::optional<close_frame> received;
    here.on_close_at_server = [&](const report& why) { received = why.received; };
    here.at_client.last->send("hello");
    here.driver.settle();
    EXPECT_EQ(here.at_client.short_of_memory, 1);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->code, close_code::internal_error);
    here.expect_order();
}

TEST(connection_allocation, a_handler_that_keeps_throwing) {
    talk([](connection& c) {
        c.send(long_text);
        throw std::bad_alloc();
    });
}

TEST(connection_allocation, connecting_that_fails) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        int cancelled = 0;
        const auto begin = [&]() -> connection& {
            connection& outbound = here.client->begin_connect(
                ends::at("/a/path/that/is/long/enough"), here.all(here.at_client, false), {});
            ++here.at_client.begun;
            stream_endpoint::pending(outbound).begin_phase(phase::connect,
                                                           [&cancelled] { ++cancelled; });
            return outbound;
        };
        memory.during([&] {
            stream_endpoint::pending(begin()).fail(
                phase::connect, std::make_error_code(std::errc::connection_refused));
        });
        memory.during([&] { begin().abort(); });
        memory.during([&] { begin(); });
        memory.during([&] { here.pass(11s); }); // the last one takes too long
        memory.during([&] {                     // a header that cannot be sent
            auto [a, b] = memory_pipe(here.driver, here.driver);
            connect_options options;
            options.headers = {{"Bad name", "value"}};
            here.connect(std::move(a), std::move(options));
        });
        memory.during([&] { here.driver.settle(); });
        EXPECT_EQ(here.at_client.fails, here.at_client.begun);
        EXPECT_LE(cancelled, 2);
        here.expect_order();
    });
}

TEST(connection_allocation, a_request_that_somebody_else_has_read) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        const http_fields headers{{"Host", "example.org"},
                                  {"Upgrade", "websocket"},
                                  {"Connection", "Upgrade"},
                                  {"Sec-WebSocket-Version", "13"},
                                  {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
        auto ends = memory_pipe(here.driver, here.driver);
        mute_peer peer(std::move(ends.second));
        const auto frame = frame_builder(role::client).text("early");
        memory.during([&] {
            auto request = http_request::make("GET", "/", headers);
            if (request && here.server->accept(std::move(ends.first), std::move(*request), frame)) {
                ++here.at_server.begun;
            }
        });
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(memory.ran_out() || here.at_server.messages == 1);
        here.expect_order();
    });
}

TEST(connection_allocation, handles_and_data) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        connection_handle handle;
        int with = 0;
        memory.during([&] { handle = here.at_server.last->handle(); });
        memory.during([&] { here.at_server.last->data() = std::string(100, 'd'); });
        memory.during([&] { handle.send(std::string(100, 's')); });
        memory.during([&] { handle.with([&with](connection& c) { with += c.is_open(); }); });
        memory.during([&] { here.driver.settle(); });
        memory.during([&] { handle.close(close_code::normal, std::string(100, 'r')); });
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(memory.ran_out() || (with == 1 && here.at_client.closes == 1));
        here.expect_order();
    });
}

TEST(connection_allocation, a_pause_with_input_behind_it) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        connection& client = *here.at_client.last;
        here.on_message = [](connection& c, const message&) { c.pause(); };
        memory.during([&] {
            for (int i = 0; i < 5; ++i)
                client.send(long_text);
            here.driver.settle();
        });
        for (int i = 0; i < 5 && here.at_client.closes == 0; ++i) {
            memory.during([&] {
                here.at_client.last->resume();
                here.driver.settle();
            });
        }
        EXPECT_TRUE(memory.ran_out() || here.at_client.messages == 5);
        here.expect_order();
    });
}

TEST(connection_allocation, a_broadcast_reaches_those_who_have_memory) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        for (int i = 0; i < 3; ++i)
            here.link({}, "/open");
        here.driver.settle();
        ASSERT_EQ(here.at_client.opens, 4);
        memory.during([&] {
            here.server->for_each([](connection& each) {
                if (each.path() == "/beside") return;
                each.send(std::string_view(large_text).substr(0, 20'000));
            });
        });
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(memory.ran_out() || here.at_client.messages == 4);
        here.expect_order();
    });
}

TEST(connection_allocation, a_prepared_broadcast_reaches_those_who_have_memory) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.capacity = 1000;
        here.open();
        for (int i = 0; i < 3; ++i) here.link({}, "/open");
        here.driver.settle();
        ASSERT_EQ(here.at_client.opens, 4);
        const auto handle = here.at_server.last->handle();
        int sent = 0;
        memory.during([&] {
            const prepared_message whole(std::string_view(large_text).substr(0, 20'000));
            here.server->for_each([&](connection& each) {
                if (each.path() != "/beside") each.send(whole);
                ++sent;
            });
            handle.send(whole);
            ++sent;
        });
        memory.during([&] { here.driver.settle(); });
        EXPECT_TRUE(memory.ran_out() || here.at_client.messages == 5);
        here.expect_order();
    });
}

TEST(connection_allocation, a_turn_inside_a_handler) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        here.open();
        here.link({}, "/open");
        here.driver.settle();
        int depth = 0;
        here.on_message = [&](connection& c, const message&) {
            c.send(std::string_view(large_text).substr(0, 20'000));
            if (++depth < 3) here.driver.settle();
        };
        memory.during([&] {
            here.client->for_each([](connection& each) {
                if (each.path() != "/beside") each.send(long_text);
            });
        });
        here.on_message = {};
        memory.during([&] { here.driver.settle(); });
        here.expect_order();
    });
}

TEST(connection_allocation, routes_and_services) {
    fail_each_allocation([](scarce_memory& memory) {
        ends here;
        memory.during([&] { here.server->route(long_text, here.all(here.at_server, true)); });
        memory.during([&] { stream_endpoint another(here.driver); });
        here.expect_order();
    });
}

} // namespace
} // namespace weft::testing
