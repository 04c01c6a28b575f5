// SPDX-License-Identifier: MIT
// The exit codes of the program, as its help and docs/command-line.md document them.
#pragma once

namespace weft_tool {

enum class exit_code : int {
    ok = 0,            ///< the connection was closed properly; the server was asked to end
    not_connected = 1, ///< could not connect; could not listen
    usage = 2,         ///< invalid command line
    ended_badly = 3,   ///< the connection ended without a proper close, or with an error code
    input_output = 4,  ///< standard input or output failed, or input was not text
};

inline constexpr const char* exit_codes_help =
    "Exit codes:\n"
    "  0  the connection was closed properly, or the server was asked to end\n"
    "  1  could not connect (refused, 404, wrong subprotocol, ...) or could not listen\n"
    "  2  the command line is invalid\n"
    "  3  the connection broke, or was closed with an error code\n"
    "  4  standard input or output failed, or a line of input is not UTF-8\n";

} // namespace weft_tool
