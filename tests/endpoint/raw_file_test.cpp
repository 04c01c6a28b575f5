// SPDX-License-Identifier: MIT
// Descriptors of every kind: pipes, FIFOs, terminals, sockets, and what is refused.
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <weft/loop/watch.hpp>

#include "endpoint/raw_file_fixture.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

bool blocks(int descriptor) {
    return (::fcntl(descriptor, F_GETFL) & O_NONBLOCK) == 0;
}

// --- pipes

TEST_P(endpoint_raw_file, reads_a_pipe_to_its_end) {
    make_pipe();
    file_ = adopt(near_);
    EXPECT_EQ(outbound_.opened, 0) << "nothing from inside the call";
    write_to(far_, "hello");
    EXPECT_TRUE(run_until([&] { return outbound_.received == "hello"; }));
    far_.close();
    EXPECT_TRUE(ended());
    EXPECT_EQ(outbound_.closed, 1);
    EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
    EXPECT_EQ(outbound_.why.began, side::peer);
    EXPECT_EQ(file_->connection(), nullptr);
    EXPECT_EQ(loop().work_count(), 0U);
}

TEST_P(endpoint_raw_file, writes_a_pipe_and_ends_it) {
    make_pipe();
    file_ = adopt(far_);
    const std::string much(1'000'000, 'x');
    EXPECT_EQ(file_->send(much), send_result::backed_up);
    file_->finish();
    EXPECT_EQ(file_->send("more"), send_result::closed);
    std::string received;
    EXPECT_TRUE(run_until([&] {
        received += read_from(near_);
        return outbound_.ended();
    }));
    received += read_from(near_);
    EXPECT_EQ(received.size(), much.size());
    EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
    EXPECT_EQ(::read(near_.get(), received.data(), 1), 0) << "its reader gets the end";
}

TEST_P(endpoint_raw_file, hears_that_nobody_reads_and_raises_no_signal) {
    make_pipe();
    file_ = adopt(far_);
    EXPECT_TRUE(run_until([&] { return outbound_.opened == 1; }));
    near_.close(); // SIGPIPE would end this program
    file_->send("to nobody");
    EXPECT_TRUE(ended());
    EXPECT_EQ(outbound_.why.error, std::errc::broken_pipe);
    sigset_t pending;
    ::sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    EXPECT_EQ(sigismember(&mask, SIGPIPE), 0);
}

