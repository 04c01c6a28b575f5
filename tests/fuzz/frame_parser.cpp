// SPDX-License-Identifier: MIT
// Arbitrary bytes into an open session of either role, whole and in pieces, while a script sends,
// closes and pauses: the same events and the same output, all of it legal.
//
// Input: options, two bytes of cuts, a section of commands, then what the peer sends.
#include <algorithm>
#include <array>

#include "sent_frames.hpp"
#include "session_run.hpp"

namespace weft::fuzz::frame_parser_target {
namespace {

using testing::to_text;

// The first byte of the input.
constexpr unsigned as_client = 0x01;
constexpr unsigned small_limits = 0x02;
constexpr unsigned without_lending = 0x04;
constexpr unsigned collected_late = 0x08;
constexpr unsigned with_backlog = 0x18; // costs time, so it takes two bits
constexpr unsigned ending_bits = 0xe0;

/// A run in the course of which a command follows each event, as the script says.
class scripted_run {
public:
    scripted_run(unsigned options, byte_view script)
        : options_(options),
          script_(script),
          run_(options & as_client ? role::client : role::server, limits(options),
               [this](session_run&, const event& next) { answer(next); }) {
        run_.open();
        run_.lends = !(options & without_lending);
        run_.collects = !(options & collected_late);
        if (has_backlog()) run_.tested.send(message::binary(std::string(65536, 'b')));
    }

    trace finish(byte_view bytes, cutter cuts) {
        run_.feed(bytes, cuts);
        end();
        check_output();
        return run_.seen();
    }

private:
    static session_limits limits(unsigned options) {
        session_limits chosen;
        if (options & small_limits) {
            chosen.message_size_max = 300;
            chosen.frame_size_max = 200;
            chosen.fragment_count_max = 4;
        }
        return chosen;
    }

    [[nodiscard]] bool has_backlog() const { return (options_ & with_backlog) == with_backlog; }

    void expect(opcode code, bool fin, byte_view payload) {
        const unsigned first = static_cast<unsigned>(code) | (fin ? testing::fin : 0U);
        expected_.emplace_back(first, to_text(payload));
    }

    void answer(const event& next) {
        session& tested = run_.tested;
        if (next.type == event_type::ping && tested.state() == session_state::open) {
            expect(opcode::pong, true, next.payload);
        }
        switch (script_.byte() % 10) {
        case 1: send(message(next.payload, next.is_text)); break;
        case 2: send(message(std::string_view("hello"))); break;
        case 3: part(message(next.payload, false), false); break;
        case 4: part(message(next.payload, false), true); break;
        case 5: ping(next.payload); break;
        case 6:
            if (tested.pong(next.payload)) expect(opcode::pong, true, cut(next.payload));
            break;
        case 7: tested.pause(run_.now); break;
        case 8: tested.close(close_code::going_away, "snow \xe2\x98\x83", run_.now); break;
        case 9: tested.resume(run_.now); break;
        default: break;
        }
    }

    static byte_view cut(byte_view payload) {
        return payload.first(std::min(payload.size(), control_payload_max));
    }

    void send(message whole) {
        const bool text = whole.is_text();
        if (run_.tested.send(whole)) {
            expect(text ? opcode::text : opcode::binary, true, whole.bytes());
            must(!inside_, "no message inside a message");
        }
    }

    void part(message part, bool last) {
        if (!run_.tested.send_part(part, last)) return;
        expect(inside_ ? opcode::continuation : opcode::binary, last, part.bytes());
        inside_ = !last;
    }

    void ping(byte_view payload) {
        if (run_.tested.ping(payload, run_.now)) expect(opcode::ping, true, cut(payload));
    }

    /// What the last bytes are followed by.
    void end() {
        session& tested = run_.tested;
        switch ((options_ & ending_bits) >> 5) {
        case 1: tested.receive_eof(run_.now); break;
        case 2: tested.close(close_code::normal, {}, run_.now); break;
        case 3: tested.resume(run_.now); break;
        case 4: tested.fail(errc::idle_timeout, run_.now); break;
        case 5: tested.receive_eof(run_.now); [[fallthrough]];
        case 6:
            if (const auto due = tested.next_deadline(); due != never) tested.handle_deadline(due);
            break;
        default: break;
        }
        run_.pull();
        tested.resume(run_.now);
        run_.pull();
        run_.collect();
        if (!run_.lends) tested.settle();
    }

    void check_output() {
        byte_view bytes = run_.sent;
        const role ours = run_.tested.role();
        auto frames = sent_frames(bytes, ours, false);
        const bool closes = !frames.empty() && frames.back().code() == opcode::close;
        must(run_.tested.state() == session_state::open || closes || options_ & ending_bits ||
                 run_.tested.outcome().error == errc::unexpected_eof,
             "a session that ends by itself tells its peer");
        if (closes) frames.pop_back();
        if (has_backlog()) return; // pongs may be left out
        const bool pings_itself = (options_ & ending_bits) >> 5 >= 5;
        must(frames.size() == expected_.size() || pings_itself, "all is sent and nothing else");
        for (std::size_t i = 0; i < expected_.size(); ++i) {
            must(frames[i].first == expected_[i].first && frames[i].payload == expected_[i].second,
                 "what is sent is what was asked for");
        }
    }

    unsigned options_;
    fuzz_input script_;
    session_run run_;
    std::vector<std::pair<unsigned, std::string>> expected_;
    bool inside_ = false;
};

/// A header is judged by its first bytes alone, and reads as it was written.
void check_header(byte_view bytes, role receiver) {
    decoded_frame_header before;
    for (std::size_t size = 0; size <= std::min(bytes.size(), frame_header_size_max); ++size) {
        const auto found = decode_frame_header(bytes.first(size), receiver);
        must(found.size <= size, "a header ends within the bytes");
        must(before.error == errc{} || found.error == before.error, "a fault stays the same");
        must(before.size == 0 || found.size == before.size, "a header stays the same");
        must(found.error == errc{} || found.size == 0, "a header is good or bad");
        before = found;
    }
    if (before.size == 0) return;
    std::array<std::byte, frame_header_size_max> again{};
    must(encoded_size(before.header) == before.size, "an encoded header has the size it had");
    must(encode_frame_header(before.header, again.data()) == before.size, "and is written so");
    must(std::ranges::equal(bytes.first(before.size), byte_view(again).first(before.size)),
         "a header reads as it was written");
}

void run(byte_view bytes) {
    fuzz_input input(bytes);
    const unsigned options = input.byte();
    const cutter cuts(input);
    fuzz_input script = input.section();
    const auto commands = script.rest();
    const auto peer = input.rest();
    check_header(peer, options & as_client ? role::client : role::server);

    fuzz_input uncut({});
    const auto whole = scripted_run(options, commands).finish(peer, cutter(uncut));
    const auto pieces = scripted_run(options, commands).finish(peer, cuts);
    must(whole.events == pieces.events, "cuts do not change the events");
    must(whole.sent == pieces.sent, "cuts do not change the output");
    must(whole == pieces, "cuts do not change the outcome");
}

const fuzz_target frame_parser("frame_parser", run);

} // namespace
} // namespace weft::fuzz::frame_parser_target
