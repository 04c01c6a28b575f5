// SPDX-License-Identifier: MIT
// A prepared message makes the same bytes as the message itself, in both roles and with any codec,
// and is shared instead of copied.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "session_probe.hpp"
#include "support/allocations.hpp"
#include "support/run_length_codec.hpp"

namespace weft {
namespace {

using namespace testing;

/// A codec without context whose messages can be encoded once for many sessions.
class shared_codec final : public message_codec {
public:
    explicit shared_codec(std::string settings = "x-run-length") : settings_(std::move(settings)) {}

    std::string_view agreed() const noexcept override { return "x-run-length"; }
    bool encodes(std::size_t size, bool) const noexcept override { return size >= 8; }
    std::size_t bound(std::size_t size) const noexcept override { return under_.bound(size); }
    codec_stream* begin_encoding() override { return under_.begin_encoding(); }
    codec_stream* begin_decoding() override { return under_.begin_decoding(); }
    std::string_view shared_settings() const noexcept override { return settings_; }
    codec_stream* begin_shared_encoding() override {
        ++shared_encodings;
        return under_.begin_encoding();
    }
    void shared_sent(std::size_t size, std::size_t encoded_size) noexcept override {
        sent += size;
        sent_encoded += encoded_size;
    }

    int shared_encodings = 0;
    std::size_t sent = 0;
    std::size_t sent_encoded = 0;

private:
    std::string settings_;
    run_length_codec under_;
};

enum class kind { none, own, shared };

struct prepared_probe : session_probe {
    prepared_probe(role ours, kind codec)
        : session_probe(ours, {}, {}, {.subprotocol = {}, .codec = made(codec)}) {
        pull();
        events.clear();
    }

    shared_codec& codec() {
        return static_cast<shared_codec&>(const_cast<message_codec&>(*tested.codec()));
    }

