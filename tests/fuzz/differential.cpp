// SPDX-License-Identifier: MIT
// The same bytes to a session and to wsproto, an independent WebSocket protocol in Python: both
// find the same messages, pings, pongs and end. What the session answers is for wsproto to judge
// too.
//
// Input: the role, then what the peer sends.
#include <cstdlib>
#include <filesystem>

#include <weft/core/error.hpp>

#include "oracle_process_posix.hpp"
#include "sent_frames.hpp"
#include "session_run.hpp"

namespace weft::fuzz::differential_target {
namespace {

using testing::to_text;

// Where the two differ on purpose:
//
// - A session judges a header by its first byte that is wrong, wsproto when it has all of it. So
//   the input is followed by zeros, as many as a header has bytes.
// - wsproto has no limits. So the session has none here.
// - wsproto knows no close code 1014, which the IANA registry has. So the oracle teaches it that
// one.
// - A session answers pings, and an end, by itself. wsproto leaves that to its user.
const testing::byte_string last_header(frame_header_size_max);

std::string record(char kind, std::string_view content) {
    return kind + oracle_process::length_of(content.size()).append(content);
}

std::string code_of(close_code code) {
    const auto number = static_cast<unsigned>(code);
    return {static_cast<char>(number >> 8), static_cast<char>(number & 0xffU)};
}

/// An event as the oracle writes it.
std::string record(const event_record& event, const report& outcome) {
    switch (event.type) {
    case event_type::message: return record(event.is_text ? 't' : 'b', event.payload);
    case event_type::ping: return record('i', event.payload);
    case event_type::pong: return record('o', event.payload);
    case event_type::closed:
        return record('c', code_of(outcome.received->code) + outcome.received->reason);
    case event_type::failed: return record('f', code_of(close_code_for(outcome.error)));
    default: break;
    }
    must(false, "an open session tells messages, control frames and its end");
    return {};
}

/// The events of the session.
std::string events_of(const session_run& run) {
    std::string all;
    for (const auto& event : run.events)
        all += record(event, run.tested.outcome());
    return all;
}

/// What its peer hears: pongs for the pings before the end, and the end.
std::string answered(const session_run& run) {
    std::string all;
    for (const auto& event : run.events) {
        if (event.type == event_type::ping) all += record('o', event.payload);
    }
    if (const auto& sent = run.tested.outcome().sent) all += record('c', code_of(sent->code));
    return all;
}

oracle_process& wsproto() {
    static oracle_process process(WEFT_FUZZ_PYTHON, WEFT_FUZZ_ORACLE);
    return process;
}

std::string missing() {
    const std::string python = WEFT_FUZZ_PYTHON;
    if (!std::filesystem::exists(python)) return "there is no " + python + ": ./dev peers";
    const auto import = python + " -c 'import wsproto' 2>/dev/null";
    static const bool found = std::system(import.c_str()) == 0;
    return found ? "" : "no wsproto in " + python + ": ./dev peers";
}

std::string other_opinion(role receiver, byte_view bytes) {
    return wsproto().ask((receiver == role::server ? "s" : "c") + to_text(bytes));
}

void same(const std::string& ours, const std::string& theirs, const char* what) {
    if (ours == theirs) return;
    std::fprintf(stderr, "session: %s\nwsproto: %s\n", ours.c_str(), theirs.c_str());
    must(false, what);
}

void run(byte_view bytes) {
    fuzz_input input(bytes);
    const role ours = input.byte() & 1U ? role::client : role::server;
    const auto received = to_text(input.rest()) + to_text(last_header);

    session_limits limits;
    limits.message_size_max = unlimited;
    limits.fragment_count_max = unlimited;
    session_run run(ours, limits);
    run.open();
    run.feed(testing::to_bytes(received));

    same(events_of(run), other_opinion(ours, testing::to_bytes(received)), "both receive the same");
    const auto peer = ours == role::server ? role::client : role::server;
    same(answered(run), other_opinion(peer, run.sent), "both receive the same answers");
}

const fuzz_target differential("differential", run, missing);

} // namespace
} // namespace weft::fuzz::differential_target
