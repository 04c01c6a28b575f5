// SPDX-License-Identifier: MIT
// Reads a recording, replays its clients, and prints the differences.
#include "weft/record/replay.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <list>
#include <optional>
#include <system_error>
#include <utility>

#include <weft/endpoint/raw_client.hpp>
#include <weft/loop/event_loop.hpp>

#include "weft/record/record.hpp"
#include "weft/record/replayed_client.hpp"
#include "weft/relay/relay_plan.hpp"
#include "weft/stop_signals.hpp"
#include "weft/tls.hpp"
#include "without_loop/print_error.hpp"
#include "without_loop/printable.hpp"
#include "without_loop/seconds.hpp"

namespace weft_tool {
namespace {

constexpr const char* replay_name = "weft replay";

std::optional<std::string> content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text;
    std::array<char, 16 * 1024> piece;
    while (in.read(piece.data(), piece.size()) || in.gcount() != 0) {
        text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    }
    if (in.is_open() && !in.bad()) return text;
    print_error(replay_name, file + ": " + std::generic_category().message(errno),
                "It must be a file that this user can read");
    return std::nullopt;
}

std::optional<weft::testing::recording> read_recording(const std::string& file) {
    const auto text = content_of(file);
    if (!text) return std::nullopt;
    std::string fault;
    auto made = weft::testing::parse_recording(*text, fault);
    if (!made) {
        print_error(replay_name, file + ": " + fault,
                    "It must be a recording of `weft record`. If a line is damaged, delete it and "
                    "all lines after it to replay those before it");
    }
    return made;
}

std::optional<relay_address> server_at(const std::string& url) {
    auto at = typed_address(replay_name, url);
    if (!at || !carry_bytes(replay_name, *at)) return std::nullopt;
    if (!at->listens && at->what != relay_address::kind::standard) return at;
    print_error(replay_name, at->shown() + ": not the address of a server",
                "Try ws://127.0.0.1:9001");
    return std::nullopt;
}

/// Returns the options for connecting; nothing if they cannot be used.
std::optional<weft::raw_connect_options> way_to(const relay_address& at,
                                                const target_options& options) {
    weft::raw_connect_options how;
    how.connection.queue_size_max = weft::unlimited; // nothing is sent while output is queued
    how.connect_timeout = seconds(options.timeout);
    how.connection.tls_timeout = seconds(options.timeout);
    if (!at.secure) return how;
    tls_fault fault;
    how.tls = connect_tls(options.trust, fault);
    if (!how.tls) {
        print_tls_error(replay_name, fault);
        return std::nullopt;
    }
    return how;
}

std::string counted(std::size_t count, const char* what) {
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

exit_code report_differences(const std::list<replayed_client>& clients, const std::string& where) {
    std::size_t answers = 0;
    std::size_t differing = 0;
    for (const auto& one : clients) {
        if (!one.failure().empty()) {
            print_error(replay_name, "could not connect to " + where + ": " + one.failure(),
                        "Is the server running there?");
            return exit_code::not_connected;
        }
        answers += one.answer_count();
        const auto found = one.differences();
        differing += found.empty() ? 0 : 1;
        for (const auto& line : found) {
            std::cout << "connection " << one.number() << ": " << printable(line) << '\n';
        }
    }
    std::cout << counted(clients.size(), "connection") << ", "
              << counted(answers, "recorded answer") << ": "
              << (differing == 0 ? std::string("all the same")
                                 : counted(differing, "connection") +
                                       (differing == 1 ? " differs" : " differ"))
              << std::endl;
    if (!std::cout) return exit_code::input_output;
    return differing == 0 ? exit_code::ok : exit_code::ended_badly;
}

} // namespace

exit_code replay(const replay_options& options) {
    const auto at = server_at(options.connecting.url);
    if (!at) return exit_code::usage;
    const auto from = read_recording(options.file);
    if (!from) return exit_code::input_output;
    const auto how = way_to(*at, options.connecting);
    if (!how) return exit_code::usage;
    weft::event_loop loop;
    const stop_signals signals(loop);
    weft::raw_client client(loop);
    client.on_interrupt([&] { loop.stop(); });
    const replay_pace pace{loop.now(), options.fast, seconds(options.wait)};
    std::list<replayed_client> clients;
    for (const auto number : from->connections()) {
        clients.emplace_back(loop, *from, number, pace).start(client, at->where(), *how);
    }
    loop.run();
    return report_differences(clients, at->where());
}

} // namespace weft_tool
