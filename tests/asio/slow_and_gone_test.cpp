// SPDX-License-Identifier: MIT
// Peers of Asio's sockets that read slowly, whose output the system still holds, and those that
// have gone with a reset: who they were is known.
#include <chrono>

#include "both_ends.hpp"
#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

template <class Asio>
class asio_peers : public both_ends<Asio> {
protected:
    using socket = typename Asio::tcp::socket;

    /// A socket to the server, which has sent a request there.
    socket asking(const std::string& request) {
        auto [near, far] = tcp_pair<Asio>(this->context);
        this->server->serve(std::move(far));
        near.set_option(typename socket::receive_buffer_size(64 * 1024));
        near.non_blocking(true);
        typename Asio::error_code none;
        near.write_some(typename Asio::library::const_buffer(request.data(), request.size()), none);
        return std::move(near);
    }

    /// Adds what one read finds to `received`; false at the end.
    static bool read(socket& from, std::string& received, std::size_t portion) {
        std::string part(portion, '\0');
        typename Asio::error_code why;
        const auto size =
            from.read_some(typename Asio::library::mutable_buffer(part.data(), part.size()), why);
        received.append(part, 0, size);
        return !why || Asio::library::would_block(why);
    }

    template <class Holds>
    [[nodiscard]] bool run_until(Holds&& holds) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!holds()) {
            if (std::chrono::steady_clock::now() > end) return false;
            this->context.run_one_for(1ms);
        }
        return true;
    }
};
TYPED_TEST_SUITE(asio_peers, two_asios, asio_name);

/// 6 MiB are more than a system buffers; the reader takes them in several times the close timeout.
TYPED_TEST(asio_peers, that_read_slowly_get_all_that_was_sent_before_a_close) {
    constexpr std::size_t much = 6 * 1024 * 1024;
    report end;
    bool ended = false;
    this->server->route("/chat",
                        {.open =
                             [](connection& c) {
                                 c.send(std::string(much, 'x'));
                                 c.close(close_code::normal, "that was all");
                             },
                         .close =
                             [&](connection&, const report& why) {
                                 end = why;
                                 ended = true;
                             }},
                        {.connection = {.timeouts = {.close = 100ms}}});
    auto near = this->asking(canned_request());
    std::string received;
    auto next = std::chrono::steady_clock::now();
    EXPECT_TRUE(this->run_until([&] {
        if (std::chrono::steady_clock::now() < next) return false;
        next += 4ms;
        return !this->read(near, received, 64 * 1024) || received.ends_with("that was all");
    }));
    EXPECT_GT(received.size(), much);
    EXPECT_FALSE(ended) << end;
    const auto answer = frame_builder(role::client).close(1000);
    near.write_some(typename TypeParam::library::const_buffer(answer.data(), answer.size()));
    EXPECT_TRUE(this->run_until([&] { return ended; }));
    EXPECT_TRUE(end.clean()) << end;
}

