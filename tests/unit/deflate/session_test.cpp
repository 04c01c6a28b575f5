// SPDX-License-Identifier: MIT
// Tests sessions that agreed on permessage-deflate: exact limits, a decompression bomb, and both
// roles.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <weft/core/prepared_message.hpp>

#include "codec_fixture.hpp"
#include "support/allocations.hpp"
#include "unit/core/session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

constexpr unsigned compressed = 0x40;

struct deflate_probe : session_probe {
    explicit deflate_probe(const session_limits& limits)
        : session_probe(role::server, limits, {}, {.subprotocol = {}, .codec = agreed()}) {
        pull();
        events.clear();
    }

    static message_codec_ptr agreed() {
        permessage_deflate by;
        return chosen(by, "permessage-deflate");
    }

    byte_string message_of(std::string_view text) {
        const auto codec = agreed();
        return peer.frame(fin | compressed | 0x2, to_text(encoded(*codec, text)));
    }
};

TEST(deflate_session, the_limit_is_on_the_decompressed_message) {
    constexpr std::size_t limit = 100'000;
    deflate_probe fits({.message_size_max = limit});
    fits.feed(fits.message_of(std::string(limit, 'a')));
    ASSERT_EQ(fits.events.size(), 1U);
    EXPECT_EQ(fits.events[0].payload.size(), limit);

    deflate_probe exceeds({.message_size_max = limit});
    exceeds.feed(exceeds.message_of(std::string(limit + 1, 'a')));
    EXPECT_EQ(exceeds.error(), errc::message_too_big);
}

TEST(deflate_session, a_bomb_costs_the_limit_and_no_more) {
    constexpr std::size_t limit = 64 * 1024;
    std::string bomb;
    {
        const auto codec = deflate_probe::agreed();
        bomb = to_text(encoded(*codec, std::string(std::size_t{256} * 1024 * 1024, '\0')));
    }
    ASSERT_LT(bomb.size(), 300'000U);
    deflate_probe tested({.message_size_max = limit, .compressed_size_max = 1024 * 1024});
    const auto frame = tested.peer.frame(fin | compressed | 0x2, bomb);
    const live_memory held;
    tested.feed(frame);
    EXPECT_EQ(tested.error(), errc::message_too_big);
    EXPECT_LT(held.peak(), 2 * limit + frame.size() + 100'000);
}

TEST(deflate_session, a_pair_agrees_and_talks) {
    const deflate_options mixed{.sending = {.context_takeover = true},
                                .receiving = {.window_bits = 10}};
    permessage_deflate of_server;
    permessage_deflate of_client(mixed);
    const auto serving = chosen(of_server, of_client.offer());
    ASSERT_TRUE(serving);
    const auto answer = std::string(serving->agreed());
    EXPECT_EQ(answer, "permessage-deflate; server_no_context_takeover; "
                      "client_no_context_takeover; server_max_window_bits=10");
    const auto asking = confirmed(of_client, answer);
    ASSERT_TRUE(asking);
    for (const auto text : {"Hello", "Hello", "something else", "Hello, hello, hello"}) {
        EXPECT_EQ(to_text(*decoded(*serving, encoded(**asking, text))), text);
        EXPECT_EQ(to_text(*decoded(**asking, encoded(*serving, text))), text);
    }
}

/// A server that keeps its context sends messages of its own and prepared ones in turns; the client
/// reads them all, so the window of the compressor always matches that of the decompressor.
TEST(deflate_session, prepared_messages_go_between_others_whatever_the_context) {
    for (const bool context : {false, true}) {
        for (const int bits : {8, 9, 15}) {
            const deflate_options options{
                .sending = {.window_bits = bits, .context_takeover = context},
                .receiving = {.window_bits = bits, .context_takeover = context}};
            permessage_deflate by(options);
            auto codec = chosen(by, by.offer());
            ASSERT_TRUE(codec);
            auto reads = confirmed(by, codec->agreed());
            ASSERT_TRUE(reads);
            session_probe server(role::server, {}, {},
                                 {.subprotocol = {}, .codec = std::move(codec)});
            session_probe client(role::client, {}, {},
                                 {.subprotocol = {}, .codec = std::move(*reads)});
            server.pull();
            client.pull();
            client.events.clear();
            std::vector<event_record> expected;
            for (int i = 0; i < 20; ++i) {
                const std::string text = "a message that is like others, number " +
                    std::to_string(i * 7919) + std::string(static_cast<std::size_t>(i) * 300, 'x');
                if (i % 3 == 1) {
                    server.tested.send(prepared_message(message(text), compression::on));
                } else {
                    server.tested.send(message(text), compression::on);
                }
                expected.push_back(text_event(text));
            }
            server.collect();
            int compressed_ones = 0; // all but the short ones, for which the window is too small
            for (const auto& frame : read_frames(server.sent))
                compressed_ones += frame.first == 0xc1U;
            EXPECT_GT(compressed_ones, 15);
            client.feed(server.sent);
            EXPECT_EQ(client.events, expected) << context << ' ' << bits;
            const auto totals = by.totals();
            EXPECT_EQ(totals.sent, totals.received);
            EXPECT_EQ(totals.sent_compressed, totals.received_compressed);
        }
    }
}

TEST(deflate_session, a_prepared_message_makes_the_same_bytes_without_context) {
    permessage_deflate by;
    for (const std::size_t size : {0U, 1U, 63U, 64U, 126U, 65'536U, 1'000'000U}) {
        byte_string sent[2];
        const std::string text(size, 'z');
        for (const bool prepared : {false, true}) {
            session_probe server(role::server, {}, {},
                                 {.subprotocol = {}, .codec = chosen(by, "permessage-deflate")});
            server.pull();
            if (prepared) {
                server.tested.send(prepared_message{message(text)});
            } else {
                server.tested.send(message(text));
            }
            server.collect();
            sent[prepared] = server.take_sent();
        }
        EXPECT_EQ(sent[0], sent[1]);
    }
}

} // namespace
} // namespace weft
