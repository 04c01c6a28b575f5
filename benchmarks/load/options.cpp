// SPDX-License-Identifier: MIT
//
// The generator's command line. Knows no socket.

#include "options.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace weft::load {
namespace {

constexpr const char* usage =
    "usage: load raw|ws --port N [--pid PID] [--path /echo] [--connections 1] [--size 20]\n"
    "            [--depth 1] [--idle 0] [--rest 0] [--warmup 0.3] [--seconds 2]\n"
    "            [--tls full|resumed] [--count messages|openings] [--deflated FILE]";

template <typename Number>
Number number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw std::invalid_argument{"not a number: " + std::string{text} + '\n' + usage};
    }
    return value;
}

protocol parse_protocol(std::string_view word) {
    if (word == "raw") return protocol::raw;
    if (word == "ws") return protocol::ws;
    throw std::invalid_argument{usage};
}

encryption parse_encryption(std::string_view word) {
    if (word == "full") return encryption::full_handshakes;
    if (word == "resumed") return encryption::resumed_handshakes;
    throw std::invalid_argument{usage};
}

measure_of parse_measure(std::string_view word) {
    if (word == "messages") return measure_of::messages;
    if (word == "openings") return measure_of::openings;
    throw std::invalid_argument{usage};
}

void set(options& into, std::string_view name, std::string_view value) {
    using seconds = std::chrono::duration<double>;
    if (name == "--port")
        into.port = number<std::uint16_t>(value);
    else if (name == "--pid")
        into.pid = number<pid_t>(value);
    else if (name == "--path")
        into.path = value;
    else if (name == "--connections")
        into.connections = number<std::size_t>(value);
    else if (name == "--size")
        into.size = number<std::size_t>(value);
    else if (name == "--deflated")
        into.deflated = value;
    else if (name == "--depth")
        into.depth = number<std::size_t>(value);
    else if (name == "--idle")
        into.idle = number<std::size_t>(value);
    else if (name == "--rest")
        into.rest = seconds{number<double>(value)};
    else if (name == "--warmup")
        into.warmup = seconds{number<double>(value)};
    else if (name == "--tls")
        into.encrypted = parse_encryption(value);
    else if (name == "--count")
        into.counts = parse_measure(value);
    else if (name == "--seconds")
        into.seconds = seconds{number<double>(value)};
    else
        throw std::invalid_argument{"unknown option: " + std::string{name} + '\n' + usage};
}

}  // namespace

options parse_options(int argc, char** argv) {
    if (argc < 2 || argc % 2 != 0) throw std::invalid_argument{usage};
    options parsed;
    parsed.speaks = parse_protocol(argv[1]);
    for (int i = 2; i < argc; i += 2)
        set(parsed, argv[i], argv[i + 1]);
    if (parsed.port == 0 || parsed.connections == 0 || parsed.depth == 0) {
        throw std::invalid_argument{usage};
    }
    return parsed;
}

}  // namespace weft::load
