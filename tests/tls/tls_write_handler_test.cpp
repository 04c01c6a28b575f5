// SPDX-License-Identifier: MIT
// A write handler of an io_stream that uses the connection whose output it is taking, through TLS.
#include <algorithm>
#include <utility>

#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

#include "support/pass_on.hpp"
#include "tls_endpoints.hpp"

namespace weft {
namespace {

using pieces_of_output = std::span<const std::span<const std::byte>>;

std::shared_ptr<server_under_test> local_server() {
    static const auto made = *server_under_test::create({.certificates = {local_certificate()}});
    return made;
}

/// A server and a client. The server's write handler calls `then` once, after passing on up to
/// `room` bytes, when `skipped` writes have gone before.
class tls_write_handler : public ::testing::Test {
protected:
    void SetUp() override {
        begin();
        d.settle();
        ASSERT_TRUE(open);
    }

    void begin() {
        server.route("/", {.open = [this](connection&) { open = true; },
                           .close = [this](connection&, const report&) { gone(); },
                           .fail = [this](const report&) { gone(); }});
        server.on_fail([this](const report&) { gone(); });
        client_io->on_shutdown([this] {
            if (server_io) server_io->eof();
        });
        server_io->on_shutdown([this] { client_io->eof(); });
        client.connect(client_that_trusts(local_certificate())
                           ->cover(client_io->take_stream(), "localhost"),
                       *uri::parse("wss://localhost/"),
                       {.message = [this](connection&, message m) {
                            received.emplace_back(m.text());
                        },
                        .close = [this](connection&, const report& why) { end = why; },
                        .fail = [this](const report& why) { end = why; }});
        here = &server.serve(local_server()->cover(server_io->take_stream(), {}));
    }

    void gone() {
        ++ends;
        here = nullptr;
    }

    std::size_t take(pieces_of_output pieces) {
        std::size_t size = 0;
        for (const auto piece : pieces) {
            const auto part = piece.first(std::min(piece.size(), room - size));
            client_io->read_all(part);
            size += part.size();
        }
        room -= size;
        if (skipped-- == 0) {
            if (auto once = std::exchange(then, {})) once();
        }
        return size;
    }

    void read_on() {
        room = SIZE_MAX;
        if (server_io) server_io->writable();
        d.settle();
    }

