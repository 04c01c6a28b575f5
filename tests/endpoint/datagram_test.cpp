// SPDX-License-Identifier: MIT
// Datagrams over UDP and Unix-domain sockets.
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

class endpoint_datagram : public endpoint {
protected:
    void TearDown() override {
        one_.reset();
        other_.reset();
        endpoint::TearDown();
    }

    /// A socket that notes what it hears, at an address that the system chose.
    address open(std::optional<datagram_socket>& which, datagram_handlers what,
                 datagram_options options = {}) {
        which.emplace(loop(), std::move(what), std::move(options));
        const auto bound = which->bind("127.0.0.1", 0);
        EXPECT_TRUE(bound) << bound.error().message();
        return bound.value_or(address());
    }

    datagram_handlers noting() {
        return {.data =
                    [this](datagram_socket&, std::span<std::byte> bytes, const address& from) {
                        received_.emplace_back(text_of(bytes));
                        from_ = from;
                    },
                .writable = [this](datagram_socket&) { ++writable_; },
                .error = [this](datagram_socket&, std::error_code why) { errors_.push_back(why); },
                .interrupt = [this] { ++interrupts_; }};
    }

    static datagram_handlers echoing() {
        return {.data = [](datagram_socket& here, std::span<std::byte> bytes,
                           const address& from) { here.send_to(bytes, from); }};
    }

    bool hears(std::size_t count) {
        return run_until([&] { return received_.size() >= count; });
    }

    void idle() {
        for (int turns = 0; turns < 5; ++turns) {
            run_until([asked = 0]() mutable { return ++asked == 2; });
        }
    }

    std::optional<datagram_socket> one_, other_;
    std::vector<std::string> received_;
    std::vector<std::error_code> errors_;
    address from_;
    int writable_ = 0;
    int interrupts_ = 0;
};

