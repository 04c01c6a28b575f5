// SPDX-License-Identifier: MIT
// Sockets of others: which are taken, what they are made, and who owns them when they are not.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>

#include "loop/posix/adopted_socket.hpp"
#include "loop/posix/readiness_listener.hpp"
#include "loop/posix/socket_address.hpp"
#include "loop/system.hpp"

#include "support/call_names.hpp"
#include "support/descriptors.hpp"

#include "loop_probes.hpp"
#include "sockets.hpp"

namespace weft::testing {
namespace {

owned_socket listening_tcp(const char* host) {
    const auto at = as_socket_address(*address::parse(host, 0));
    owned_socket made(::socket(at->family(), SOCK_STREAM, 0));
    EXPECT_EQ(::bind(made.get(), at->get(), at->size), 0);
    EXPECT_EQ(::listen(made.get(), 8), 0);
    return made;
}

owned_socket connected_to(const address& where) {
    const auto at = as_socket_address(where);
    owned_socket made(open_socket(at->family(), SOCK_STREAM));
    EXPECT_EQ(::connect(made.get(), at->get(), at->size), 0);
    return made;
}

bool is_open(int descriptor) {
    return ::fcntl(descriptor, F_GETFD) >= 0;
}

TEST(adopted_socket, is_distinguished_by_its_kind) {
    const auto listening = listening_tcp("127.0.0.1");
    const auto connected = connected_to(local_address_of(listening.get()));
    const owned_socket fresh(open_socket(AF_INET, SOCK_STREAM));
    const owned_socket datagrams(open_socket(AF_INET, SOCK_DGRAM));
    const owned_socket packets(open_socket(AF_UNIX, SOCK_SEQPACKET));
    const owned_socket file(::open("/dev/null", O_RDWR | O_CLOEXEC));

    EXPECT_FALSE(check_listening(listening.get()));
    EXPECT_FALSE(check_connected(connected.get()));
    EXPECT_EQ(check_listening(connected.get()), errc::bad_argument);
    EXPECT_EQ(check_connected(listening.get()), errc::bad_argument);
    EXPECT_EQ(check_listening(fresh.get()), errc::bad_argument);
    EXPECT_EQ(check_connected(fresh.get()), std::errc::not_connected);
    for (const int wrong : {datagrams.get(), packets.get()}) {
        EXPECT_EQ(check_listening(wrong), errc::bad_argument);
        EXPECT_EQ(check_connected(wrong), errc::bad_argument);
    }
    EXPECT_EQ(check_connected(file.get()), std::errc::not_a_socket);
    EXPECT_EQ(check_listening(-1), std::errc::bad_file_descriptor);
    EXPECT_FALSE(::fcntl(listening.get(), F_GETFL) & O_NONBLOCK) << "nothing was changed";
}

TEST(adopted_socket, is_made_fit) {
    const auto listening = listening_tcp("::1");
    const auto connected = connected_to(local_address_of(listening.get()));
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    const owned_socket local(pair[0]);
    const owned_socket other(pair[1]);
    for (const int one : {connected.get(), local.get()}) {
        EXPECT_FALSE(check_connected(one));
        EXPECT_FALSE(prepare_socket(one));
        EXPECT_NE(::fcntl(one, F_GETFL) & O_NONBLOCK, 0);
        EXPECT_NE(::fcntl(one, F_GETFD) & FD_CLOEXEC, 0);
    }
    int on = 0;
    socklen_t size = sizeof(on);
    EXPECT_EQ(::getsockopt(connected.get(), IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
    EXPECT_NE(on, 0);
    EXPECT_EQ(prepare_socket(-1), std::errc::bad_file_descriptor);
}

TEST(adopted_socket, a_listener_accepts_from_it) {
    event_loop loop;
    for (const auto* const host : {"127.0.0.1", "::1"}) {
        auto made = listening_tcp(host);
        const auto where = local_address_of(made.get());
        const auto early = connected_to(where); // before it was adopted
        int count = 0;
        const auto adopted = readiness_listener::adopt(*loop.state(), made.get(),
                                             [&](owned_socket, const address&) { ++count; });
        ASSERT_TRUE(adopted) << adopted.error().message();
        const int number = made.release();
        EXPECT_EQ((*adopted)->where(), where);
        EXPECT_NE(::fcntl(number, F_GETFD) & FD_CLOEXEC, 0);
        const auto late = connected_to(where);
        while (count < 2 && readable(*loop.descriptor(), 5000ms)) loop.run_ready();
        EXPECT_EQ(count, 2);
        (*adopted)->close();
        EXPECT_FALSE(is_open(number));
    }
}

TEST(adopted_socket, is_not_taken_on_error) {
    event_loop loop;
    const auto ignore = [](owned_socket, const address&) {};
    const auto listening = listening_tcp("127.0.0.1");
    const auto connected = connected_to(local_address_of(listening.get()));
    EXPECT_EQ(readiness_listener::adopt(*loop.state(), connected.get(), ignore).error(),
              errc::bad_argument);
    EXPECT_TRUE(is_open(connected.get()));
    for (const std::string_view failing :
         {std::string_view("getsockopt"), std::string_view("fcntl"), registration_call}) {
        static std::string_view call;
        call = failing;
        system_faults = [](const char* name, const call_site&) noexcept {
            return name == call ? ENOMEM : 0;
        };
        const auto adopted = readiness_listener::adopt(*loop.state(), listening.get(), ignore);
        system_faults = nullptr;
        EXPECT_EQ(adopted.error(), std::errc::not_enough_memory) << failing;
        EXPECT_TRUE(is_open(listening.get())) << failing;
        EXPECT_EQ(loop.work_count(), 0U);
    }
}

} // namespace
} // namespace weft::testing