    manual_driver d;
    function<void()> then;
    int skipped = 0;
    std::size_t room = SIZE_MAX;
    bool open = false;
    int ends = 0;
    connection* here = nullptr; // the server's, until its end
    std::vector<std::string> received;
    std::optional<report> end;
    std::optional<io_stream> client_io{std::in_place, d, [this](pieces_of_output pieces) {
                                           if (server_io) pass_on(pieces, *server_io);
                                           return result<std::size_t>(size_of(pieces));
                                       }};
    std::optional<io_stream> server_io{std::in_place, d, [this](pieces_of_output pieces) {
                                           return result<std::size_t>(take(pieces));
                                       }};
    stream_endpoint server{d};
    stream_endpoint client{d};

private:
    static std::size_t size_of(pieces_of_output pieces) {
        std::size_t size = 0;
        for (const auto piece : pieces) size += piece.size();
        return size;
    }
};

TEST_F(tls_write_handler, may_send_on_its_connection) {
    for (const std::size_t outer : {10, 20'000, 200'000}) {
        for (const std::size_t nested : {10, 20'000, 200'000}) {
            for (const std::size_t taken : {std::size_t(0), std::size_t(10'000), SIZE_MAX}) {
                SCOPED_TRACE(::testing::Message() << outer << ' ' << nested << ' ' << taken);
                received.clear();
                room = taken;
                skipped = 0;
                const std::string first(outer, 'a');
                then = [&] {
                    EXPECT_NE(here->send(std::string(nested, 'b')), send_result::closed);
                    EXPECT_NE(here->send("c"), send_result::closed);
                };
                EXPECT_NE(here->send("short"), send_result::closed);
                EXPECT_NE(here->send(first), send_result::closed);
                d.settle();
                EXPECT_FALSE(then);
                read_on();
                EXPECT_TRUE(received == (std::vector{std::string("short"), first,
                                                     std::string(nested, 'b'), std::string("c")}));
                EXPECT_FALSE(end);
            }
        }
    }
}

/// The queue that is written moves when more is sent.
TEST_F(tls_write_handler, may_send_while_queued_output_is_taken) {
    for (int writes_before = 0; writes_before < 4; ++writes_before) {
        SCOPED_TRACE(writes_before);
        received.clear();
        room = 0;
        for (int i = 0; i < 4; ++i) here->send(std::string(100'000, 'a'));
        d.settle();
        skipped = writes_before;
        then = [&] {
            for (int i = 0; i < 4; ++i) here->send(std::string(100'000, 'b'));
        };
        read_on();
        EXPECT_FALSE(then);
        std::vector<std::string> expected(4, std::string(100'000, 'a'));
        expected.resize(8, std::string(100'000, 'b'));
        EXPECT_TRUE(received == expected);
        EXPECT_FALSE(end);
    }
}

TEST_F(tls_write_handler, may_close_its_connection) {
    skipped = 0;
    then = [this] { here->close(close_code::going_away, "moved"); };
    here->send(std::string(20'000, 'a'));
    d.settle();
    EXPECT_EQ(received, (std::vector{std::string(20'000, 'a')}));
    ASSERT_TRUE(end);
    EXPECT_EQ(end->code(), close_code::going_away);
    EXPECT_EQ(ends, 1);
}

/// From the first write of the handshake on.
class tls_write_handler_at_any_time : public tls_write_handler {
protected:
    void SetUp() override {}
};

class tls_write_handler_that_ends
    : public tls_write_handler_at_any_time,
      public ::testing::WithParamInterface<std::pair<int, std::string>> {};

TEST_P(tls_write_handler_that_ends, ends_it_once) {
    const auto [writes_before, how] = GetParam();
    begin();
    skipped = writes_before;
    bool happened = false;
    then = [&, how = how] {
        happened = true;
        if (how == "abort") here->abort();
        if (how == "close") here->close();
        if (how == "eof") server_io->eof();
        if (how == "error") server_io->fatal_error(std::make_error_code(std::errc::io_error));
        if (how == "destroy") server_io.reset();
        if (how == "send and abort") {
            here->send(std::string(100'000, 'b'));
            here->pause();
            here->abort();
        }
    };
    d.settle();
    for (int i = 0; i < 4 && here; ++i) {
        here->send(std::string(50'000, 'a'));
        d.settle();
    }
    EXPECT_TRUE(happened);
    client_io->eof(); // in case that `server_io`, which would have called it, was destroyed
    d.settle();
    EXPECT_EQ(ends, 1);
    EXPECT_TRUE(end);
}

std::vector<std::pair<int, std::string>> ways_to_end() {
    std::vector<std::pair<int, std::string>> all;
    for (const char* const how : {"abort", "close", "eof", "error", "destroy", "send and abort"}) {
        for (int writes = 0; writes < 5; ++writes) all.emplace_back(writes, how);
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(ways, tls_write_handler_that_ends, ::testing::ValuesIn(ways_to_end()));

// --- raw connections

void settle(event_loop& loop) {
    turn_result turn{true};
    while (turn.did_something || turn.more_waiting) turn = loop.run_ready({});
}

TEST(tls_raw_write_handler, may_send_on_its_connection_and_end_it) {
    for (const std::size_t outer : {10, 20'000, 200'000}) {
        for (const std::size_t nested : {10, 20'000, 200'000}) {
            SCOPED_TRACE(::testing::Message() << outer << ' ' << nested);
            event_loop loop;
            function<void()> then;
            std::string received;
            bool opened = false;
            std::optional<report> end;
            io_stream* client_end = nullptr;
            raw_server client(loop, {.data = [&](raw_connection&, std::span<std::byte> bytes) {
                const auto text = reinterpret_cast<const char*>(bytes.data());
                received.append(text, bytes.size());
            }});
            raw_server server(loop, {
                .open = [&](raw_connection&) { opened = true; },
                .close = [&](raw_connection&, const report& why) { end = why; },
            });
            io_stream server_io(loop.driver(), [&](pieces_of_output pieces) {
                const std::size_t size = pass_on(pieces, *client_end);
                if (auto once = std::exchange(then, {})) once();
                return result<std::size_t>(size);
            });
            io_stream client_io(loop.driver(), [&](pieces_of_output pieces) {
                return result<std::size_t>(pass_on(pieces, server_io));
            });
            client_end = &client_io;
            client_io.on_shutdown([&] { server_io.eof(); });
            server_io.on_shutdown([&] { client_io.eof(); });
            client.serve(client_that_trusts(local_certificate())
                             ->cover(client_io.take_stream(), "localhost"));
            raw_connection& here =
                server.serve(local_server()->cover(server_io.take_stream(), {}));
            settle(loop);
            ASSERT_TRUE(opened);
            then = [&] {
                EXPECT_NE(here.send(std::string(nested, 'b')), send_result::closed);
                EXPECT_NE(here.send("c"), send_result::closed);
                here.finish();
            };
            here.send("first");
            here.send(std::string(outer, 'a'));
            settle(loop);
            EXPECT_TRUE(received ==
                        "first" + std::string(outer, 'a') + std::string(nested, 'b') + "c");
            ASSERT_TRUE(end);
            EXPECT_FALSE(end->error) << *end;
        }
    }
}

} // namespace
} // namespace weft