    static message_codec_ptr made(kind codec) {
        if (codec == kind::own) return message_codec_ptr(new run_length_codec);
        return message_codec_ptr(codec == kind::shared ? new shared_codec : nullptr);
    }
};

class prepared_message_test : public ::testing::TestWithParam<role> {};
INSTANTIATE_TEST_SUITE_P(, prepared_message_test, ::testing::ValuesIn(both_roles), name_of_role);

TEST_P(prepared_message_test, makes_the_same_bytes_as_the_message) {
    for (const kind codec : {kind::none, kind::own, kind::shared}) {
        prepared_probe plain{GetParam(), codec};
        prepared_probe prepared{GetParam(), codec};
        for (const std::size_t size :
             {0U, 1U, 2U, 8U, 125U, 126U, 251U, 252U, 253U, 65535U, 65536U, 1024U * 1024U}) {
            std::string random(size, ' ');
            for (std::size_t i = 0; i < size; ++i) random[i] = static_cast<char>('a' + i * i % 23);
            for (const auto& text : {std::string(size, 'r'), random}) {
                for (const auto choice :
                     {compression::automatic, compression::off, compression::on}) {
                    for (const bool is_text : {true, false}) {
                        if (size > 100'000 && !is_text) continue; // takes long
                        const message whole(std::as_bytes(std::span(text)), is_text);
                        ASSERT_TRUE(plain.tested.send(whole, choice));
                        ASSERT_TRUE(prepared.tested.send(prepared_message(whole, choice)));
                        ASSERT_EQ(plain.tested.output_size(), prepared.tested.output_size());
                        plain.collect();
                        prepared.collect();
                        ASSERT_TRUE(plain.take_sent() == prepared.take_sent()) << size;
                    }
                }
            }
        }
    }
}

TEST_P(prepared_message_test, reads_as_the_message) {
    const prepared_message text("hello");
    EXPECT_TRUE(text.is_text());
    EXPECT_EQ(text.size(), 5U);
    EXPECT_EQ(text.whole().text(), "hello");
    EXPECT_EQ(text.choice(), compression::automatic);
    const prepared_message bytes(to_bytes("bytes"), compression::off);
    EXPECT_FALSE(bytes.is_text());
    EXPECT_EQ(bytes.whole().text(), "bytes");
    EXPECT_EQ(bytes.choice(), compression::off);
    const prepared_message copy = bytes;
    EXPECT_EQ(copy.whole().bytes().data(), bytes.whole().bytes().data());
}

TEST_P(prepared_message_test, is_compressed_once_for_each_set_of_parameters) {
    const std::string text(5000, 'x');
    const prepared_message whole{message(text)};
    int encodings = 0;
    for (const char* const settings : {"a", "b", "a", "b", "b"}) {
        auto* const codec = new shared_codec(settings);
        session_probe probe(GetParam(), {}, {},
                            {.subprotocol = {}, .codec = message_codec_ptr(codec)});
        probe.pull();
        ASSERT_TRUE(probe.tested.send(whole));
        probe.collect();
        const auto frames = probe.sent_frames();
        ASSERT_EQ(frames.size(), 1U);
        EXPECT_EQ(frames[0].first, 0xc1U);
        EXPECT_EQ(frames[0].payload, run_lengths(text));
        encodings += codec->shared_encodings;
        EXPECT_EQ(codec->sent, text.size());
        EXPECT_EQ(codec->sent_encoded, run_lengths(text).size());
    }
    EXPECT_EQ(encodings, 2);
}

TEST_P(prepared_message_test, that_does_not_become_smaller_is_tried_once) {
    const prepared_message whole("abcdefghijklmnopq");
    prepared_probe probe{GetParam(), kind::shared};
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(probe.tested.send(whole));
    EXPECT_EQ(probe.codec().shared_encodings, 1);
    EXPECT_EQ(probe.codec().sent, 0U);
    probe.collect();
    for (const auto& frame : probe.sent_frames()) EXPECT_EQ(frame.first, 0x81U);
}

TEST_P(prepared_message_test, is_not_sent_within_a_message_in_parts_or_after_the_end) {
    const prepared_message whole("hello");
    session_probe probe{GetParam()};
    EXPECT_FALSE(probe.tested.send(whole));
    probe.open();
    EXPECT_TRUE(probe.tested.send_part("part", false));
    EXPECT_FALSE(probe.tested.send(whole));
    EXPECT_TRUE(probe.tested.send_part("", true));
    EXPECT_TRUE(probe.tested.send(whole));
    probe.tested.close(close_code::normal, {}, probe.now);
    EXPECT_FALSE(probe.tested.send(whole));
}

TEST_P(prepared_message_test, stays_in_order_with_everything_else) {
    const std::string large(20'000, 'l');
    const prepared_message prepared{message(large)};
    for (const bool lends : {false, true}) {
        session_probe probe{GetParam()};
        probe.open();
        scratch lent;
        if (lends) probe.tested.borrow(lent);
        byte_string sent;
        const auto take = [&](std::size_t size) {
            std::size_t left = size;
            for (const auto piece : probe.tested.output()) {
                const auto part = piece.first(std::min(left, piece.size()));
                sent.insert(sent.end(), part.begin(), part.end());
                left -= part.size();
            }
            probe.tested.consume_output(size - left, probe.now);
        };
        for (int i = 0; i < 2; ++i) {
            probe.tested.send("first");
            probe.tested.send(large); // a server with lent memory does not copy it
            probe.tested.send(prepared);
            probe.tested.ping(to_bytes("ping"), probe.now);
            probe.tested.send(prepared);
            take(10);
            probe.tested.settle_output();
        }
        while (probe.tested.output_size() != 0) take(9'999);
        if (lends) probe.tested.settle();
        std::string order;
        for (const auto& frame : read_frames(sent)) {
            order += frame.payload == large ? 'l' : frame.payload[0];
        }
        EXPECT_EQ(order, "fllplfllpl");
    }
}

TEST(prepared_message_memory, is_one_for_all_who_wait) {
    constexpr std::size_t size = 1024 * 1024;
    constexpr std::size_t sessions = 100;
    std::vector<std::unique_ptr<session_probe>> all;
    for (std::size_t i = 0; i < sessions; ++i) {
        all.push_back(std::make_unique<session_probe>(role::server));
        all.back()->open();
    }
    scratch lent;
    const live_memory held;
    {
        const prepared_message whole{message(std::string(size, 'x'))};
        for (auto& each : all) {
            each->tested.borrow(lent);
            ASSERT_TRUE(each->tested.send(whole));
            each->tested.consume_output(0, each->now);
            each->tested.settle();
        }
    }
    EXPECT_LT(held.now(), size + sessions * 1000);
    EXPECT_GE(held.now(), size);
    for (auto& each : all) {
        EXPECT_GE(each->tested.output_size(), size);
        each->collect();
        EXPECT_EQ(each->sent_frames().size(), 1U);
        each->tested.settle();
    }
    EXPECT_LT(held.now(), sessions * 1000);
}

TEST(prepared_message_memory, that_runs_out_has_no_effect) {
    for (std::size_t nth = 1;; ++nth) {
        const allocation_counter allocations;
        {
            prepared_probe probe{role::server, kind::shared};
            bool threw = false;
            bool happened = false;
            {
                failing_allocation failing(nth);
                try {
                    const std::string_view text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
                    const prepared_message whole{message(text)};
                    probe.tested.send(whole);
                } catch (const std::bad_alloc&) {
                    threw = true;
                }
                happened = failing.happened();
            }
            EXPECT_EQ(threw, happened);
            EXPECT_EQ(probe.tested.output_size() == 0, threw);
            if (!happened) break;
        }
        EXPECT_EQ(allocations.live(), 0U);
    }
}

TEST(prepared_message_threads, share_it) {
    const prepared_message whole{message(std::string(10'000, 'x'))};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([whole, i] {
            for (int k = 0; k < 20; ++k) {
                auto* const codec = new shared_codec(std::to_string((i + k) % 5));
                session_probe probe(role::server, {}, {},
                                    {.subprotocol = {}, .codec = message_codec_ptr(codec)});
                probe.pull();
                EXPECT_TRUE(probe.tested.send(whole));
                probe.collect();
                const auto frames = probe.sent_frames();
                ASSERT_EQ(frames.size(), 1U);
                EXPECT_EQ(frames[0].payload, run_lengths(std::string(10'000, 'x')));
            }
        });
    }
    for (auto& each : threads) each.join();
}

} // namespace
} // namespace weft