TYPED_TEST(asio_peers, that_read_slowly_get_a_long_http_answer) {
    constexpr std::size_t much = 6 * 1024 * 1024;
    this->server->handshake_options({}, {.close = 100ms});
    this->server->route("/", {.http = [](connection& c) {
                            static_cast<void>(c.respond({200, {}, std::string(much, 'x')}));
                        }},
                        {.connection = {.timeouts = {.close = 100ms}}});
    auto near = this->asking("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    std::string received;
    auto next = std::chrono::steady_clock::now();
    EXPECT_TRUE(this->run_until([&] {
        if (std::chrono::steady_clock::now() < next) return false;
        next += 4ms;
        return !this->read(near, received, 64 * 1024);
    }));
    EXPECT_EQ(received.size() - received.find("\r\n\r\n") - 4, much);
}

/// Keeps the thread from running the context for so long.
void be_busy(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {}
}

TYPED_TEST(asio_peers, that_have_answered_count_however_late_they_are_read) {
    bool answered = false;
    report end;
    bool ended = false;
    this->server->route("/chat",
                        {.pong = [&](connection& c, auto) {
                             answered = true;
                             c.close();
                         },
                         .close =
                             [&](connection&, const report& why) {
                                 end = why;
                                 ended = true;
                             }},
                        {.connection = {.timeouts = {
                                            .close = 20ms, .ping_interval = 20ms, .pong = 20ms}}});
    auto near = this->asking(canned_request());
    frame_builder frames(role::client);
    std::string heard;
    const auto write = [&](const auto& bytes) {
        near.write_some(typename TypeParam::library::const_buffer(bytes.data(), bytes.size()));
    };
    const auto hears = [&](std::string_view header) {
        return this->run_until([&] {
            return !this->read(near, heard, 4096) || ended || heard.find(header) != heard.npos;
        });
    };
    EXPECT_TRUE(hears("\x89\x04"));
    write(frames.pong());
    be_busy(60ms);
    EXPECT_TRUE(hears("\x88\x02"));
    EXPECT_TRUE(answered) << end;
    for (int i = 0; i < 20; ++i) write(frames.text(std::string(1000, 'x')));
    write(frames.close(1000));
    be_busy(60ms);
    EXPECT_TRUE(this->run_until([&] { return ended; }));
    EXPECT_TRUE(end.clean()) << end;
}

TYPED_TEST(asio_peers, have_their_time_from_the_first_step_on) {
    this->server->route("/", echo_handlers());
    auto [near, far] = tcp_pair<TypeParam>(this->context);
    this->server->serve(std::move(far));
    bool opened = false;
    report end;
    bool failed = false;
    connect_options options;
    options.connect_timeout = 20ms;
    options.connection.timeouts.handshake = 20ms;
    this->client->connect(std::move(near), at_path("/"),
                          {.open = [&](connection&) { opened = true; },
                           .fail =
                               [&](const report& why) {
                                   end = why;
                                   failed = true;
                               }},
                          options);
    be_busy(60ms);
    EXPECT_TRUE(this->run_until([&] { return opened || failed; }));
    EXPECT_TRUE(opened) << end;
}

TYPED_TEST(asio_peers, are_known_however_they_have_gone) {
    for (const bool resets : {false, true}) {
        std::string at_open, at_close, local, in_report;
        this->server->route("/chat", {.open = [&](connection& c) {
                                at_open = c.remote_address().str();
                                local = c.local_address().str();
                            },
                            .close =
                                [&](connection& c, const report& why) {
                                    at_close = c.remote_address().str();
                                    in_report = why.remote_address().str();
                                    EXPECT_EQ(c.local_address().str(), local);
                                }});
        auto near = this->asking(canned_request());
        EXPECT_TRUE(this->run_until([&] { return !at_open.empty(); }));
        EXPECT_TRUE(at_open.starts_with("127.0.0.1:")) << at_open;
        if (resets) near.set_option(typename TypeParam::tcp::socket::linger(true, 0));
        near.close();
        EXPECT_TRUE(this->run_until([&] { return !in_report.empty(); })) << resets;
        EXPECT_EQ(at_close, at_open) << resets;
        EXPECT_EQ(in_report, at_open) << resets;
    }
}

TYPED_TEST(asio_peers, that_were_reset_before_they_opened_are_known_in_fail) {
    std::string who;
    std::error_code why;
    this->server->on_fail([&](const report& end) {
        who = end.remote_address().str();
        why = end.error;
    });
    auto near = this->asking("GET /");
    this->context.poll();
    near.set_option(typename TypeParam::tcp::socket::linger(true, 0));
    const auto port = near.local_endpoint().port();
    near.close();
    EXPECT_TRUE(this->run_until([&] { return bool(why); }));
    EXPECT_EQ(who, "127.0.0.1:" + std::to_string(port)) << why.message();
}

} // namespace
} // namespace weft::testing
