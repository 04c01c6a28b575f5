// SPDX-License-Identifier: MIT
// Raw connections over sockets: bytes both ways, names, adoption and limits.
#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <sys/socket.h>

#include <weft/endpoint/datagram_socket.hpp>
#include <weft/endpoint/raw_file.hpp>

#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

class endpoint_raw : public raw_endpoint {
protected:
    /// Connects, and returns how that failed.
    report failure_to(const std::string& target, raw_connect_options options = {}) {
        raw_ending outbound;
        connector_->connect(target, outbound.noted(), std::move(options));
        EXPECT_FALSE(outbound.ended()) << "reported from inside the call";
        EXPECT_TRUE(
            run_until([&] { return outbound.ended() && connector_->connection_count() == 0; }));
        EXPECT_EQ(outbound.failed, 1);
        EXPECT_EQ(outbound.opened + outbound.closed, 0);
        return outbound.why;
    }

    void expect_raw_echo(const std::string& target) {
        ASSERT_TRUE(connect(target));
        EXPECT_EQ(outbound_.open->send("hello"), send_result::accepted);
        EXPECT_TRUE(run_until([&] { return outbound_.received == "hello"; }));
        outbound_.open->close();
        EXPECT_TRUE(all_gone());
        EXPECT_EQ(outbound_.closed, 1);
        EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
        EXPECT_EQ(outbound_.why.began, side::local);
        EXPECT_EQ(served_.closed, 1);
        EXPECT_TRUE(served_.why.clean()) << served_.why;
        EXPECT_EQ(served_.why.began, side::peer);
        EXPECT_EQ(served_.why.phase, phase::transfer);
    }
};

TEST_P(endpoint_raw, echoes_over_tcp) {
    expect_raw_echo(serve_raw_echo());
}

TEST_P(endpoint_raw, echoes_over_unix_sockets) {
    const std::string where = "unix:@weft-raw-" + std::to_string(::getpid());
    serve_raw_echo();
    ASSERT_TRUE(raw_server_->listen(where));
    expect_raw_echo(where);
}

TEST_P(endpoint_raw, echoes_to_a_name) {
    serve_raw_echo();
    loop().resolver([](lookup asked) {
        EXPECT_EQ(asked.host(), "somewhere.test");
        asked.found(*address::parse("127.0.0.1", 0));
        asked.finish();
    });
    expect_raw_echo("tcp://somewhere.test:" + std::to_string(port_));
}

TEST_P(endpoint_raw, tells_addresses) {
    ASSERT_TRUE(connect(serve_raw_echo()));
    EXPECT_EQ(outbound_.open->remote_address().port(), port_);
    EXPECT_EQ(served_.open->remote_address(), outbound_.open->local_address());
    EXPECT_FALSE(outbound_.open->secure());
}

TEST_P(endpoint_raw, carries_much_both_ways) {
    const std::string much(3'000'000, 'x');
    ASSERT_TRUE(connect(serve_raw_echo()));
    EXPECT_NE(outbound_.open->send(much), send_result::closed);
    EXPECT_TRUE(run_until([&] { return outbound_.received.size() == much.size(); }))
        << outbound_.received.size();
    EXPECT_EQ(outbound_.received, much);
    outbound_.open->close();
    EXPECT_TRUE(all_gone());
}

// --- failing to connect

TEST_P(endpoint_raw, tells_why_nobody_answers) {
    const auto port = raw_peer::listening().port();
    const auto refused = failure_to("tcp://127.0.0.1:" + std::to_string(port));
    EXPECT_EQ(refused.error, std::errc::connection_refused);
    EXPECT_EQ(refused.phase, phase::connect);
    EXPECT_EQ(failure_to("unix:/nowhere/at/all").error, std::errc::no_such_file_or_directory);
    loop().resolver({});
    const auto unknown = failure_to("tcp://nowhere.test:80");
    EXPECT_EQ(unknown.error, errc::no_resolver);
    EXPECT_EQ(unknown.phase, phase::resolve);
    EXPECT_EQ(failure_to("nonsense").error, errc::bad_address);
    EXPECT_EQ(failure_to("tcp://").error, errc::bad_address);
    EXPECT_EQ(failure_to("127.0.0.1:0").error, errc::bad_address);
}

TEST_P(endpoint_raw, gives_up_connecting_in_time) {
    loop().resolver([kept = std::optional<lookup>()](lookup asked) mutable {
        kept.emplace(std::move(asked));
    });
    raw_connect_options soon;
    soon.connect_timeout = 20ms;
    const auto late = failure_to("tcp://slow.test:80", std::move(soon));
    EXPECT_EQ(late.error, errc::connect_timeout);
    EXPECT_EQ(late.phase, phase::resolve);
    loop().resolver({});
}