TEST_P(endpoint_datagram, echoes_with_the_senders_address) {
    const auto echo = open(one_, echoing());
    const auto here = open(other_, noting());
    EXPECT_EQ(loop().work_count(), 2U);
    EXPECT_EQ(other_->send_to("hello", echo), send_result::accepted);
    EXPECT_EQ(other_->send_to("", echo), send_result::accepted) << "an empty one is one, too";
    EXPECT_EQ(other_->send_to(std::string(60'000, 'x'), echo), send_result::accepted);
    ASSERT_TRUE(hears(3));
    EXPECT_EQ(received_[0], "hello");
    EXPECT_EQ(received_[1], "");
    EXPECT_EQ(received_[2].size(), 60'000U);
    EXPECT_EQ(from_, echo);
    EXPECT_EQ(other_->local_address(), here);
}

TEST_P(endpoint_datagram, is_connected_and_hears_only_its_peer) {
    const auto echo = open(one_, echoing());
    other_.emplace(loop(), noting());
    ASSERT_TRUE(other_->connect(echo.str()));
    EXPECT_EQ(other_->send("hello"), send_result::accepted);
    ASSERT_TRUE(hears(1));
    std::optional<datagram_socket> stranger;
    open(stranger, {});
    stranger->send_to("not for you", other_->local_address());
    idle();
    EXPECT_EQ(received_.size(), 1U);
}

TEST_P(endpoint_datagram, tells_that_a_peer_is_not_there_and_goes_on) {
    const auto nobody = open(one_, {});
    one_.reset();
    other_.emplace(loop(), noting());
    ASSERT_TRUE(other_->connect(nobody.str()));
    EXPECT_EQ(other_->send("anybody?"), send_result::accepted);
    ASSERT_TRUE(run_until([&] { return !errors_.empty(); }));
    EXPECT_EQ(errors_.front(), std::errc::connection_refused);
    const auto echo = open(one_, echoing());
    ASSERT_TRUE(other_->connect(echo.str()));
    EXPECT_EQ(other_->send("now"), send_result::accepted);
    EXPECT_TRUE(hears(1));
}

TEST_P(endpoint_datagram, tells_why_one_cannot_be_sent) {
    const auto echo = open(one_, echoing());
    open(other_, noting());
    EXPECT_EQ(other_->send_to(std::string(100'000, 'x'), echo), send_result::dropped);
    EXPECT_TRUE(errors_.empty()) << "reported from inside the call";
    ASSERT_TRUE(run_until([&] { return !errors_.empty(); }));
    EXPECT_EQ(errors_.front(), std::errc::message_size);
    EXPECT_EQ(other_->send("to whom"), send_result::dropped);
    EXPECT_TRUE(run_until([&] { return errors_.size() == 2; }));
}

TEST_P(endpoint_datagram, keeps_what_waits_up_to_a_limit) {
    const std::string where = "unix:@weft-datagrams-" + std::to_string(::getpid());
    one_.emplace(loop(), noting());
    ASSERT_TRUE(one_->bind(where));
    one_->pause();
    datagram_options small;
    small.queue_size_max = 10'000;
    datagram_handlers hear;
    hear.writable = [this](datagram_socket&) { ++writable_; };
    other_.emplace(loop(), std::move(hear), std::move(small));
    ASSERT_TRUE(other_->connect(where));
    std::size_t taken = 0;
    send_result said = send_result::accepted;
    const std::string piece(1000, 'x');
    while (said != send_result::dropped && taken < 100'000) {
        said = other_->send(piece);
        if (said != send_result::dropped) ++taken;
    }
    EXPECT_EQ(said, send_result::dropped);
    EXPECT_EQ(other_->buffered_amount(), 10'000U);
    idle();
    EXPECT_EQ(received_.size(), 0U) << "paused";
    one_->resume();
    EXPECT_TRUE(hears(taken));
    EXPECT_TRUE(run_until([&] { return writable_ == 1; }));
    EXPECT_EQ(other_->buffered_amount(), 0U);
    EXPECT_EQ(received_.size(), taken);
}

TEST_P(endpoint_datagram, removes_its_socket_file) {
    const auto path = std::filesystem::temp_directory_path() /
        ("weft-datagram-" + std::to_string(::getpid()));
    one_.emplace(loop(), noting());
    ASSERT_TRUE(one_->bind("unix:" + path.string()));
    EXPECT_TRUE(std::filesystem::exists(path));
    one_->close();
    EXPECT_FALSE(one_->is_open());
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_EQ(one_->send("x"), send_result::closed);
    EXPECT_EQ(loop().work_count(), 0U);
    EXPECT_TRUE(one_->bind("unix:" + path.string())) << "it can be opened again";
}

TEST_P(endpoint_datagram, adopts_a_socket) {
    std::array<int, 2> both{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, both.data()), 0);
    one_.emplace(loop(), noting());
    other_.emplace(loop(), datagram_handlers{});
    ASSERT_TRUE(one_->adopt(both[0]));
    ASSERT_TRUE(other_->adopt(both[1]));
    EXPECT_EQ(other_->send("between us"), send_result::accepted);
    EXPECT_TRUE(hears(1));
    raw_peer stream = raw_peer::listening();
    datagram_socket strict(loop(), {});
    EXPECT_EQ(strict.adopt(stream.descriptor()).error(), errc::bad_argument);
    EXPECT_EQ(strict.bind("somewhere.test", 53).error(), errc::no_resolver);
    EXPECT_EQ(one_->bind("127.0.0.1", 0).error(), std::errc::already_connected);
}

TEST_P(endpoint_datagram, is_prepared_before_it_is_bound) {
    datagram_options careful;
    careful.before_bind = [](int descriptor) -> result<void> {
        const int on = 1;
        ::setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
        return {};
    };
    open(one_, {}, std::move(careful));
    datagram_options never;
    never.before_bind = [](int) -> result<void> { return failure(errc::rejected); };
    datagram_socket refused(loop(), {}, std::move(never));
    EXPECT_EQ(refused.bind("127.0.0.1", 0).error(), errc::rejected);
    EXPECT_FALSE(refused.is_open());
}

TEST_P(endpoint_datagram, is_interrupted_and_shut_down_with_its_loop) {
    open(one_, noting());
    loop().wake();
    EXPECT_TRUE(run_until([&] { return interrupts_ == 1; }));
    int done = 0;
    loop().shutdown(std::chrono::seconds(20), [&] { ++done; });
    EXPECT_TRUE(run_until([&] { return done == 1; }));
    EXPECT_FALSE(one_->is_open());
}

TEST_P(endpoint_datagram, is_closed_or_destroyed_in_its_handlers) {
    for (const bool destroys : {false, true}) {
        for (const bool the_loop : {false, true}) {
            const auto here = open(one_, {.data = [&](datagram_socket& self, auto, auto&) {
                                       if (!destroys) self.close();
                                       if (destroys) one_.reset();
                                       if (the_loop) way_->destroy_loop();
                                   }});
            open(other_, noting());
            other_->send_to("first", here);
            other_->send_to("second", here);
            run_until([&] { return !way_->has_loop() || !one_ || !one_->is_open(); });
            one_.reset();
            other_.reset();
            server_.reset();
            client_.reset();
            way_.reset(); // some hosts exist once
            way_ = GetParam()->make();
        }
    }
}

WEFT_IN_EVERY_WAY(endpoint_datagram);

} // namespace
} // namespace weft::testing
