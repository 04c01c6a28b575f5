// SPDX-License-Identifier: MIT
// The commands and options of the program as plain text, from which completion and the manual page
// are made. Knows nothing of how they are parsed.
#pragma once

#include <string>
#include <vector>

namespace weft_tool {

struct described_option {
    std::vector<std::string> names = {}; ///< with their dashes, short ones first
    std::string value = {};    ///< what the value is, such as FILE; empty for a flag
    std::string standard = {}; ///< the default value; empty for none
    std::vector<std::string> choices = {}; ///< the only values; empty for any
    std::string text = {};
};

struct described_command {
    std::string name = {};
    std::string text = {};
    std::string footer = {};
    std::vector<std::string> arguments = {}; ///< such as URL
    std::vector<std::string> argument_choices = {}; ///< values of the only argument; empty: any
    std::vector<described_option> options = {};
};

struct described_program {
    std::string version = {};
    described_command whole = {}; ///< the program without a command
    std::vector<described_command> commands = {};
};

} // namespace weft_tool
