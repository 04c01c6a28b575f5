// SPDX-License-Identifier: MIT
// Listening and connecting: every family, errors, descriptors running out, options of sockets.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>

#include "loop/connector.hpp"
#include "loop/posix/readiness_listener.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/posix/system_call.hpp"
#include "loop/system.hpp"

#include "support/descriptors.hpp"

#include "loop_probes.hpp"
#include "scratch_directory.hpp"
#include "sockets.hpp"

namespace weft::testing {
namespace {

class listening : public ::testing::Test {
public:
    event_loop loop;
    int descriptor = *loop.descriptor();
    std::vector<owned_socket> accepted;
    std::vector<std::error_code> complaints;
    std::vector<listener*> open_ones;

    ~listening() override {
        for (auto* one : open_ones) one->close();
    }

    result<listener*> listen(const address& where, listen_options options = {}) {
        auto opened = readiness_listener::open(
            *loop.state(), where, std::move(options),
            [this](owned_socket one, const address&) { accepted.push_back(std::move(one)); },
            [this](std::error_code why, bool begins) {
                if (begins) complaints.push_back(why);
            });
        if (opened) open_ones.push_back(*opened);
        return opened;
    }

    /// Connects to the first that answers, turning the loop until it is known.
    result<owned_socket> connect(std::vector<address> where) {
        std::optional<result<owned_socket>> outcome;
        connect_plan plan;
        plan.addresses = std::move(where);
        connector::start(*loop.state(), std::move(plan),
                         [&](phase, result<owned_socket> got) { outcome = std::move(got); });
        EXPECT_FALSE(outcome) << "never from inside start";
        while (!outcome && readable(descriptor, 5000ms)) loop.run_ready();
        settle(loop);
        return outcome ? std::move(*outcome)
                       : failure(std::make_error_code(std::errc::timed_out));
    }

