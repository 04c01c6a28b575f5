// SPDX-License-Identifier: MIT
// A stream whose beginning somebody has read: what it tells, and in which order.
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <weft/stream/manual_driver.hpp>
#include <weft/stream/memory_pipe.hpp>

#include "endpoint/prefixed_stream.hpp"

namespace weft::testing {
namespace {

/// Hears, and ends or pauses the stream after so many events.
struct reader final : stream_events {
    bool wants_bytes() noexcept override { return willing; }
    void on_receive(std::span<std::byte> bytes) override {
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        received += '|';
        if (pauses) over->pause();
        if (closes) over->close();
    }
    void on_eof() override { received += "end"; }
    void on_writable() override {}
    void on_error(std::error_code) override { received += "error"; }

    std::unique_ptr<stream> over;
    std::string received;
    bool willing = true;
    bool pauses = false;
    bool closes = false;
};

class begun_streams : public ::testing::Test {
protected:
    void SetUp() override {
        auto [near, far] = memory_pipe(driver_, driver_);
        std::unique_ptr<stream> rest = std::move(near);
        reader_.over = std::make_unique<prefixed_stream>(std::move(rest), bytes_of("early"));
        far_ = std::move(far);
        far_->start(other_);
        reader_.over->start(reader_);
        EXPECT_EQ(reader_.received, "") << "reported from inside the call";
    }

    static std::span<const std::byte> bytes_of(std::string_view text) {
        return std::as_bytes(std::span(text));
    }

    void send(std::string_view text) {
        const auto bytes = bytes_of(text);
        ASSERT_EQ(*far_->write({&bytes, 1}), text.size());
    }

    manual_driver driver_;
    std::unique_ptr<stream> far_;
    reader other_;
    reader reader_;
};

TEST_F(begun_streams, tell_the_beginning_the_rest_and_the_end) {
    send("late");
    far_->half_close();
    driver_.settle();
    EXPECT_EQ(reader_.received, "early|late|end");
}

TEST_F(begun_streams, wait_for_who_does_not_want_it) {
    reader_.willing = false;
    send("late");
    driver_.settle();
    EXPECT_EQ(reader_.received, "");
    reader_.willing = true;
    reader_.over->resume();
    EXPECT_EQ(reader_.received, "");
    driver_.settle();
    EXPECT_EQ(reader_.received, "early|late|");
}

TEST_F(begun_streams, keep_a_pause_before_and_behind_the_beginning) {
    reader_.over->pause();
    send("late");
    driver_.settle();
    EXPECT_EQ(reader_.received, "");
    reader_.pauses = true;
    reader_.over->resume();
    driver_.settle();
    EXPECT_EQ(reader_.received, "early|");
    reader_.over->resume();
    driver_.settle();
    EXPECT_EQ(reader_.received, "early|late|");
}

TEST_F(begun_streams, are_silent_once_they_are_closed) {
    reader_.closes = true;
    send("late");
    driver_.settle();
    EXPECT_EQ(reader_.received, "early|");
}

TEST_F(begun_streams, may_be_closed_before_the_beginning) {
    reader_.over->close();
    driver_.settle();
    EXPECT_EQ(reader_.received, "");
}

} // namespace
} // namespace weft::testing
