// SPDX-License-Identifier: MIT
// TLS streams meet the contract of streams: partial writes, pauses, ends with and without
// close_notify, and destruction at any moment.
#pragma once

#include "support/tls_fixture.hpp"

namespace weft {
namespace {

using log = std::vector<std::string>;

TEST(tls_stream, opens_and_says_so_once) {
    tls_pair pair;
    EXPECT_TRUE(pair.client->stream->opening());
    EXPECT_FALSE(pair.client->stream->secure());
    EXPECT_EQ(pair.client->stream->error_phase(), phase::tls);
    EXPECT_EQ(pair.client->events, log{}); // never from inside a call
    pair.driver.settle();
    EXPECT_EQ(pair.client->events, log{"open"});
    EXPECT_EQ(pair.server->events, log{"open"});
    EXPECT_TRUE(pair.client->stream->secure());
    EXPECT_TRUE(pair.server->stream->secure());
    EXPECT_EQ(pair.client->stream->error_phase(), std::nullopt);
    EXPECT_EQ(pair.client->tls().version(), newest_version);
    EXPECT_EQ(pair.client->tls().application_protocol(), "http/1.1");
    EXPECT_EQ(pair.server->tls().application_protocol(), "http/1.1");
    EXPECT_EQ(pair.server->tls().server_name(), "localhost");
    EXPECT_EQ(pair.client->tls().peer_subject(), "CN=localhost");
    EXPECT_EQ(pair.server->tls().peer_subject(), "");
    EXPECT_NE(pair.client->tls().cipher(), "");
    EXPECT_FALSE(pair.client->tls().resumed());
}

TEST(tls_stream, what_is_written_before_it_is_open_waits) {
    tls_pair pair;
    pair.client->send(many(40'000));
    EXPECT_EQ(pair.client->outbox.size(), 40'000U - 16 * 1024);
    pair.driver.settle();
    EXPECT_EQ(pair.client->events, (log{"open", "writable"}));
    EXPECT_EQ(pair.server->received, many(40'000));
}

TEST(tls_stream, an_end_before_it_is_open_waits) {
    tls_pair pair;
    pair.client->send("all there is");
    pair.client->stream->half_close();
    pair.driver.settle();
    EXPECT_EQ(pair.server->events, (log{"open", "receive", "eof"}));
    EXPECT_EQ(pair.server->received, "all there is");
}

TEST(tls_stream, carries_bytes_whatever_the_pieces) {
    for (const std::size_t capacity : {100U, 1'000U, 64U * 1024}) {
        for (const std::size_t piece : {1U, 7U, 1'000U, 20'000U, 1U << 20}) {
            if (capacity > 1'000 && piece == 1) continue; // as before, and slow
            tls_pair pair({.capacity = capacity, .delivery_max = piece});
            pair.open();
            const auto there = many(100'000);
            const auto back = many(50'001);
            pair.client->send(there);
            pair.server->send(back);
            pair.driver.settle();
            EXPECT_TRUE(pair.server->received == there) << capacity << ' ' << piece;
            EXPECT_TRUE(pair.client->received == back) << capacity << ' ' << piece;
        }
    }
}

TEST(tls_stream, tells_a_chunk_in_one_piece) {
    tls_pair pair({.capacity = 1 << 20});
    pair.open();
    pair.client->send("a"); // what the handshake has left in the library's memory is used up
    pair.driver.settle();
    pair.server->events.clear();
    for (int i = 0; i < 50; ++i) pair.client->send(many(1'000));
    pair.driver.settle();
    EXPECT_EQ(pair.server->events, log{"receive"});
    EXPECT_EQ(pair.server->received.size(), 50'001U);
}

TEST(tls_stream, a_full_stream_takes_a_part_and_tells_when_there_is_room) {
    tls_pair pair({.capacity = 40'000});
    pair.open();
    pair.server->stream->pause();
    pair.client->send(many(200'000));
    EXPECT_GT(pair.client->outbox.size(), 100'000U);
    pair.driver.settle();
    const auto waiting = pair.client->outbox.size();
    EXPECT_GT(waiting, 100'000U);
    EXPECT_EQ(pair.server->received, "");
    pair.server->stream->resume();
    pair.driver.settle();
    EXPECT_EQ(pair.client->outbox, "");
    EXPECT_EQ(pair.server->received, many(200'000));
}

TEST(tls_stream, paused_means_paused) {
    tls_pair pair;
    pair.open();
    pair.server->on_event = [&](const std::string& what) {
        if (what == "receive") pair.server->stream->pause();
    };
    pair.client->send("one");
    pair.driver.settle();
    EXPECT_EQ(pair.server->received, "one");
    pair.client->send("two");
    pair.client->stream->half_close();
    pair.driver.settle();
    EXPECT_FALSE(pair.driver.waiting());
    EXPECT_EQ(pair.server->events, log{"receive"});
    pair.server->stream->resume();
    EXPECT_EQ(pair.server->events, log{"receive"}); // never from inside a call
    pair.driver.settle();
    EXPECT_EQ(pair.server->received, "onetwo");
    EXPECT_EQ(pair.server->events, (log{"receive", "receive"})); // the end waits, too
    pair.server->stream->resume();
    pair.driver.settle();
    EXPECT_EQ(pair.server->events, (log{"receive", "receive", "eof"}));
}

TEST(tls_stream, a_pause_between_two_records_of_a_chunk_holds_the_second) {
    tls_pair pair({.capacity = 1 << 20, .delivery_max = 20'000});
    pair.open();
    pair.server->on_event = [&](const std::string&) { pair.server->stream->pause(); };
    pair.client->send(many(100'000));
    for (int rounds = 0; rounds < 100; ++rounds) {
        pair.driver.settle();
        EXPECT_FALSE(pair.driver.waiting());
        if (pair.server->received.size() == 100'000) break;
        const auto before = pair.server->events.size();
        pair.server->stream->resume();
        pair.driver.settle();
        EXPECT_EQ(pair.server->events.size(), before + 1);
    }
    EXPECT_EQ(pair.server->received, many(100'000));
}

TEST(tls_stream, a_pause_during_the_handshake_does_not_stop_it) {
    tls_pair pair;
    pair.server->stream->pause();
    pair.client->send("early");
    pair.driver.settle();
    EXPECT_FALSE(pair.server->stream->opening());
    EXPECT_EQ(pair.server->received, "");
    pair.server->stream->resume();
    pair.driver.settle();
    EXPECT_EQ(pair.server->received, "early");
}

TEST(tls_stream, after_a_no_it_waits_for_resume) {
    tls_pair pair;
    pair.open();
    pair.server->willing = false;
    pair.client->send("one");
    pair.client->stream->half_close();
    pair.driver.settle();
    EXPECT_FALSE(pair.driver.waiting());
    EXPECT_EQ(pair.server->events, log{});
    pair.server->willing = true;
    pair.server->stream->resume();
    pair.driver.settle();
    EXPECT_EQ(pair.server->events, (log{"receive", "eof"}));
}

TEST(tls_stream, bytes_behind_the_handshake_do_not_wait) {
    tls_pair pair({.capacity = 1 << 20});
    pair.server->willing = false; // the last of the handshake and data come in one chunk
    pair.client->send("with the handshake's last words");
    pair.driver.settle();
    EXPECT_EQ(pair.server->received, "");
    pair.server->willing = true;
    pair.server->stream->resume();
    pair.driver.settle();
    EXPECT_EQ(pair.server->received, "with the handshake's last words");
}

// --- ends

TEST(tls_stream, a_half_close_is_an_end_that_tls_vouches_for) {
    tls_pair pair;
    pair.open();
    pair.client->send("last words");
    pair.client->stream->half_close();
    pair.driver.settle();
    EXPECT_EQ(pair.server->events, (log{"receive", "eof"}));
    pair.server->send("and the answer");
    pair.server->stream->half_close();
    pair.driver.settle();
    EXPECT_EQ(pair.client->events, (log{"receive", "eof"}));
    EXPECT_EQ(pair.client->received, "and the answer");
    pair.client->send("too late");
    EXPECT_EQ(pair.client->write_error, std::errc::broken_pipe);
}

TEST(tls_stream, an_end_behind_a_full_stream_comes_after_the_bytes) {
    tls_pair pair({.capacity = 2'000});
    pair.open();
    pair.client->send(many(1'000));
    pair.client->send(many(1'500));
    pair.driver.settle();
    pair.client->stream->half_close();
    pair.driver.settle();
    EXPECT_EQ(pair.server->received.size(), 2'500U);
    EXPECT_EQ(pair.server->events.back(), "eof");
}

TEST(tls_stream, an_end_without_close_notify_is_truncation) {
    tls_pair pair;
    pair.open();
    pair.below_client->close();
    pair.driver.settle();
    EXPECT_EQ(pair.server->events, log{"error"});
    EXPECT_EQ(pair.server->error, tls_error::truncated);
}

TEST(tls_stream, an_end_within_the_handshake_is_reported_as_such) {
    tls_pair pair;
    pair.below_client->half_close();
    pair.driver.settle();
    EXPECT_EQ(pair.server->error, tls_error::handshake_truncated);
    EXPECT_TRUE(pair.server->stream->opening());
    EXPECT_EQ(pair.server->stream->error_phase(), phase::tls);
}

TEST(tls_stream, a_reset_is_reported) {
    tls_pair pair;
    pair.open();
    pair.below_client->reset();
    pair.driver.settle();
    EXPECT_EQ(pair.server->error, std::errc::connection_reset);
    pair.server->send("x");
    EXPECT_EQ(pair.server->write_error, std::errc::broken_pipe);
}

TEST(tls_stream, a_bit_that_was_changed_on_the_way_is_an_error) {
    manual_driver driver;
    auto [near, far] = memory_pipe(driver, driver);
    memory_stream* wire = near.get();
    tls_end server(local_server()->cover(std::move(far), {}));
    tls_end client(trusting_client()->cover(std::move(near), "localhost"));
    driver.settle();
    const std::string forged("\x17\x03\x03\x00\x20 this is not what was encrypted..", 37);
    const auto bytes = std::as_bytes(std::span(forged));
    ASSERT_TRUE(wire->write(std::span(&bytes, 1)));
    driver.settle();
    EXPECT_TRUE(server.logged("error"));
    EXPECT_EQ(server.error.category(), category_under_test()) << server.error.message();
}

TEST(tls_stream, what_is_no_tls_is_reported_as_such_in_both_roles) {
    for (const bool at_server : {true, false}) {
        manual_driver driver;
        auto [near, far] = memory_pipe(driver, driver);
        tls_end tls(at_server ? local_server()->cover(std::move(near), {})
                              : trusting_client()->cover(std::move(near), "localhost"));
        tls_end plain(std::move(far));
        plain.send(at_server ? "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                             : "HTTP/1.1 400 Bad Request\r\n\r\n");
        driver.settle();
        EXPECT_EQ(tls.error, at_server ? tls_error::http_request : tls_error::http_answer)
            << tls.error.message();
    }
}

TEST(tls_stream, http_of_any_method_is_reported_as_such) {
    for (const std::string method : {"OPTIONS", "DELETE", "PATCH", "PROPFIND", "GET"}) {
        for (const std::string target : {" /", " *", " x"}) {
            if (target == " x" && method != "PROPFIND") continue; // the library may know the method
            manual_driver driver;
            auto [near, far] = memory_pipe(driver, driver);
            tls_end tls(local_server()->cover(std::move(near), {}));
            tls_end plain(std::move(far));
            plain.send(method + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            driver.settle();
            const bool recognised = target != " x";
            EXPECT_EQ(tls.error, recognised ? tls_error::http_request : tls_error::not_tls)
                << method << target << ": " << tls.error.message();
        }
    }
}

// --- destruction at any moment

TEST(tls_stream, may_be_closed_at_every_step_of_its_life) {
    for (const bool the_client : {true, false}) {
        for (int steps = 0;; ++steps) {
            tls_pair pair({.capacity = 700, .delivery_max = 300});
            pair.client->send(many(2'000));
            pair.server->send(many(2'000));
            bool more = true;
            for (int i = 0; i < steps && more; ++i) more = pair.driver.advance({}, {.handlers = 1});
            auto& dying = the_client ? pair.client : pair.server;
            auto& other = the_client ? pair.server : pair.client;
            const auto events_before = dying->events.size();
            dying->stream->close();
            dying->stream->close();
            pair.driver.settle();
            EXPECT_EQ(dying->events.size(), events_before);
            other->flush();
            EXPECT_TRUE(other->logged("error") || other->write_error) << steps;
            if (!more) break;
        }
    }
}

TEST(tls_stream, may_be_destroyed_at_every_step_of_its_life) {
    for (int steps = 0;; ++steps) {
        tls_pair pair({.capacity = 700, .delivery_max = 300});
        pair.client->send(many(2'000));
        bool more = true;
        for (int i = 0; i < steps && more; ++i) more = pair.driver.advance({}, {.handlers = 1});
        pair.server->stream.reset();
        pair.driver.settle();
        EXPECT_TRUE(pair.client->logged("error") || pair.client->write_error) << steps;
        if (!more) break;
    }
}

TEST(tls_stream, may_be_closed_from_each_event) {
    for (const std::string at : {"open", "receive", "eof", "error"}) {
        tls_pair pair({.capacity = 1 << 20, .delivery_max = 20'000});
        int later = 0;
        pair.server->on_event = [&, closed = false](const std::string& what) mutable {
            if (closed) ++later;
            if (what != at) return;
            closed = true;
            pair.server->stream->close();
        };
        pair.driver.settle();
        pair.client->send(many(60'000));
        pair.driver.settle();
        if (at == "error") {
            pair.below_client->reset();
        } else {
            pair.client->stream->half_close();
        }
        pair.driver.settle();
        EXPECT_TRUE(pair.server->logged(at)) << at;
        EXPECT_EQ(later, 0) << at;
    }
}

} // namespace
} // namespace weft
