// SPDX-License-Identifier: MIT
// Raw connections whose peer takes output slowly, in virtual time: `raw_options::output_rate_min`.
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/endpoint/raw_server.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/virtual_clock.hpp>
#include <weft/stream/memory_pipe.hpp>

namespace weft {
namespace {

using namespace std::chrono_literals;

/// Reads as much as a test says.
class slow_reader final : public stream_events {
public:
    explicit slow_reader(std::unique_ptr<memory_stream> end) : end_(std::move(end)) {
        end_->start(*this);
        end_->pause();
    }

    /// Takes `count` bytes, or what there is.
    void take(event_loop& loop, std::size_t count) {
        end_->deliver_at_most(count);
        left_ = 1;
        end_->resume();
        loop.poll();
        end_->pause();
        loop.poll();
    }

    std::size_t received = 0;

private:
    bool wants_bytes() noexcept override { return left_ != 0; }
    void on_receive(std::span<std::byte> bytes) override {
        received += bytes.size();
        --left_;
    }
    void on_eof() override {}
    void on_writable() override {}
    void on_error(std::error_code) override {}

    std::unique_ptr<memory_stream> end_;
    int left_ = 0;
};

class raw_output_rate : public ::testing::Test {
protected:
    void serve(const raw_options& options, std::size_t capacity) {
        server.emplace(
            loop,
            raw_handlers{
                .open = [](raw_connection& c) { c.send(std::string(much, 'x')); },
                .close = [this](raw_connection&, const report& why) { ended = why.error; }},
            options);
        auto [a, b] = memory_pipe(loop.driver(), loop.driver(), capacity);
        peer.emplace(std::move(b));
        server->serve(std::move(a));
        loop.poll();
    }
    /// For `seconds` the peer takes `each` per second.
    void read(std::size_t each, int seconds) {
        for (int i = 0; i < seconds && !ended; ++i) {
            clock.advance(1s);
            peer->take(loop, each);
        }
    }
    static raw_options at_least(std::size_t rate) {
        raw_options options;
        options.output_rate_min = rate;
        options.write_stall = 10s;
        options.queue_size_max = 2 * much;
        return options;
    }

    static constexpr std::size_t much = 100'000;
    virtual_clock clock;
    event_loop loop{{.engine = engine_kind::virtual_time, .clock = &clock}};
    std::optional<raw_server> server;
    std::optional<slow_reader> peer;
    std::optional<std::error_code> ended;
};

TEST_F(raw_output_rate, ends_a_peer_that_only_drips) {
    serve(at_least(1000), 2000);
    read(900, 60);
    ASSERT_TRUE(ended);
    EXPECT_EQ(*ended, errc::output_too_slow);
}

TEST_F(raw_output_rate, counts_what_the_stream_holds) {
    serve(at_least(1000), 2 * much);
    read(900, 60);
    ASSERT_TRUE(ended);
    EXPECT_EQ(*ended, errc::output_too_slow);
}

TEST_F(raw_output_rate, leaves_a_peer_alone_that_is_fast_enough) {
    serve(at_least(1000), 2000);
    read(1200, 120);
    EXPECT_FALSE(ended);
    EXPECT_EQ(peer->received, much);
}

TEST_F(raw_output_rate, is_off_by_default) {
    serve(at_least(0), 2000);
    read(10, 120);
    EXPECT_FALSE(ended);
}

} // namespace
} // namespace weft
