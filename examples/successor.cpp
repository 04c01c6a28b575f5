// SPDX-License-Identifier: MIT
// Restart without downtime: a new version of a program replaces the running one, and no client is
// refused. SIGHUP starts the new version, which inherits the listening socket. When it reports that
// it is ready, the old one closes its connections. If it does not start, the old one continues.
//
//     build/release/examples/successor [port]      # then kill -HUP the process that it names
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include <weft/weft.hpp>

namespace {

constexpr int passed_listener = 3; // as service managers do: sd_listen_fds(3)
constexpr int passed_pipe = 4;     // a byte in it means that the successor listens
constexpr const char* has_predecessor = "SUCCESSOR_OF";

/// In the child: executes `program`, which finds the descriptors at fixed numbers.
pid_t start_successor(char** program, int listener, int pipe) {
    const auto own = std::to_string(::getpid());
    const pid_t child = ::fork();
    if (child != 0) return child;
    listener = ::fcntl(listener, F_DUPFD_CLOEXEC, passed_pipe + 1); // out of the way
    pipe = ::fcntl(pipe, F_DUPFD_CLOEXEC, passed_pipe + 1);
    ::dup2(listener, passed_listener); // stays open in the new program
    ::dup2(pipe, passed_pipe);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "1", 1);
    ::unsetenv("LISTEN_FDNAMES");
    ::setenv(has_predecessor, own.c_str(), 1);
    ::execv(program[0], program);
    ::_exit(127);
}

volatile std::sig_atomic_t asked_for_successor = 0, asked_to_end = 0;
weft::event_loop* to_wake = nullptr;

class generation {
public:
    explicit generation(char** program) : program_(program) {
        server_.route("/", {
            .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
            .interrupt = [this] { obey(); },
        });
        to_wake = &loop_;
        std::signal(SIGHUP, [](int) { asked_for_successor = 1, to_wake->wake(); });
        std::signal(SIGINT, [](int) { asked_to_end = 1, to_wake->wake(); });
    }

    /// Listens at the socket of the predecessor or of systemd, or else at a new one.
    weft::result<weft::address> listen(std::uint16_t port) {
        if (auto passed = server_.listen_activated()) return passed->front();
        return server_.listen("127.0.0.1", port);
    }

    void run() { loop_.run(); }

private:
    void obey() {
        if (asked_to_end) server_.shutdown(std::chrono::seconds(5));
        if (std::exchange(asked_for_successor, 0) && server_.is_listening()) hand_over();
    }

    /// From here until a process adopts the socket, clients wait in its queue.
    void hand_over() {
        int ready[2];
        if (::pipe2(ready, O_CLOEXEC) != 0) return;
        listener_ = *server_.release_listener(server_.listening_at().front());
        successor_ = start_successor(program_, listener_, ready[1]);
        ::close(ready[1]);
        auto adopted = weft::raw_file::adopt(loop_, ready[0], {
            .data = [this](weft::raw_connection&, std::span<std::byte>) { retire(); },
            .close = [this](weft::raw_connection&, const weft::report&) { succeed_or_go_on(); },
        });
        ready_.emplace(std::move(*adopted));
    }

    /// Called when the successor listens. Clients that have connected still get their answer.
    void retire() {
        ::close(std::exchange(listener_, -1));
        finish_handshakes_.arm_every(std::chrono::milliseconds(5));
    }

    /// Called when the pipe has ended.
    void succeed_or_go_on() {
        if (listener_ < 0) return;
        if (successor_ > 0) ::waitpid(successor_, nullptr, 0);
        static_cast<void>(server_.adopt_listener(std::exchange(listener_, -1)));
    }

    char** program_;
    weft::event_loop loop_;
    weft::server server_{loop_};
    std::optional<weft::raw_file> ready_;
    weft::timer finish_handshakes_{loop_, [this] {
        if (server_.handshake_count() != 0) return;
        finish_handshakes_.disarm();
        server_.shutdown(std::chrono::seconds(5));
    }};
    int listener_ = -1;
    pid_t successor_ = -1;
};

} // namespace

int main(int argc, char** argv) {
    generation mine(argv);
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = mine.listen(port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/ process " << ::getpid() << '\n' << std::flush;
    if (std::getenv(has_predecessor)) {
        static_cast<void>(::write(passed_pipe, "!", 1) == 1);
        ::close(passed_pipe);
    }
    mine.run();
}