TEST_P(endpoint_raw_file, leaves_a_signal_that_was_pending_to_whom_it_belongs) {
    make_pipe();
    sigset_t only;
    sigset_t before;
    sigemptyset(&only);
    sigaddset(&only, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &only, &before);
    ::pthread_kill(::pthread_self(), SIGPIPE);
    file_ = adopt(far_);
    EXPECT_TRUE(run_until([&] { return outbound_.opened == 1; }));
    near_.close();
    file_->send("to nobody");
    EXPECT_TRUE(ended());
    sigset_t pending;
    ::sigpending(&pending);
    int taken = 0;
    if (sigismember(&pending, SIGPIPE) == 1) ::sigwait(&only, &taken);
    EXPECT_EQ(taken, SIGPIPE);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_P(endpoint_raw_file, wakes_nobody_while_it_is_paused) {
    make_pipe();
    file_ = adopt(near_, {.open = [](raw_connection& one) { one.pause(); }});
    EXPECT_TRUE(run_until([&] { return outbound_.opened == 1; }));
    write_to(far_, "while paused");
    far_.close();
    idle();
    EXPECT_EQ(outbound_.received, "");
    EXPECT_FALSE(outbound_.ended());
    file_->resume();
    EXPECT_TRUE(ended());
    EXPECT_EQ(outbound_.received, "while paused");
}

TEST_P(endpoint_raw_file, is_backed_up_and_then_writable) {
    make_pipe();
    file_ = adopt(far_);
    EXPECT_TRUE(run_until([&] { return outbound_.opened == 1; }));
    EXPECT_EQ(file_->send(std::string(900'000, 'x')), send_result::backed_up);
    EXPECT_EQ(file_->send(std::string(900'000, 'x')), send_result::dropped);
    std::size_t received = 0;
    EXPECT_TRUE(run_until([&] {
        received += read_from(near_).size();
        return outbound_.writable != 0;
    }));
    EXPECT_EQ(file_->connection()->buffered_amount(), 0U);
}

// --- FIFOs

TEST_P(endpoint_raw_file, reads_a_fifo_whose_writers_come_and_go) {
    const auto path = (folder_ / "fifo").string();
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    near_ = held(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)); // its own writer: no end
    file_ = adopt(near_);
    for (const std::string word : {"first", "second"}) {
        far_ = held(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        outbound_.received.clear();
        write_to(far_, word);
        EXPECT_TRUE(run_until([&] { return outbound_.received == word; }));
        far_.close();
        idle();
        EXPECT_FALSE(outbound_.ended());
    }
}

TEST_P(endpoint_raw_file, waits_for_a_fifos_first_writer_and_ends_with_the_last) {
    const auto path = (folder_ / "fifo").string();
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    near_ = held(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    file_ = adopt(near_);
    idle();
    EXPECT_FALSE(outbound_.ended());
    far_ = held(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    write_to(far_, "only");
    far_.close();
    EXPECT_TRUE(ended());
    EXPECT_EQ(outbound_.received, "only");
}

// --- terminals

TEST_P(endpoint_raw_file, talks_to_a_terminal_until_it_hangs_up) {
    make_terminal();
    file_ = adopt(near_);
    EXPECT_EQ(file_->send("to the program"), send_result::accepted);
    std::string received;
    EXPECT_TRUE(run_until([&] {
        received += read_from(far_);
        return received == "to the program";
    })) << received;
    write_to(far_, "to the hardware");
    EXPECT_TRUE(run_until([&] { return outbound_.received == "to the hardware"; }));
    far_.close();
    EXPECT_TRUE(ended());
    EXPECT_TRUE(outbound_.why.clean()) << outbound_.why;
    EXPECT_EQ(outbound_.why.began, side::peer);
}

TEST_P(endpoint_raw_file, of_the_programs_side_hears_the_hardware_go) {
    make_terminal();
    file_ = adopt(far_);
    EXPECT_TRUE(run_until([&] { return outbound_.opened == 1; }));
    near_.close();
    EXPECT_TRUE(ended());
    EXPECT_EQ(outbound_.closed, 1);
}

TEST_P(endpoint_raw_file, borrows_a_terminal_and_leaves_it_as_it_was) {
    make_terminal();
    const int mine = far_.get();
    ASSERT_TRUE(blocks(mine));
    auto made = raw_file::borrow(loop(), mine, outbound_.noted());
    ASSERT_TRUE(made);
    EXPECT_FALSE(blocks(mine));
    EXPECT_EQ(::fcntl(mine, F_GETFD), 0) << "it is somebody else's";
    write_to(near_, "typed");
    EXPECT_TRUE(run_until([&] { return outbound_.received == "typed"; }));
    made->close();
    EXPECT_TRUE(ended());
    EXPECT_TRUE(blocks(mine));
}

// --- other kinds

TEST_P(endpoint_raw_file, takes_a_socket_as_well) {
    std::array<int, 2> both{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, both.data()), 0);
    near_ = held(both[0]);
    far_ = held(both[1]);
    file_ = adopt(near_);
    write_to(far_, "packet");
    EXPECT_TRUE(run_until([&] { return outbound_.received == "packet"; }));
    far_.close();
    file_->send("to nobody");
    EXPECT_TRUE(ended());
}

// --- what is refused

TEST_P(endpoint_raw_file, refuses_what_cannot_be_waited_for) {
    const auto path = (folder_ / "regular").string();
    std::ofstream(path) << "text";
    held regular(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    held directory(::open(folder_.c_str(), O_RDONLY | O_CLOEXEC));
    for (const int one : {regular.get(), directory.get()}) {
        EXPECT_EQ(raw_file::adopt(loop(), one, {}).error(), errc::not_pollable);
        EXPECT_EQ(raw_file::borrow(loop(), one, {}).error(), errc::not_pollable);
        EXPECT_TRUE(blocks(one));
        watch never(loop(), one, [](readiness) {});
        EXPECT_EQ(never.set({.read = true}).error(), errc::not_pollable);
    }
    EXPECT_EQ(raw_file::adopt(loop(), -1, {}).error(), std::errc::bad_file_descriptor);
    EXPECT_EQ(loop().work_count(), 0U);
}

TEST_P(endpoint_raw_file, refuses_a_descriptor_that_is_watched_already) {
    make_pipe();
    const int number = near_.get();
    file_ = adopt(near_);
    EXPECT_EQ(raw_file::borrow(loop(), number, {}).error(), std::errc::file_exists);
    write_to(far_, "still received");
    EXPECT_TRUE(run_until([&] { return outbound_.received == "still received"; }));
}

TEST_P(endpoint_raw_file, is_gone_with_its_loop) {
    make_pipe();
    file_ = adopt(near_);
    event_loop other;
    std::swap(other, loop());
    { const event_loop last = std::move(other); }
    EXPECT_EQ(file_->connection(), nullptr);
    EXPECT_EQ(file_->send("x"), send_result::closed);
}

// --- bare readiness

TEST_P(endpoint_raw_file, is_watched_for_who_reads_it_himself) {
    make_pipe();
    int calls = 0;
    std::string received;
    std::optional<watch> bare;
    bare.emplace(loop(), near_.get(), [&](readiness what) {
        ++calls;
        EXPECT_TRUE(what.read);
        char one = 0;
        ASSERT_EQ(::read(near_.get(), &one, 1), 1); // level-triggered: there is more
        received += one;
        if (received == "hell") {
            EXPECT_TRUE(bare->set({}));
        }
    });
    EXPECT_EQ(loop().work_count(), 0U);
    ASSERT_TRUE(bare->set({.read = true}));
    EXPECT_EQ(loop().work_count(), 1U);
    write_to(far_, "hello");
    EXPECT_TRUE(run_until([&] { return received == "hell"; }));
    idle();
    EXPECT_EQ(calls, 4);
    EXPECT_EQ(loop().work_count(), 0U);
    watch writing(loop(), far_.get(), [&](readiness what) {
        EXPECT_TRUE(what.write);
        bare.reset();
        ++calls;
    });
    ASSERT_TRUE(writing.set({.write = true}));
    EXPECT_TRUE(run_until([&] { return calls >= 5; }));
    EXPECT_TRUE(writing.set({}));
}

TEST_P(endpoint_raw_file, is_watched_until_its_watch_ends_in_its_own_function) {
    make_pipe();
    std::optional<watch> bare;
    bare.emplace(loop(), near_.get(), [&](readiness) { bare.reset(); });
    ASSERT_TRUE(bare->set({.read = true}));
    far_.close();
    EXPECT_TRUE(run_until([&] { return !bare; }));
    EXPECT_EQ(loop().work_count(), 0U);
}

// --- destruction

TEST_P(endpoint_raw_file, is_destroyed_in_every_handler) {
    for (int where = 0; where < 5; ++where) {
        make_pipe();
        outbound_ = {};
        const auto here = [&](int place) {
            return [this, place, where](auto&&...) {
                if (place == where) file_.reset();
            };
        };
        file_ = adopt(near_, {.open = here(0),
                              .data = here(1),
                              .end =
                                  [&, end = here(2)](raw_connection& one) {
                                      end(one);
                                      if (where != 2) one.close();
                                  },
                              .close = here(3)});
        write_to(far_, "x");
        far_.close();
        EXPECT_TRUE(run_until([&] { return !file_ || outbound_.ended(); })) << where;
        idle();
        file_.reset();
        EXPECT_EQ(loop().work_count(), 0U);
    }
}

WEFT_IN_EVERY_WAY(endpoint_raw_file);

} // namespace
} // namespace weft::testing
