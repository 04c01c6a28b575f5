// SPDX-License-Identifier: MIT
// Reads that end before all is read: at an urgent mark of TCP, and on a Unix-domain socket behind
// bytes that carried a descriptor. What follows must not wait for more.
#include <sys/un.h>

#include "support/descriptors.hpp"

#include "endpoint/raw_fixture.hpp"
#include "endpoint/raw_peer.hpp"

namespace weft::testing {
namespace {

constexpr std::string_view upgrade =
    "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/// A masked frame, with a key of zeros, and the same as it is echoed.
std::string masked(std::string_view text) {
    return std::string("\x81") + static_cast<char>(0x80 | text.size()) + std::string(4, '\0') +
        std::string(text);
}
std::string echoed(std::string_view text) {
    return std::string("\x81") + static_cast<char>(text.size()) + std::string(text);
}

raw_peer connected_to_abstract(std::string_view name) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    name.copy(at.sun_path + 1, sizeof(at.sun_path) - 1);
    const int made = open_socket(AF_UNIX, SOCK_STREAM);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (::connect(made, reinterpret_cast<const sockaddr*>(&at), size) == 0) return raw_peer(made);
    ::close(made);
    return {};
}

void send_with_a_descriptor(raw_peer& peer, std::string text) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    iovec vector{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    cmsghdr& carried = *CMSG_FIRSTHDR(&message);
    carried.cmsg_level = SOL_SOCKET;
    carried.cmsg_type = SCM_RIGHTS;
    carried.cmsg_len = CMSG_LEN(sizeof(int));
    *reinterpret_cast<int*>(CMSG_DATA(&carried)) = peer.descriptor();
    ASSERT_EQ(::sendmsg(peer.descriptor(), &message, MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
}

class endpoint_short_reads : public raw_endpoint {
protected:
    void expect_answer(raw_peer& peer, const std::string& answer) {
        EXPECT_TRUE(run_until([&] { return peer.received().ends_with(answer); }))
            << "so far: " << peer.received();
    }

    void open(raw_peer& peer) {
        peer.send(upgrade);
        ASSERT_TRUE(run_until([&] { return peer.received().ends_with("\r\n\r\n"); }));
    }
};

TEST_P(endpoint_short_reads, an_urgent_mark_of_tcp_holds_no_message_back) {
    serve_echo();
    raw_peer peer = raw_peer::connected_to(port_);
    open(peer);
    peer.send(masked("one"));
    ASSERT_EQ(::send(peer.descriptor(), "!", 1, MSG_OOB), 1);
    peer.send(masked("two"));
    expect_answer(peer, echoed("one") + echoed("two"));
}

TEST_P(endpoint_short_reads, a_descriptor_on_a_unix_socket_holds_no_message_back) {
    serve_echo();
    const auto name = "weft-short-reads-" + std::to_string(::getpid());
    ASSERT_TRUE(server_->listen("unix:@" + name));
    raw_peer peer = connected_to_abstract(name);
    open(peer);
    send_with_a_descriptor(peer, masked("one"));
    peer.send(masked("two"));
    expect_answer(peer, echoed("one") + echoed("two"));
}

TEST_P(endpoint_short_reads, raw_connections_hear_all_at_once_too) {
    serve_raw_echo();
    raw_peer peer = raw_peer::connected_to(port_);
    ASSERT_TRUE(run_until([&] { return served_.open; }));
    peer.send("one ");
    ASSERT_EQ(::send(peer.descriptor(), "!", 1, MSG_OOB), 1);
    peer.send("two");
    expect_answer(peer, "one two");

    const auto name = "weft-short-reads-raw-" + std::to_string(::getpid());
    ASSERT_TRUE(raw_server_->listen("unix:@" + name));
    raw_peer local = connected_to_abstract(name);
    send_with_a_descriptor(local, "one ");
    local.send("two");
    expect_answer(local, "one two");
}

WEFT_IN_EVERY_WAY(endpoint_short_reads);

} // namespace
} // namespace weft::testing