TEST_P(endpoint_raw, is_cancelled_while_it_dials) {
    loop().resolver([kept = std::optional<lookup>()](lookup asked) mutable {
        kept.emplace(std::move(asked));
    });
    const auto handle = connector_->connect("tcp://slow.test:80", outbound_.noted());
    EXPECT_TRUE(handle.close());
    EXPECT_TRUE(run_until([&] { return outbound_.ended(); }));
    EXPECT_EQ(outbound_.failed, 1);
    EXPECT_EQ(outbound_.why.error, errc::aborted);
    loop().resolver({});
}

// --- adoption

TEST_P(endpoint_raw, adopts_both_ends_with_bytes_that_were_read) {
    serve_raw_echo();
    std::array<int, 2> both{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), 0);
    const std::string_view early = "early ";
    const auto taken = raw_server_->adopt(both[0], std::as_bytes(std::span(early)));
    ASSERT_TRUE(taken) << taken.error().message();
    const auto ours = connector_->adopt(both[1], outbound_.noted(), {},
                                        std::as_bytes(std::span(std::string_view("read before "))));
    ASSERT_TRUE(ours) << ours.error().message();
    EXPECT_EQ(served_.opened + outbound_.opened, 0) << "nothing from inside the call";
    EXPECT_EQ(ours->send(std::string("late")), send_result::accepted);
    EXPECT_TRUE(run_until([&] { return outbound_.received == "read before early late"; }))
        << outbound_.received;
    EXPECT_EQ(served_.received, "early late");
    EXPECT_TRUE(ours->close());
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw, adopts_a_listener) {
    serve_raw_echo();
    raw_peer listening = raw_peer::listening();
    const auto where = raw_server_->adopt_listener(listening.descriptor());
    ASSERT_TRUE(where) << where.error().message();
    static_cast<void>(listening.release());
    EXPECT_EQ(raw_server_->listening_at().size(), 2U);
    expect_raw_echo(where->str());
    EXPECT_TRUE(raw_server_->stop_listening(*where));
}

TEST_P(endpoint_raw, hands_its_listener_to_a_successor_without_refusing_anybody) {
    serve_raw_echo();
    const auto where = raw_server_->listening_at().back();
    ASSERT_TRUE(connect(where.str()));
    const auto released = raw_server_->release_listener(where);
    ASSERT_TRUE(released);
    EXPECT_FALSE(raw_server_->is_listening());
    EXPECT_EQ(raw_server_->release_listener(where).error(), errc::bad_argument);

    raw_ending waiting;
    connector_->connect(where.str(), waiting.noted({.open = [](raw_connection& peer) {
        peer.send("to the successor");
    }}));
    ASSERT_TRUE(run_until([&] { return waiting.open != nullptr; })) << "by the kernel";
    raw_ending next;
    raw_server successor{loop(), next.noted({.data = [](raw_connection& peer,
                                                        std::span<std::byte> bytes) {
                             peer.send(bytes);
                         }})};
    ASSERT_EQ(*successor.adopt_listener(*released), where);
    EXPECT_TRUE(run_until([&] { return waiting.received == "to the successor"; }));
    outbound_.open->send("to the old one");
    EXPECT_TRUE(run_until([&] { return outbound_.received == "to the old one"; })) << "it goes on";
    EXPECT_EQ(served_.opened + next.opened, 2);
}

TEST_P(endpoint_raw, takes_nothing_on_error) {
    serve_raw_echo();
    raw_peer listening = raw_peer::listening();
    EXPECT_EQ(raw_server_->adopt(listening.descriptor()).error(), errc::bad_argument);
    EXPECT_EQ(connector_->adopt(listening.descriptor(), {}).error(), errc::bad_argument);
    EXPECT_EQ(raw_server_->adopt(-1).error(), std::errc::bad_file_descriptor);
    way_->destroy_loop();
    EXPECT_EQ(raw_server_->adopt(listening.descriptor()).error(), errc::gone);
    EXPECT_EQ(connector_->adopt(listening.descriptor(), {}).error(), errc::gone);
}

TEST_P(endpoint_raw, serves_a_stream_of_another_kind) {
    serve_raw_echo();
    raw_server other(loop(), outbound_.noted());
    auto [one, two] = memory_pipe(loop().driver(), loop().driver());
    raw_server_->serve(std::move(one));
    other.serve(std::move(two)).send("through a pipe");
    EXPECT_TRUE(run_until([&] { return outbound_.received == "through a pipe"; }));
    outbound_.open->close();
    EXPECT_TRUE(run_until([&] {
        return other.connection_count() + raw_server_->connection_count() == 0;
    }));
}

