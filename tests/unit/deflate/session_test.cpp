// SPDX-License-Identifier: MIT
// Tests sessions that agreed on permessage-deflate: exact limits, a decompression bomb, and both
// roles.
#include <gtest/gtest.h>

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

} // namespace
} // namespace weft
