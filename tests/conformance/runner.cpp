// SPDX-License-Identifier: MIT
// Runs the cases against a subject: plays the peer's half of the handshake, sends in pieces, and
// compares what comes back, up to the end of the stream.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <random>
#include <utility>

#include "conformance/subject.hpp"
#include "conformance/test_case.hpp"
#include "support/canned_handshake.hpp"

namespace weft::testing {
namespace {

enum class cutting { whole, frames, bytes, random, chopped };

constexpr std::pair<cutting, const char*> cuttings[] = {
    {cutting::whole, "whole"},   {cutting::frames, "frames"},   {cutting::bytes, "bytes"},
    {cutting::random, "random"}, {cutting::chopped, "chopped"},
};

bool applies(cutting how, const test_case& tested) {
    switch (how) {
    case cutting::whole: return true;
    case cutting::bytes: return !tested.large && tested.chop != 1;
    case cutting::frames:
    case cutting::random: return !tested.large;
    case cutting::chopped: return tested.chop != 0;
    }
    return false;
}

/// The frames that the peer sends, one after the other; what is held back is left out.
std::vector<byte_string> frames_of(const script& wanted, frame_builder& peer) {
    std::vector<byte_string> frames;
    for (const auto& [first, payload] : wanted.sends)
        frames.push_back(peer.frame(first, payload));
    if (wanted.raw) frames.push_back(wanted.raw(peer));
    if (wanted.peer_closes) frames.push_back(peer.close(1000));
    if (wanted.held_back != 0) frames.back().resize(frames.back().size() - wanted.held_back);
    return frames;
}

std::vector<byte_string> cut(std::vector<byte_string> frames, cutting how, std::size_t chop) {
    if (how == cutting::frames) return frames;
    byte_string all;
    for (const auto& frame : frames)
        all.insert(all.end(), frame.begin(), frame.end());
    std::mt19937 random{42};
    std::vector<byte_string> pieces;
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t wanted = how == cutting::bytes ? 1
            : how == cutting::random                     ? 1 + random() % 20
            : how == cutting::chopped                    ? chop
                                                         : all.size();
        const auto size = std::min(wanted, all.size() - at);
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
        pieces.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
        at += size;
    }
    return pieces;
}

class conformance : public ::testing::Test {
public:
    conformance(const test_case& tested, role ours, cutting how, const subject_factory& make)
        : tested_(tested), ours_(ours), how_(how), make_(make) {}

    void TestBody() override {
        subject_ = make_(ours_);
        ASSERT_NO_FATAL_FAILURE(shake_hands());
        frame_builder peer{ours_ == role::server ? role::client : role::server};
        const auto wanted = tested_.make();
        for (const auto& piece : cut(frames_of(wanted, peer), how_, tested_.chop)) {
            subject_->write(piece);
        }
        for (const auto& [first, payload] : wanted.expected)
            expect_frame(first, payload);
        if (!HasFatalFailure()) expect_close(wanted.code);
    }

private:
    void shake_hands() {
        if (ours_ == role::server) subject_->write(to_bytes(canned_request()));
        const std::string_view end = "\r\n\r\n";
        auto at = std::string::npos;
        while ((at = to_text(received_).find(end)) == std::string::npos) {
            ASSERT_TRUE(subject_->read(received_)) << "no handshake came";
        }
        const auto head = to_text(received_).substr(0, at + end.size());
        received_.erase(received_.begin(),
                        received_.begin() + static_cast<std::ptrdiff_t>(head.size()));
        if (ours_ == role::client) subject_->write(to_bytes(canned_response(head)));
    }

    bool next_frame(read_frame& found) {
        auto left = std::span<const std::byte>(received_).subspan(taken_);
        while (!take_frame(left, found)) {
            if (!subject_->read(received_)) return false;
            left = std::span<const std::byte>(received_).subspan(taken_);
        }
        taken_ = received_.size() - left.size();
        EXPECT_EQ(found.masked, ours_ == role::client);
        return true;
    }

    void expect_frame(unsigned first, const std::string& payload) {
        read_frame found;
        ASSERT_TRUE(next_frame(found)) << "a frame is missing";
        ASSERT_EQ(found.first, first);
        ASSERT_TRUE(found.payload == payload) << "another payload of " << found.payload.size();
    }

    void expect_close(unsigned code) {
        read_frame found;
        ASSERT_TRUE(next_frame(found)) << "no close frame came";
        EXPECT_EQ(found.code(), opcode::close);
        EXPECT_EQ(found.close_code(), code);
        subject_->write_end();
        while (subject_->read(received_)) {}
        EXPECT_EQ(taken_, received_.size()) << "something came after the close frame";
        EXPECT_TRUE(subject_->ended());
    }

    const test_case& tested_;
    role ours_;
    cutting how_;
    const subject_factory& make_;
    std::unique_ptr<subject> subject_;
    byte_string received_;
    std::size_t taken_ = 0;
};

} // namespace

const case_list& all_cases() {
    static const case_list cases = [] {
        case_list all;
        add_framing_cases(all);
        add_text_cases(all);
        add_closing_cases(all);
        add_size_cases(all);
        add_own_cases(all);
        return all;
    }();
    return cases;
}

bool register_conformance(const std::string& name, subject_factory make, bool limited) {
    static std::vector<std::unique_ptr<subject_factory>> factories;
    const auto& kept = *factories.emplace_back(std::make_unique<subject_factory>(std::move(make)));
    for (const auto& tested : all_cases()) {
        if (tested.limited && !limited) continue;
        for (const auto ours : {role::server, role::client}) {
            for (const auto& [how, how_name] : cuttings) {
                if (!applies(how, tested)) continue;
                const std::string role_name = ours == role::server ? "/server/" : "/client/";
                const auto test_name = name + "/" + tested.name + role_name + how_name;
                ::testing::RegisterTest("conformance", test_name.c_str(), nullptr, nullptr,
                                        __FILE__, __LINE__,
                                        [&tested, ours, how_used = how, &kept]() -> conformance* {
                                            return new conformance(tested, ours, how_used, kept);
                                        });
            }
        }
    }
    return true;
}

TEST(conformance_suite, has_the_301_cases_of_the_groups_it_covers) {
    const auto& cases = all_cases();
    const auto count = std::ranges::count_if(cases, [](const test_case& each) {
        return std::isdigit(static_cast<unsigned char>(each.name[0])) != 0;
    });
    EXPECT_EQ(count, 301);
}

} // namespace weft::testing
