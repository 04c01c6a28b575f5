// SPDX-License-Identifier: MIT
// A connection that is kept, on a real event loop: its server is stopped and started again, and the
// application ends it, or its client, between two attempts.
#include <unistd.h>

#include "endpoint/endpoint_fixture.hpp"

namespace weft::testing {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class endpoint_kept : public endpoint {
protected:
    void TearDown() override {
        kept_ = {};
        endpoint::TearDown();
    }

    /// Serves an echo at a Unix-domain socket, whose name nobody else takes meanwhile.
    void serve() {
        server_->route("/echo", served_.observe({.message = [](connection& peer, message m) {
            peer.send(m);
        }}));
        ASSERT_TRUE(server_->listen(where_));
    }

    void keep(duration backoff) {
        reconnect_options options;
        options.backoff_first = options.backoff_max = backoff;
        options.queue_size_max = 1000;
        options.connect.via = where_;
        options.waiting = [this](const report&, duration) { ++waits_; };
        auto observed = outbound_.observe(
            {.message = [this](connection&, message m) { answers_.append(m.text()); }});
        kept_ = client_->keep_connected("ws://localhost/echo", std::move(observed),
                                        std::move(options));
    }

    void keep_open(duration backoff) {
        serve();
        keep(backoff);
        EXPECT_EQ(outbound_.opened, 0) << "called from inside the call";
        ASSERT_TRUE(run_until([&] { return kept_.is_open() && served_.opened == 1; }));
    }

    bool idle() {
        return run_until([&] { return client_->connection_count() == 0; });
    }

    const std::string where_ =
        "unix:" + ::testing::TempDir() + "weft-kept-" + std::to_string(::getpid());
    ending outbound_;
    std::string answers_;
    int waits_ = 0;
    reconnecting_connection kept_;
};

TEST_P(endpoint_kept, returns_to_a_server_that_was_stopped_and_started_again) {
    keep_open(milliseconds(1));
    server_.reset();
    ASSERT_TRUE(run_until([&] { return outbound_.failed >= 2; }));
    EXPECT_EQ(outbound_.closed, 1);
    EXPECT_FALSE(kept_.is_open());
    EXPECT_EQ(kept_.send("kept"), send_result::backed_up);

    server_.emplace(loop());
    serve();
    ASSERT_TRUE(run_until([&] { return answers_ == "kept"; })) << outbound_.why;
    EXPECT_EQ(outbound_.opened, 2);
    kept_.close();
    ASSERT_TRUE(run_until([&] { return outbound_.closed == 2; }));
    EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
    EXPECT_TRUE(kept_.ended());
}

TEST_P(endpoint_kept, returns_after_each_of_several_restarts) {
    keep_open(milliseconds(1));
    for (int restart = 1; restart <= 3; ++restart) {
        server_.reset();
        server_.emplace(loop());
        serve();
        ASSERT_TRUE(run_until([&] { return outbound_.opened == restart + 1; })) << outbound_.why;
        EXPECT_EQ(outbound_.closed, restart);
    }
}

TEST_P(endpoint_kept, is_closed_between_two_attempts) {
    keep_open(hours(1));
    server_.reset();
    ASSERT_TRUE(run_until([&] { return waits_ == 1; }));
    EXPECT_TRUE(kept_.next_attempt());
    const int failed = outbound_.failed;
    kept_.close();
    EXPECT_TRUE(kept_.ended());
    EXPECT_FALSE(kept_.next_attempt());
    EXPECT_TRUE(run_until([&] { return loop().work_count() == 0; })) << "it keeps the loop running";
    EXPECT_EQ(outbound_.failed, failed);
}

TEST_P(endpoint_kept, is_destroyed_between_two_attempts) {
    keep_open(hours(1));
    server_.reset();
    ASSERT_TRUE(run_until([&] { return waits_ == 1; }));
    kept_ = {};
    EXPECT_TRUE(run_until([&] { return loop().work_count() == 0; }));
    EXPECT_TRUE(idle());
}

TEST_P(endpoint_kept, connects_at_once_after_try_now) {
    keep_open(hours(1));
    server_.reset();
    ASSERT_TRUE(run_until([&] { return waits_ == 1; }));
    server_.emplace(loop());
    serve();
    kept_.try_now();
    ASSERT_TRUE(run_until([&] { return outbound_.opened == 2; })) << outbound_.why;
}

TEST_P(endpoint_kept, ends_with_its_client_and_with_the_loop) {
    keep_open(hours(1));
    server_.reset();
    ASSERT_TRUE(run_until([&] { return waits_ == 1; }));
    client_.reset();
    EXPECT_TRUE(kept_.ended());
    EXPECT_TRUE(run_until([&] { return loop().work_count() == 0; }));

    client_.emplace(loop());
    keep(hours(1));
    ASSERT_TRUE(run_until([&] { return waits_ == 2; }));
    way_->destroy_loop();
    EXPECT_TRUE(kept_.ended());
    EXPECT_EQ(kept_.send("nobody"), send_result::closed);
}

WEFT_IN_EVERY_WAY(endpoint_kept);

} // namespace
} // namespace weft::testing
