// SPDX-License-Identifier: MIT
// The conformance suite over sockets: a server and a client on an event loop, TCP on one side and
// a plain socket in the test's hand on the other; on each engine and in each host library.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <system_error>
#include <utility>

#include <weft/endpoint/client.hpp>
#include <weft/endpoint/server.hpp>

#include "support/descriptors.hpp"

#include "conformance/echo.hpp"
#include "conformance/subject.hpp"
#include "host_loops/foreign_loop.hpp"

namespace weft::testing {
namespace {

constexpr std::chrono::seconds patience{5};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

/// Who drives the loop.
class waiter {
public:
    virtual ~waiter() = default;

    /// Does what there is to do, without waiting.
    virtual void step() = 0;

    /// Waits until there may be something to do, or to read from `peer`; false if that was long.
    virtual bool wait(int peer) = 0;
};

using waiter_factory = std::function<std::unique_ptr<waiter>(event_loop&)>;

/// By its descriptor; a loop that has none is asked every millisecond.
class alone final : public waiter {
public:
    explicit alone(event_loop& loop)
        : loop_(loop), descriptor_(loop.descriptor().value_or(-1)) {}

    void step() override { loop_.run_ready(); }

    bool wait(int peer) override {
        pollfd waiting[] = {{peer, POLLIN, 0}, {descriptor_, POLLIN, 0}};
        const int limit = static_cast<int>(std::chrono::milliseconds(patience).count());
        if (descriptor_ >= 0) return ::poll(waiting, 2, limit) > 0;
        for (int i = 0; i < limit; ++i) {
            if (loop_.run_ready().did_something || ::poll(waiting, 1, 1) > 0) return true;
        }
        return false;
    }

private:
    event_loop& loop_;
    int descriptor_;
};

/// By a host library, which watches the peer's socket, too.
class in_host final : public waiter {
public:
    in_host(event_loop& loop, const foreign_loop_registration& kind)
        : host_(kind.make()), stay_(std::in_place, loop, host_->ops()) {}

    ~in_host() override {
        host_->unwatch();
        stay_.reset();
        host_->turn(duration::zero()); // it may let go only now
    }

    void step() override { host_->turn(duration::zero()); }

    bool wait(int peer) override {
        if (!std::exchange(watches_, true)) {
            host_->watch(peer, [this] { readable_ = true; });
        }
        readable_ = false;
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!readable_ && std::chrono::steady_clock::now() < end) host_->turn(patience);
        return readable_;
    }

private:
    std::unique_ptr<foreign_loop> host_;
    std::optional<guest> stay_;
    bool watches_ = false;
    bool readable_ = false;
};

class echo_socket : public subject {
public:
    echo_socket(role ours, engine_kind engine, const waiter_factory& make, echo_by how)
        : loop_({.engine = engine}), waiter_(make(loop_)) {
        ours == role::server ? connect_to_server(how) : accept_client(how);
        ::fcntl(peer_, F_SETFL, O_NONBLOCK);
        const int on = 1;
        ::setsockopt(peer_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    ~echo_socket() override {
        waiter_.reset(); // it watches the peer
        ::close(peer_);
    }

    void write(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const auto sent = ::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN) return; // it has ended, as it may
            if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
            waiter_->step();
            if (!bytes.empty()) receive(output_);
        }
    }

    void write_end() override { ::shutdown(peer_, SHUT_WR); }

    bool read(byte_string& into) override {
        while (output_.empty() && !ended_) {
            waiter_->step();
            receive(output_);
            if (!output_.empty() || ended_) break;
            if (!waiter_->wait(peer_)) return false;
        }
        into.insert(into.end(), output_.begin(), output_.end());
        return !std::exchange(output_, {}).empty();
    }

    bool ended() const override { return ended_; }

private:
    void connect_to_server(echo_by how) {
        server_.route("*", echo_handlers(how));
        const auto listening = server_.listen("127.0.0.1", 0);
        if (!listening) throw std::system_error(listening.error(), "listen");
        const auto at = loopback(listening->port());
        peer_ = open_socket(AF_INET, SOCK_STREAM);
        ::connect(peer_, reinterpret_cast<const sockaddr*>(&at), sizeof(at));
    }

    void accept_client(echo_by how) {
        const int listening = open_socket(AF_INET, SOCK_STREAM, blocking::no);
        sockaddr_in at = loopback(0);
        socklen_t size = sizeof(at);
        ::bind(listening, reinterpret_cast<const sockaddr*>(&at), size);
        ::listen(listening, 1);
        ::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
        const auto target = "ws://127.0.0.1:" + std::to_string(ntohs(at.sin_port)) + "/";
        connect_echo(loop_.driver(), how,
                     [&](handlers echo) { return client_.connect(target, std::move(echo)); });
        do {
            waiter_->step();
            peer_ = accept_one(listening);
        } while (peer_ < 0 && errno == EAGAIN);
        ::close(listening);
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
    std::unique_ptr<waiter> waiter_;
    int peer_ = -1;
    byte_string output_;
    bool ended_ = false;
};

bool register_engine(const std::string& name, engine_kind engine, echo_by how = echo_by::handler) {
    return register_conformance(name, [=](role ours) {
        return std::make_unique<echo_socket>(
            ours, engine, [](event_loop& loop) { return std::make_unique<alone>(loop); }, how);
    });
}

/// Where the system has it, though it may refuse it.
bool register_io_uring() {
    if (std::ranges::count(available_engines(), engine_kind::io_uring) == 0) return true;
    return register_engine("socket_by_io_uring", engine_kind::io_uring);
}

[[maybe_unused]] const bool registered_sockets =
    register_io_uring() &&
    register_engine("socket", engine_kind::automatic) &&
    register_engine("socket_by_poll", engine_kind::poll) &&
    register_engine("socket_by_coroutine", engine_kind::automatic, echo_by::coroutine) &&
    register_engine("socket_by_poll_and_coroutine", engine_kind::poll, echo_by::coroutine);

void register_hosts() {
    for (const auto* const kind : foreign_loop_registration::all()) {
        const auto add = [kind](const std::string& name, echo_by how) {
            register_conformance(name, [kind, how](role ours) {
                return std::make_unique<echo_socket>(
                    ours, engine_kind::automatic,
                    [kind](event_loop& loop) { return std::make_unique<in_host>(loop, *kind); },
                    how);
            });
        };
        add(kind->name, echo_by::handler);
        add(std::string(kind->name) + "_by_coroutine", echo_by::coroutine);
    }
}

} // namespace
} // namespace weft::testing

int main(int count, char** arguments) {
    ::testing::InitGoogleTest(&count, arguments);
    weft::testing::register_hosts(); // now that all of them are known
    return RUN_ALL_TESTS();
}
