// SPDX-License-Identifier: MIT
// The cases of the conformance suite as data: what the peer sends and what must come back. The
// numbers are those of the Autobahn test suite, whose groups 1 to 7, 9 and 10 are covered; "own"
// are those that it lacks.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "support/frame_builder.hpp"

namespace weft::testing {

/// A frame: its first byte and its payload.
struct test_frame {
    unsigned first = 0;
    std::string payload = {};
};

/// What is sent and what must come back.
struct script {
    std::vector<test_frame> sends;
    std::vector<test_frame> expected; ///< without the close frame
    unsigned code = 1000;             ///< of the endpoint's close frame; 0 when it is empty
    bool peer_closes = true;          ///< whether a close frame with 1000 follows what is sent
    std::size_t held_back = 0;        ///< bytes at the end that are not sent: it must fail before
    std::function<byte_string(frame_builder&)> raw = {}; ///< bytes that follow what is sent
};

struct test_case {
    std::string name;
    std::function<script()> make;
    std::size_t chop = 0; ///< bytes in each write; 0 to cut in every way
    bool large = false;   ///< not to be cut byte by byte
    bool limited = false; ///< passes only within the default limits
};

using case_list = std::vector<test_case>;

void add_framing_cases(case_list& cases); ///< 1 to 5
void add_text_cases(case_list& cases);    ///< 6
void add_closing_cases(case_list& cases); ///< 7
void add_size_cases(case_list& cases);    ///< 9 and 10
void add_own_cases(case_list& cases);     ///< own

const case_list& all_cases();

inline constexpr unsigned text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa;

/// Messages that are echoed as they are.
inline script echo(std::vector<test_frame> frames) {
    return {frames, frames};
}

/// Something that fails with `code` after `expected` came back.
inline script fails(std::vector<test_frame> frames, unsigned code = 1002,
                    std::vector<test_frame> expected = {}) {
    script made{std::move(frames), std::move(expected)};
    made.code = code;
    made.peer_closes = false;
    return made;
}

} // namespace weft::testing