// --- who may come in, and other words

TEST_P(endpoint_raw, accepts_no_more_than_the_limit) {
    const auto target = serve_raw_echo();
    std::error_code received;
    raw_server_->connections_max(1);
    raw_server_->on_refused([&](const address&, std::error_code why) { received = why; });
    ASSERT_TRUE(connect(target));
    raw_peer refused = raw_peer::connected_to(port_);
    EXPECT_TRUE(run_until([&] { return refused.ended() && received; }));
    EXPECT_EQ(received, errc::too_many_connections);
    EXPECT_EQ(raw_server_->connection_count(), 1U);
}

TEST_P(endpoint_raw, has_a_keeper_who_may_say_no) {
    serve_raw_echo();
    listen_options strict;
    strict.after_accept = [](int, const address&) { return false; };
    const auto where = raw_server_->listen("127.0.0.1", 0, std::move(strict));
    ASSERT_TRUE(where);
    raw_peer unwelcome = raw_peer::connected_to(where->port());
    EXPECT_TRUE(run_until([&] { return unwelcome.ended(); }));
    EXPECT_EQ(served_.opened, 0);
}

TEST_P(endpoint_raw, is_interrupted_once_each) {
    ASSERT_TRUE(connect(serve_raw_echo()));
    loop().wake();
    EXPECT_TRUE(run_until([&] { return served_.interrupts + outbound_.interrupts == 2; }));
    EXPECT_EQ(served_.interrupts, 1);
}

template <class Sender, class Content>
constexpr bool sends = requires(Sender& from, const Content& what) { from.send(what); };

template <class Content>
constexpr bool all_send =
    sends<raw_connection, Content> && sends<raw_file, Content> && sends<datagram_socket, Content>;

static_assert(all_send<std::vector<std::uint8_t>> && all_send<std::array<std::byte, 3>> &&
              all_send<std::span<std::byte>> && all_send<std::vector<std::byte>> &&
              all_send<std::string> && all_send<char[4]> && !all_send<std::vector<int>>);

TEST_P(endpoint_raw, counts_what_handles_post) {
    constexpr std::size_t sends = 50'000;
    ASSERT_TRUE(connect(serve(served_.noted())));
    const auto handle = outbound_.open->handle();
    EXPECT_EQ(handle, outbound_.open->handle());
    EXPECT_NE(handle, served_.open->handle());
    std::size_t taken = 0;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < sends; ++i) {
        ++(handle.send("x") == send_result::dropped ? dropped : taken);
    }
    EXPECT_NE(dropped, 0U);
    EXPECT_LE(handle.queued_bytes(), raw_options().queue_size_max);
    EXPECT_TRUE(
        run_until([&] { return served_.received.size() == taken && outbound_.writable != 0; }));
    EXPECT_EQ(handle.queued_bytes(), 0U);
    outbound_.open->close();
    EXPECT_EQ(handle.send("x"), send_result::closed);
    EXPECT_TRUE(all_gone());
}

TEST_P(endpoint_raw, sends_what_a_handle_was_given_before_it_opens) {
    const auto target = serve(served_.noted());
    const auto handle = connector_->connect(
        target, outbound_.noted({.open = [](raw_connection& peer) { peer.send("from open, "); }}));
    EXPECT_EQ(handle.send("early"), send_result::accepted);
    EXPECT_TRUE(run_until([&] { return served_.received == "from open, early"; }))
        << served_.received;
}

TEST_P(endpoint_raw, keeps_data_and_is_visited) {
    ASSERT_TRUE(connect(serve_raw_echo()));
    served_.open->data() = std::string("mine");
    int visited = 0;
    raw_server_->for_each([&](raw_connection& one) {
        ++visited;
        EXPECT_EQ(*one.data_as<std::string>(), "mine");
    });
    EXPECT_EQ(visited, 1);
}

TEST_P(endpoint_raw, hands_an_exception_to_the_loop) {
    std::string message_of_exception;
    loop().on_error([&](std::exception_ptr what) {
        try {
            std::rethrow_exception(what);
        } catch (const std::exception& thrown) {
            message_of_exception = thrown.what();
        }
    });
    const auto target = serve(served_.noted({.data = [](raw_connection&, auto) {
        throw std::runtime_error("a bad day");
    }}));
    ASSERT_TRUE(connect(target));
    outbound_.open->send("x");
    EXPECT_TRUE(run_until([&] { return served_.ended(); }));
    EXPECT_EQ(message_of_exception, "a bad day");
    EXPECT_EQ(served_.why.error, errc::handler_threw);
    EXPECT_TRUE(all_gone());
}

WEFT_IN_EVERY_WAY(endpoint_raw);

} // namespace
} // namespace weft::testing
