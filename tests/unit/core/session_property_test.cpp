// SPDX-License-Identifier: MIT
// Seeded streams of frames, some of them damaged: whatever the cuts, the pauses and the memory that
// is lent, a session tells the same events and sends the same bytes. A failure names its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "session_probe.hpp"

namespace weft {
namespace {

using namespace testing;

class stream_maker {
public:
    stream_maker(unsigned seed, role sender) : random_(seed), peer_(sender) {}

    byte_string make() {
        byte_string bytes;
        bool inside = false;
        for (auto frames = 1 + random_() % 12; frames > 0; --frames) {
            bytes = std::move(bytes) + one(inside);
        }
        if (random_() % 2 == 0) damage(bytes);
        return bytes;
    }

private:
    byte_string one(bool& inside) {
        const auto payload = some_payload();
        switch (random_() % 8) {
        case 0: return peer_.ping(payload.substr(0, 125));
        case 1: return peer_.pong(payload.substr(0, 125));
        case 2:
            if (random_() % 4 == 0) return peer_.close(1000, "bye");
            [[fallthrough]];
        default: break;
        }
        const bool last = random_() % 2 == 0;
        const unsigned kind = inside ? 0U : 1U + static_cast<unsigned>(random_() % 2);
        inside = !last;
        return peer_.frame(kind | (last ? fin : 0U), payload);
    }

    std::string some_payload() {
        const std::size_t sizes[] = {0, 1, 4, 125, 126, 300};
        std::string payload;
        while (payload.size() < sizes[random_() % 6])
            payload += "\xe2\x98\x83z";
        return payload;
    }

    void damage(byte_string& bytes) {
        for (auto times = 1 + random_() % 2; times > 0; --times) {
            bytes[random_() % bytes.size()] = static_cast<std::byte>(random_());
        }
    }

    std::mt19937 random_;
    frame_builder peer_;
};

/// What can be seen of a run from outside.
struct trace {
    std::vector<event_record> events;
    byte_string sent;
    std::error_code error;
    session_state state;

    friend bool operator==(const trace&, const trace&) = default;
};

trace trace_of(const session_probe& probe) {
    return {probe.events, probe.sent, probe.error(), probe.tested.state()};
}

trace run_whole(role ours, const byte_string& bytes) {
    session_probe probe{ours};
    probe.open();
    probe.feed(bytes);
    probe.feed_eof();
    return trace_of(probe);
}

trace run_cut(role ours, const byte_string& bytes, unsigned seed) {
    std::mt19937 random{seed};
    session_probe probe{ours};
    probe.open();
    const std::size_t piece_max = std::size_t{1} << (random() % 9);
    std::span<const std::byte> left = bytes;
    while (!left.empty()) {
        if (random() % 5 == 0) probe.tested.pause(probe.now);
        if (random() % 3 == 0) probe.tested.resume(probe.now);
        probe.lends = random() % 2 == 0;
        const auto size = std::min<std::size_t>(left.size(), 1 + random() % piece_max);
        probe.feed(left.first(size));
        left = left.subspan(size);
    }
    if (random() % 2 == 0) probe.tested.resume(probe.now);
    probe.feed_eof();
    probe.tested.resume(probe.now);
    probe.pull();
    probe.collect();
    return trace_of(probe);
}

TEST(session_property, cuts_and_pauses_change_nothing) {
    for (unsigned seed = 1; seed <= 1500; ++seed) {
        for (const role ours : both_roles) {
            const auto sender = ours == role::server ? role::client : role::server;
            const auto bytes = stream_maker(seed, sender).make();
            const auto whole = run_whole(ours, bytes);
            for (unsigned run = 0; run < 3; ++run) {
                ASSERT_TRUE(run_cut(ours, bytes, seed * 10 + run) == whole)
                    << "seed " << seed << ", run " << run << ", " << name_of(ours);
            }
        }
    }
}

TEST(session_property, noise_never_opens_a_server_and_always_ends) {
    for (unsigned seed = 1; seed <= 500; ++seed) {
        std::mt19937 random{seed};
        auto bytes = to_bytes(canned_request());
        for (auto times = random() % 4; times > 0; --times) {
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        }
        session_probe probe{role::server};
        probe.feed(bytes, splittings(bytes.size(), seed).back());
        EXPECT_NE(probe.tested.state(), session_state::open) << seed;
        probe.feed_eof();
        EXPECT_LE(probe.events.size(), 2U) << seed;
        EXPECT_EQ(probe.events.back().type, event_type::failed) << seed;
    }
}

} // namespace
} // namespace weft
