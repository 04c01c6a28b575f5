// SPDX-License-Identifier: MIT
// Runs a command in a terminal for each WebSocket client; a serial line works the same way. If one
// side does not read, the other side waits. Only for clients that you trust.
//
//     build/release/examples/pty_bridge 9001 bash
//     build/release/weft connect ws://127.0.0.1:9001/
#include <pty.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <string>

#include <weft/weft.hpp>

/// Starts a command in a terminal of its own; returns the master side.
int start_in_terminal(char** command) {
    int line = -1;
    const pid_t child = ::forkpty(&line, nullptr, nullptr, nullptr);
    if (child != 0) return line;
    ::execvp(command[0], command);
    ::_exit(127);
}

/// Connects a client and its terminal: each is paused while the other is full.
void join(weft::event_loop& loop, weft::connection& peer, char** command) {
    auto line = weft::raw_file::adopt(loop, start_in_terminal(command), {
        .data =
            [&peer](weft::raw_connection& from, std::span<std::byte> bytes) {
                const auto said = peer.send(weft::message(bytes));
                if (said != weft::send_result::accepted) from.pause();
            },
        .writable = [&peer](weft::raw_connection&) { peer.resume(); },
        .close = [&peer](weft::raw_connection&, const weft::report&) { peer.close(); },
    });
    if (!line) return peer.close(weft::close_code::internal_error, line.error().message());
    peer.data() = std::make_shared<weft::raw_file>(std::move(*line));
}

weft::raw_file* line_of(weft::connection& peer) {
    auto* const line = peer.data_as<std::shared_ptr<weft::raw_file>>();
    return line ? line->get() : nullptr;
}

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: pty_bridge PORT COMMAND...\n";
        return 2;
    }
    std::signal(SIGCHLD, SIG_IGN); // no exit statuses are needed
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/", {
        .open = [&](weft::connection& peer) { join(loop, peer, argv + 2); },
        .message =
            [](weft::connection& peer, weft::message m) {
                auto* const line = line_of(peer);
                if (line && line->send(m.bytes()) != weft::send_result::accepted) peer.pause();
            },
        .writable =
            [](weft::connection& peer) {
                if (auto* const line = line_of(peer)) line->resume();
            },
        .close = [](weft::connection& peer, const weft::report&) { peer.data().reset(); },
    });
    const auto bound = server.listen("127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[1])));
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;
    loop.run();
}
