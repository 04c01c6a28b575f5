// SPDX-License-Identifier: MIT
// Tests compressing and decompressing: with every window, with input cut at every position, with
// the examples of RFC 7692 §7.2.3, and with input that is not deflate.
#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <vector>

#include "codec_fixture.hpp"
#include "support/allocations.hpp"

namespace weft {
namespace {

using namespace testing;

std::string noise(std::size_t size, unsigned seed = 1) {
    std::string text(size, '\0');
    for (char& one : text) {
        seed = seed * 1664525 + 1013904223;
        one = static_cast<char>(seed >> 24);
    }
    return text;
}

std::vector<std::string> messages() {
    std::string json;
    for (int i = 0; i < 4000; ++i)
        json += "{\"id\": " + std::to_string(i) + ", \"name\": \"weft\"}, ";
    return {"", "x", "Hello", std::string(300, 'a'), noise(1000), json, noise(100'000),
            std::string(1'000'000, 'z'), json + noise(70'000) + json};
}

TEST(deflate_codec, messages_come_through_for_every_window) {
    for (const bool context : {false, true}) {
        for (int bits = 8; bits <= 15; ++bits) {
            permessage_deflate tested(
                {.sending = {.window_bits = bits, .context_takeover = context},
                 .receiving = {.window_bits = bits, .context_takeover = context}});
            // One codec serves as both ends, because both directions have the same window.
            const auto codec = chosen(tested, "permessage-deflate; client_max_window_bits");
            ASSERT_TRUE(codec);
            for (const auto& text : messages()) {
                const auto compressed = encoded(*codec, text);
                ASSERT_FALSE(compressed.empty());
                const auto plain = decoded(*codec, compressed);
                ASSERT_TRUE(plain) << bits << " bits, " << text.size();
                ASSERT_EQ(to_text(*plain), text) << bits << " bits";
            }
        }
    }
}

TEST(deflate_codec, context_makes_repeated_messages_small) {
    permessage_deflate with(with_context);
    permessage_deflate without;
    const auto keeps = chosen(with, "permessage-deflate");
    const auto forgets = chosen(without, "permessage-deflate");
    const std::string text = noise(2000);
    const auto first = encoded(*keeps, text);
    const auto second = encoded(*keeps, text);
    EXPECT_GT(first.size(), 1900U);
    EXPECT_LT(second.size(), 100U);
    EXPECT_EQ(to_text(*decoded(*keeps, first)), text);
    EXPECT_EQ(to_text(*decoded(*keeps, second)), text);
    EXPECT_EQ(encoded(*forgets, text), encoded(*forgets, text));
}

TEST(deflate_codec, complete_messages_are_counted) {
    for (const auto& options : {with_context, deflate_options()}) {
        permessage_deflate tested(options);
        const auto codec = chosen(tested, "permessage-deflate");
        const std::string text(1000, 'a');
        const auto compressed = encoded(*codec, text);
        EXPECT_TRUE(decoded(*codec, compressed, 3));
        EXPECT_FALSE(decoded(*codec, from_hex("07")));
        const auto again = chosen(tested, "permessage-deflate");
        const auto second = encoded(*again, text);
        const auto all = tested.totals();
        EXPECT_EQ(all.sent, 2000U);
        EXPECT_EQ(all.sent_compressed, compressed.size() + second.size());
        EXPECT_EQ(all.received, 1000U);
        EXPECT_EQ(all.received_compressed, compressed.size());
    }
}

TEST(deflate_codec, an_abandoned_message_leaves_no_trace) {
    permessage_deflate with(with_context);
    const auto sender = chosen(with, "permessage-deflate");
    const auto receiver = chosen(with, "permessage-deflate");
    const std::string text = noise(2000);
    codec_stream* const work = sender->begin_encoding();
    byte_string to(20);
    const auto made = work->run(to_bytes(text), to, true);
    ASSERT_TRUE(made);
    EXPECT_FALSE(made->done);
    work->finish(false);
    EXPECT_EQ(to_text(*decoded(*receiver, encoded(*sender, text))), text);
}

/// If the room is just enough, zlib may write another empty block.
TEST(deflate_codec, too_little_room_is_noticed) {
    permessage_deflate tested;
    const auto codec = chosen(tested, "permessage-deflate");
    for (const auto& text : {std::string("Hello"), noise(100), std::string(5000, 'a')}) {
        const auto whole = encoded(*codec, text);
        for (std::size_t room = 1; room < whole.size() + 12; ++room) {
            codec_stream* const work = codec->begin_encoding();
            byte_string to(room);
            const auto made = work->run(to_bytes(text), to, true);
            ASSERT_TRUE(made);
            const bool enough = room >= whole.size() + (made->done ? 0 : 9);
            EXPECT_EQ(made->done, enough) << room << " of " << whole.size();
            work->finish(made->done);
            if (!made->done) continue;
            to.resize(made->written);
            EXPECT_EQ(to_text(*decoded(*codec, to)), text);
        }
    }
}

TEST(deflate_codec, input_and_output_may_be_cut_everywhere) {
    permessage_deflate tested;
    const auto codec = chosen(tested, "permessage-deflate");
    const std::string text = noise(400) + std::string(400, 'b');
    const auto compressed = encoded(*codec, text);
    for (std::size_t piece = 1; piece <= compressed.size(); ++piece) {
        for (const std::size_t room : {1U, 2U, 7U, 800U, 801U}) {
            const auto plain = decoded(*codec, compressed, piece, room);
            ASSERT_TRUE(plain) << piece << ' ' << room;
            ASSERT_EQ(to_text(*plain), text) << piece << ' ' << room;
        }
    }
}

TEST(deflate_codec, parts_arrive_without_waiting_for_the_next) {
    permessage_deflate tested;
    const auto codec = chosen(tested, "permessage-deflate");
    codec_stream* const sender = codec->begin_encoding();
    codec_stream* const receiver = codec->begin_decoding();
    const std::vector<std::string> parts{"first", "", noise(5000), "", "last", ""};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool last = i + 1 == parts.size();
        byte_string to(codec->bound(parts[i].size()));
        const auto sent = sender->run(to_bytes(parts[i]), to, last);
        ASSERT_TRUE(sent && sent->done) << i;
        byte_string plain(parts[i].size() + 1);
        const auto got = receiver->run(std::span(to).first(sent->written), plain, last);
        ASSERT_TRUE(got && got->done) << i;
        plain.resize(got->written);
        EXPECT_EQ(to_text(plain), parts[i]);
    }
    sender->finish(true);
    receiver->finish(true);
}

/// The examples of RFC 7692 §7.2.3.1 to §7.2.3.6, and more messages with final blocks.
TEST(deflate_codec, decompresses_what_other_senders_may_write) {
    permessage_deflate tested(with_context);
    const std::pair<const char*, const char*> cases[]{
        {"f2 48 cd c9 c9 07 00", "Hello"},
        {"00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello"},          // a stored block
        {"f3 48 cd c9 c9 07 00 00", "Hello"},                   // a final block
        {"f3 48 cd c9 c9 07 00", "Hello"},                      // and nothing after it
        {"f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello"},    // two blocks
        {"f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00", "HelloHello"},
        {"f2 48 cd c9 c9 07 00 00 00 ff ff 00", "Hello"},       // an empty block at the end
        {"00", ""},
    };
    for (const auto& [bytes, text] : cases) {
        const auto codec = chosen(tested, "permessage-deflate");
        for (std::size_t piece = 1; piece < 20; ++piece) {
            const auto plain = decoded(*codec, from_hex(bytes), piece, 3);
            ASSERT_TRUE(plain) << bytes << ", pieces of " << piece;
            EXPECT_EQ(to_text(*plain), text) << bytes;
        }
    }
    // §7.2.3.2: the second message refers to the first.
    const auto codec = chosen(tested, "permessage-deflate");
    EXPECT_EQ(to_text(*decoded(*codec, from_hex("f2 48 cd c9 c9 07 00"))), "Hello");
    EXPECT_EQ(to_text(*decoded(*codec, from_hex("f2 00 11 00 00"))), "Hello");
    // A message may also refer to one that ended with a final block.
    EXPECT_EQ(to_text(*decoded(*codec, from_hex("f3 48 cd c9 c9 07 00"))), "Hello");
    EXPECT_EQ(to_text(*decoded(*codec, from_hex("f2 00 11 00 00"))), "Hello");
}

/// Each costs no more than its few bits, also when the window is full.
TEST(deflate_codec, many_final_blocks_cost_little) {
    permessage_deflate tested(with_context);
    const auto codec = chosen(tested, "permessage-deflate");
    ASSERT_TRUE(decoded(*codec, encoded(*codec, noise(100'000))));
    byte_string blocks;
    for (int i = 0; i < 100'000; ++i) {
        blocks.push_back(std::byte{0x03}); // a final block without content
        blocks.push_back(std::byte{0x00});
    }
    const allocation_counter allocated;
    const auto plain = decoded(*codec, blocks);
    EXPECT_TRUE(plain && plain->empty());
    EXPECT_LT(allocated.bytes(), 100'000U);
}

TEST(deflate_codec, what_is_not_deflate_is_an_error) {
    permessage_deflate tested;
    const auto codec = chosen(tested, "permessage-deflate");
    for (const auto bytes : {"07", "ff ff ff ff", "f2 48 cd", "00 05 00 fa ff 48 65", "f2 00 11 00",
                             "01 05 00 00 00"}) {
        const auto plain = decoded(*codec, from_hex(bytes));
        EXPECT_EQ(plain.error(), errc::bad_compressed_data) << bytes;
    }
    const auto whole = encoded(*codec, "the quick brown fox jumps over the lazy dog");
    for (std::size_t size = 1; size + 1 < whole.size(); ++size) {
        EXPECT_FALSE(decoded(*codec, {whole.begin(), whole.begin() + static_cast<long>(size)}))
            << size;
    }
}

TEST(deflate_codec, memory_that_runs_out_is_reported) {
    for (const bool context : {false, true}) {
        bool failed = true;
        for (std::size_t nth = 1; failed; ++nth) {
            permessage_deflate tested(context ? with_context : deflate_options());
            const auto codec = chosen(tested, context ? "permessage-deflate"
                                                      : "permessage-deflate; "
                                                        "server_max_window_bits=11");
            const auto hello = from_hex("f3 48 cd c9 c9 07 00");
            byte_string room(100);
            codec_stream* work = nullptr;
            failed = false;
            {
                const failing_allocation limited(nth);
                try {
                    work = codec->begin_encoding();
                    work->finish(false);
                    work = nullptr;
                    work = codec->begin_decoding();
                    EXPECT_TRUE(work->run(hello, room, true));
                } catch (const std::bad_alloc&) {
                    failed = true;
                }
                if (work) work->finish(!failed);
            }
            ASSERT_LT(nth, 30U);
        }
    }
}

} // namespace
} // namespace weft
