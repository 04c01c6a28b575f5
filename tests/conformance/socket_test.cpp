// SPDX-License-Identifier: MIT
// The conformance suite over sockets: a server and a client on an event loop, TCP on one side and
// a plain socket in the test's hand on the other; on each engine.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include <weft/endpoint/client.hpp>
#include <weft/endpoint/server.hpp>

#include "conformance/subject.hpp"

namespace weft::testing {
namespace {

constexpr int patience_ms = 5000;

handlers echo_handlers() {
    return {.message = [](connection& peer, message m) { peer.send(m); }};
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

class echo_socket : public subject {
public:
    echo_socket(role ours, engine_kind engine)
        : loop_({.engine = engine}), descriptor_(loop_.descriptor().value_or(-1)) {
        ours == role::server ? connect_to_server() : accept_client();
        ::fcntl(peer_, F_SETFL, O_NONBLOCK);
        const int on = 1;
        ::setsockopt(peer_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    ~echo_socket() override { ::close(peer_); }

    void write(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto sent = ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN) return; // it has ended, as it may
            if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
            loop_.run_ready();
            if (!bytes.empty()) receive(output_);
        }
    }

    void write_end() override { ::shutdown(peer_, SHUT_WR); }

    bool read(byte_string& into) override {
        while (output_.empty() && !ended_) {
            loop_.run_ready();
            receive(output_);
            if (!output_.empty() || ended_) break;
            if (!wait()) return false;
        }
        into.insert(into.end(), output_.begin(), output_.end());
        return !std::exchange(output_, {}).empty();
    }

    bool ended() const override { return ended_; }

private:
    void connect_to_server() {
        server_.route("*", echo_handlers());
        const auto at = loopback(server_.listen("127.0.0.1", 0)->port());
        peer_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::connect(peer_, reinterpret_cast<const sockaddr*>(&at), sizeof(at));
    }

    void accept_client() {
        const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at = loopback(0);
        socklen_t size = sizeof(at);
        ::bind(listening, reinterpret_cast<const sockaddr*>(&at), size);
        ::listen(listening, 1);
        ::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
        client_.connect("ws://127.0.0.1:" + std::to_string(ntohs(at.sin_port)) + "/",
                        echo_handlers());
        while (loop_.run_ready().more_waiting) {}
        peer_ = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
        ::close(listening);
    }

    /// For the answer or the loop; one that has no descriptor is asked every millisecond.
    bool wait() {
        pollfd waiting[] = {{peer_, POLLIN, 0}, {descriptor_, POLLIN, 0}};
        if (descriptor_ >= 0) return ::poll(waiting, 2, patience_ms) > 0;
        for (int i = 0; i < patience_ms; ++i) {
            if (loop_.run_ready().did_something || ::poll(waiting, 1, 1) > 0) return true;
        }
        return false;
    }

    void receive(byte_string& into) {
        static std::array<std::byte, 256 * 1024> buffer;
        const auto count = ::recv(peer_, buffer.data(), buffer.size(), 0);
        if (count > 0) into.insert(into.end(), buffer.begin(), buffer.begin() + count);
        ended_ |= count == 0 || (count < 0 && errno != EAGAIN);
    }

    event_loop loop_;
    server server_{loop_};
    client client_{loop_};
    int descriptor_;
    int peer_ = -1;
    byte_string output_;
    bool ended_ = false;
};

bool register_engine(const std::string& name, engine_kind engine) {
    return register_conformance(
        name, [=](role ours) { return std::make_unique<echo_socket>(ours, engine); });
}

[[maybe_unused]] const bool registered = register_engine("socket", engine_kind::epoll) &&
                                         register_engine("socket_by_poll", engine_kind::poll);

} // namespace
} // namespace weft::testing
