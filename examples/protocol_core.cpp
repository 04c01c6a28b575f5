// SPDX-License-Identifier: MIT
// The protocol core alone: a server and a client, each a weft::session on a plain socket and a
// thread of its own. It links weft::core and nothing else of Weft's: no event loop, no stream.
//
//     build/release/examples/protocol_core
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>
#include <random>
#include <string_view>
#include <thread>

#include <weft/core/session.hpp>

namespace {

using namespace std::chrono_literals;

/// The core reads no clock: each call that needs the time is given it.
weft::time_point now() { return std::chrono::steady_clock::now(); }

/// It has no random numbers either. A client masks its frames with these.
class system_random final : public weft::random_source {
public:
    void fill(std::span<std::byte> bytes) noexcept override {
        for (auto& byte : bytes) byte = static_cast<std::byte>(device_());
    }

private:
    std::random_device device_;
};

/// Writes what the socket takes now, and reports how much that was.
void write_output(weft::session& session, int socket) {
    if (session.output_size() == 0) return;
    const auto output = session.output();
    std::array<iovec, weft::output_list::count_max> pieces{};
    std::size_t count = 0;
    for (const auto piece : output) {
        pieces[count++] = {const_cast<std::byte*>(piece.data()), piece.size()};
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const auto taken = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken >= 0) {
        session.consume_output(static_cast<std::size_t>(taken), now());
    } else if (errno == EAGAIN || errno == EINTR) {
        session.consume_output(0, now());
    } else {
        session.receive_error({errno, std::system_category()}, now());
    }
}

/// Reads once. `buffer` may be used again when the events have been taken out.
void read_input(weft::session& session, int socket, std::span<std::byte> buffer) {
    const auto size = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
        session.receive(buffer.first(static_cast<std::size_t>(size)), now());
    } else if (size == 0) {
        session.receive_eof(now());
    } else if (errno != EAGAIN && errno != EINTR) {
        session.receive_error({errno, std::system_category()}, now());
    }
}

/// Blocks until the socket is ready for what the session wants, or its deadline has passed.
bool wait_for(const weft::session& session, int socket) {
    pollfd wanted{socket, 0, 0};
    if (session.wants_input()) wanted.events |= POLLIN;
    if (session.output_size() != 0) wanted.events |= POLLOUT;
    if (wanted.events == 0) wanted.fd = -1; // poll would report a hang-up again and again
    int timeout = -1;
    if (const auto deadline = session.next_deadline(); deadline != weft::never) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
        timeout = static_cast<int>(std::clamp<long long>(left.count(), 0, 60'000));
    }
    return ::poll(&wanted, 1, timeout) > 0 && (wanted.revents & ~POLLOUT) != 0;
}

/// Runs one session on one socket until the session no longer needs the socket.
template <class OnEvent>
void run(weft::session& session, int socket, OnEvent on_event) {
    std::array<std::byte, 16 * 1024> buffer{};
    bool half_closed = false;
    for (;;) {
        for (;;) {
            const auto next = session.next_event(now());
            if (next.type == weft::event_type::none) break;
            on_event(next);
        }
        write_output(session, socket);
        if (session.begin_next_request(now())) continue; // a plain request was answered
        if (session.end_waits()) continue; // the socket broke
        if (session.finished()) break;
        // After a closing handshake the server ends the stream first. RFC 6455 §7.1.1.
        const bool first = session.role() == weft::role::server;
        if (first && !half_closed && session.output_ends() && session.output_size() == 0) {
            half_closed = true;
            ::shutdown(socket, SHUT_WR);
        }
        if (wait_for(session, socket)) read_input(session, socket, buffer);
        session.handle_deadline(now());
    }
    ::close(socket);
}

std::string_view text_of(const weft::event& message) {
    return {reinterpret_cast<const char*>(message.payload.data()), message.payload.size()};
}

void serve(int socket) {
    weft::session_options options{.role = weft::role::server};
    options.limits.message_size_max = 64 * 1024;
    weft::session session{options, now()};
    run(session, socket, [&](const weft::event& next) {
        switch (next.type) {
        case weft::event_type::request: // a handshake waits for an answer
            if (session.request()->path() == "/echo") {
                (void)session.accept({}, {}, now());
            } else {
                (void)session.reject({.status = 404}, now());
            }
            break;
        case weft::event_type::http: // a plain request
            (void)session.respond({.status = 200, .body = "a WebSocket is at /echo\n"}, now());
            break;
        case weft::event_type::message: // the view is valid until the next event
            session.send(weft::message(next.payload, next.is_text));
            break;
        default: break; // pings have been answered
        }
    });
}

bool ask(int socket) {
    system_random random;
    const weft::session_options options{.role = weft::role::client, .random = &random};
    weft::session session{options, now()};
    if (!session.start(*weft::uri::parse("ws://localhost/echo"))) return false;
    run(session, socket, [&](const weft::event& next) {
        switch (next.type) {
        case weft::event_type::opened: session.send("hello"); break;
        case weft::event_type::message:
            std::cout << text_of(next) << '\n';
            session.close(weft::close_code::normal, "done", now());
            break;
        default: break;
        }
    });
    std::cout << session.outcome() << '\n';
    return session.outcome().clean();
}

} // namespace

int main() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
    std::thread server(serve, ends[0]);
    const bool ok = ask(ends[1]);
    server.join();
    return ok ? 0 : 1;
}