    void expect_a_conversation(owned_socket client) {
        while (accepted.empty() && readable(descriptor, 5000ms)) loop.run_ready();
        ASSERT_EQ(accepted.size(), 1U);
        connected_pair pair(loop, std::move(accepted.front()), std::move(client));
        accepted.clear();
        pair.peer_sends("ping");
        while (pair.sink.text.empty() && readable(descriptor, 5000ms)) loop.run_ready();
        EXPECT_EQ(pair.sink.text, "ping");
        EXPECT_EQ(pair.write("pong").value(), 4U);
        EXPECT_TRUE(readable(pair.peer.get(), 5000ms));
        EXPECT_EQ(pair.peer_reads(), "pong");
    }
};

TEST_F(listening, tcp_v4_v6_and_both) {
    for (const auto* const host : {"127.0.0.1", "::1", "::"}) {
        const auto opened = listen(*address::parse(host, 0));
        ASSERT_TRUE(opened) << host << ": " << opened.error().message();
        const auto port = (*opened)->where().port();
        EXPECT_NE(port, 0);
        const std::string view(host);
        if (view != "127.0.0.1") {
            expect_a_conversation(std::move(*connect({*address::parse("::1", port)})));
        }
        if (view != "::1") {
            expect_a_conversation(std::move(*connect({*address::parse("127.0.0.1", port)})));
        }
    }
}

TEST_F(listening, v6_only_leaves_v4_out) {
    const auto opened = listen(*address::parse("::", 0), {.ipv6_only = true});
    ASSERT_TRUE(opened);
    const auto port = (*opened)->where().port();
    EXPECT_EQ(connect({*address::parse("127.0.0.1", port)}).error(),
              std::errc::connection_refused);
}

TEST_F(listening, unix_path_and_abstract) {
    const scratch_directory here;
    for (const auto& name : {here.path + "/socket", std::string("@weft-listener-test-") +
                                                        std::to_string(::getpid())}) {
        const auto where = address::local(name);
        ASSERT_TRUE(listen(where)) << name;
        expect_a_conversation(std::move(*connect({where})));
    }
    open_ones.front()->close();
    open_ones.erase(open_ones.begin());
    EXPECT_FALSE(std::filesystem::exists(here.path + "/socket"));
}

TEST_F(listening, a_dead_sockets_file_is_taken_over_a_living_ones_and_others_are_not) {
    const scratch_directory here;
    const auto where = address::local(here.path + "/socket");
    ASSERT_TRUE(listen(where));
    EXPECT_EQ(listen(where).error(), std::errc::address_in_use);
    {
        const owned_socket dead(open_socket(AF_UNIX, SOCK_STREAM));
        const auto at = as_socket_address(address::local(here.path + "/dead"));
        ASSERT_EQ(::bind(dead.get(), at->get(), at->size), 0);
    }
    EXPECT_TRUE(listen(address::local(here.path + "/dead")));
    const owned_socket file(
        ::open((here.path + "/file").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    EXPECT_EQ(listen(address::local(here.path + "/file")).error(), std::errc::address_in_use);
    EXPECT_TRUE(std::filesystem::exists(here.path + "/file"));
}

TEST_F(listening, errors_are_the_systems) {
    const auto first = listen(*address::parse("127.0.0.1", 0));
    ASSERT_TRUE(first);
    EXPECT_EQ(listen((*first)->where()).error(), std::errc::address_in_use);
    EXPECT_EQ(listen(address::local(std::string(200, 'x'))).error(),
              std::errc::filename_too_long);
    EXPECT_EQ(listen(address()).error(), errc::bad_argument);
    EXPECT_EQ(listen(address::local("/no/such/directory/socket")).error(),
              std::errc::no_such_file_or_directory);
}

TEST_F(listening, several_may_share_a_port_if_they_say_so) {
    const auto first = listen(*address::parse("127.0.0.1", 0), {.reuse_port = true});
    ASSERT_TRUE(first);
    EXPECT_TRUE(listen((*first)->where(), {.reuse_port = true}));
}

TEST_F(listening, counts_as_work_until_closed) {
    const auto opened = listen(*address::parse("127.0.0.1", 0));
    EXPECT_EQ(loop.work_count(), 1U);
    (*opened)->close();
    open_ones.clear();
    EXPECT_EQ(loop.work_count(), 0U);
}

TEST_F(listening, sockets_close_on_exec_and_do_not_delay) {
    const auto opened = listen(*address::parse("127.0.0.1", 0));
    const auto client = connect({(*opened)->where()});
    while (accepted.empty() && readable(descriptor, 5000ms)) loop.run_ready();
    ASSERT_EQ(accepted.size(), 1U);
    for (const int one : {client->get(), accepted.front().get()}) {
        EXPECT_NE(::fcntl(one, F_GETFD) & FD_CLOEXEC, 0);
        EXPECT_NE(::fcntl(one, F_GETFL) & O_NONBLOCK, 0);
        int on = 0;
        socklen_t size = sizeof(on);
        EXPECT_EQ(::getsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
        EXPECT_NE(on, 0);
    }
    EXPECT_NE(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(listening, a_whole_backlog_is_accepted) {
    const auto opened = listen(address::local("@weft-backlog-" + std::to_string(::getpid())));
    const auto at = as_socket_address((*opened)->where());
    std::vector<owned_socket> clients;
    for (int i = 0; i < 200; ++i) {
        clients.emplace_back(open_socket(AF_UNIX, SOCK_STREAM));
        ASSERT_EQ(::connect(clients.back().get(), at->get(), at->size), 0);
    }
    while (readable(descriptor)) loop.run_ready({1, duration::max()});
    EXPECT_EQ(accepted.size(), 200U);
}

TEST_F(listening, without_descriptors_it_neither_spins_nor_forgets) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan opens a pipe at the first use of a type, and here there is none to open";
#endif
    const auto opened = listen(address::local("@weft-limit-" + std::to_string(::getpid())));
    const auto at = as_socket_address((*opened)->where());
    const owned_socket client(open_socket(AF_UNIX, SOCK_STREAM));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{1, before.rlim_max}; // poll(2) needs one
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    ASSERT_EQ(::connect(client.get(), at->get(), at->size), 0);
    EXPECT_TRUE(readable(descriptor));
    settle(loop);
    EXPECT_FALSE(readable(descriptor)) << "no spinning";
    EXPECT_TRUE(accepted.empty());
    EXPECT_TRUE(readable(descriptor, 1000ms)) << "it tries again by itself";
    settle(loop);
    EXPECT_FALSE(readable(descriptor)) << "no spinning";
    ASSERT_EQ(complaints.size(), 1U);
    EXPECT_EQ(complaints.front(), std::errc::too_many_files_open);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(readable(descriptor, 1000ms)) << "it tries again by itself";
    while (accepted.empty() && readable(descriptor, 5000ms)) loop.run_ready();
    EXPECT_EQ(accepted.size(), 1U);
}

/// Makes accept(2) fail while it lives.
struct failing_accept {
    explicit failing_accept(int with) {
        error = with;
        system_faults = [](const char* call, const call_site&) noexcept {
            return std::string_view(call) == "accept" ? error : 0;
        };
    }
    ~failing_accept() { system_faults = nullptr; }

    inline static int error = 0;
};

TEST_F(listening, it_complains_once_until_all_who_waited_were_accepted) {
    const auto where = address::local("@weft-starving-" + std::to_string(::getpid()));
    listener* const tested = *listen(where);
    const auto at = as_socket_address(where);
    std::vector<owned_socket> clients;
    std::vector<std::error_code> wanted;
    for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
        {
            const failing_accept failing(error);
            clients.emplace_back(open_socket(AF_UNIX, SOCK_STREAM));
            ASSERT_EQ(::connect(clients.back().get(), at->get(), at->size), 0);
            wanted.emplace_back(error, std::system_category());
            settle(loop);
            for (int i = 0; i < 3; ++i) {
                EXPECT_TRUE(tested->is_starved());
                EXPECT_FALSE(readable(descriptor)) << "no spinning";
                EXPECT_EQ(complaints, wanted);
                tested->retry_accept(); // a descriptor was closed, but somebody else was quicker
                settle(loop);
            }
        }
        EXPECT_EQ(accepted.size(), clients.size() - 1);
        tested->retry_accept();
        settle(loop);
        EXPECT_EQ(accepted.size(), clients.size()) << "at once, without the pause";
        EXPECT_FALSE(tested->is_starved());
    }
}

TEST_F(listening, errors_of_one_connection_are_not_the_listeners) {
    const auto where = address::local("@weft-aborted-" + std::to_string(::getpid()));
    ASSERT_TRUE(listen(where));
    const auto at = as_socket_address(where);
    const owned_socket client(open_socket(AF_UNIX, SOCK_STREAM));
    ASSERT_EQ(::connect(client.get(), at->get(), at->size), 0);
    static int times;
    times = 0;
    system_faults = [](const char* call, const call_site&) noexcept {
        return std::string_view(call) == "accept" && times++ < 3 ? ECONNABORTED : 0;
    };
    settle(loop);
    system_faults = nullptr;
    EXPECT_EQ(accepted.size(), 1U);
    EXPECT_TRUE(complaints.empty());
}

TEST_F(listening, a_peer_is_identified_by_its_address) {
    address seen;
    listener* const one = *readiness_listener::open(
        *loop.state(), *address::parse("127.0.0.1", 0), {},
        [&](owned_socket client, const address& peer) {
            EXPECT_EQ(peer, remote_address_of(client.get()));
            seen = peer;
        });
    const auto client = connect({one->where()});
    while (seen == address() && readable(descriptor, 5000ms)) loop.run_ready();
    EXPECT_EQ(seen, local_address_of(client->get()));
    one->close();
}

TEST_F(listening, may_be_closed_from_what_it_accepts) {
    const auto where = address::local("@weft-closing-" + std::to_string(::getpid()));
    int count = 0;
    listener* one = nullptr;
    one = *readiness_listener::open(*loop.state(), where, {}, [&](owned_socket, const address&) {
        ++count;
        one->close();
    });
    const auto at = as_socket_address(where);
    std::vector<owned_socket> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(open_socket(AF_UNIX, SOCK_STREAM));
        ASSERT_EQ(::connect(clients.back().get(), at->get(), at->size), 0);
    }
    settle(loop);
    EXPECT_EQ(count, 1);
}

// --- what only TCP does

TEST_F(listening, a_reset_is_an_error_and_does_not_spin_while_paused) {
    for (const bool paused : {false, true}) {
        const auto opened = listen(*address::parse("127.0.0.1", 0));
        auto client = connect({(*opened)->where()});
        while (accepted.empty() && readable(descriptor, 5000ms)) loop.run_ready();
        connected_pair pair(loop, std::move(accepted.front()), std::move(*client));
        accepted.clear();
        if (paused) pair.stream->pause();
        settle(loop);
        const linger at_once{1, 0};
        ::setsockopt(pair.peer.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        pair.peer.reset();
        if (paused) {
            EXPECT_TRUE(readable(descriptor, 1000ms)) << "the kernel tells of a reset anyway";
            settle(loop);
            EXPECT_FALSE(readable(descriptor));
            EXPECT_FALSE(pair.sink.error);
            pair.stream->resume();
        }
        while (!pair.sink.error && readable(descriptor, 5000ms)) loop.run_ready();
        EXPECT_EQ(pair.sink.error, std::errc::connection_reset);
        EXPECT_FALSE(pair.sink.eof);
        EXPECT_FALSE(readable(descriptor));
    }
}

TEST_F(listening, a_peer_that_reads_again_is_written_to_again) {
    const auto opened = listen(*address::parse("127.0.0.1", 0));
    auto client = connect({(*opened)->where()});
    while (accepted.empty() && readable(descriptor, 5000ms)) loop.run_ready();
    connected_pair pair(loop, std::move(accepted.front()), std::move(*client));
    accepted.clear();
    const std::string much(16 << 20, 'm');
    std::size_t written = pair.write(much).value();
    ASSERT_LT(written, much.size());
    std::size_t got = 0;
    while (got < much.size()) {
        got += pair.peer_reads().size();
        if (written < much.size() && readable(descriptor)) {
            settle(loop);
            if (pair.sink.writable == 0) continue;
            pair.sink.writable = 0;
            written += pair.write(std::string_view(much).substr(written)).value();
        }
        if (got < written) readable(pair.peer.get(), 5000ms);
    }
    EXPECT_EQ(got, much.size());
}

// --- connecting

TEST_F(listening, the_first_address_that_answers_is_taken) {
    const auto opened = listen(*address::parse("127.0.0.1", 0));
    const auto port = (*opened)->where().port();
    auto client = connect({*address::parse("::1", port), (*opened)->where()});
    ASSERT_TRUE(client) << client.error().message();
    EXPECT_EQ(remote_address_of(client->get()).str(), (*opened)->where().str());
}

TEST_F(listening, a_refused_connection_says_so) {
    const auto opened = listen(*address::parse("127.0.0.1", 0));
    const auto where = (*opened)->where();
    (*opened)->close();
    open_ones.clear();
    EXPECT_EQ(connect({where}).error(), std::errc::connection_refused);
    EXPECT_EQ(connect({address::local("/no/such/socket")}).error(),
              std::errc::no_such_file_or_directory);
}

} // namespace
} // namespace weft::testing
