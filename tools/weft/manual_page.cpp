// SPDX-License-Identifier: MIT
// Writes the manual page from the descriptions that --help shows, too.
#include "weft/manual_page.hpp"

#include <string_view>

#include "without_loop/exit_code.hpp"

namespace weft_tool {
namespace {

/// Returns text as roff reads it: a backslash and a hyphen are escaped, and no line begins with a
/// dot or an apostrophe, which would begin a command.
std::string roff(std::string_view text) {
    std::string out;
    bool at_begin = true;
    for (const char c : text) {
        if (at_begin && (c == '.' || c == '\'')) out += "\\&";
        at_begin = c == '\n';
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else if (c == '\'') {
            out += "\\(aq";
        } else if (c == '`') {
            out += "\\(ga";
        } else {
            out.push_back(c);
        }
    }
    return out;
}

std::string bold(std::string_view text) {
    return "\\fB" + roff(text) + "\\fR";
}

/// Returns text whose lines stay as they are.
std::string lines(std::string_view text) {
    return ".nf\n" + roff(text) + (text.ends_with('\n') ? ".fi\n" : "\n.fi\n");
}

std::string entry(const described_option& option) {
    std::string text = ".TP\n";
    for (std::size_t i = 0; i < option.names.size(); ++i) {
        text += (i == 0 ? "" : ", ") + bold(option.names[i]);
    }
    if (!option.value.empty()) text += " \\fI" + roff(option.value) + "\\fR";
    text += '\n' + roff(option.text);
    if (!option.choices.empty()) {
        text += "; one of";
        for (std::size_t i = 0; i < option.choices.size(); ++i) {
            text += (i == 0 ? " " : ", ") + roff(option.choices[i]);
        }
    }
    if (!option.standard.empty()) text += " (default " + roff(option.standard) + ')';
    return text + ".\n";
}

std::string synopsis(const described_command& command) {
    std::string text = ".B weft " + roff(command.name) + '\n';
    if (command.options.size() > 1) text += "[\\fIoptions\\fR]\n";
    for (const auto& one : command.arguments) text += "\\fI" + roff(one) + "\\fR\n";
    return text;
}

/// Returns the footer of a command without the exit codes, which the page has once.
std::string_view own_footer(const described_command& command) {
    const std::string_view footer = command.footer;
    const auto codes = footer.find(exit_codes_help);
    return footer.substr(0, codes == footer.npos ? footer.size() : codes);
}

std::string section(const described_command& command) {
    std::string text = ".SS weft " + roff(command.name) + '\n' + roff(command.text) + '\n';
    for (const auto& option : command.options) text += entry(option);
    const auto footer = own_footer(command);
    if (!footer.empty()) text += ".PP\n" + lines(footer);
    return text;
}

} // namespace

std::string manual_page(const described_program& program) {
    std::string text = ".TH WEFT 1 \"\" \"weft " + roff(program.version) +
        "\" \"User Commands\"\n.SH NAME\nweft \\- WebSockets on the command line\n.SH SYNOPSIS\n";
    for (std::size_t i = 0; i < program.commands.size(); ++i) {
        text += (i == 0 ? "" : ".br\n") + synopsis(program.commands[i]);
    }
    text += ".SH DESCRIPTION\n" + roff(program.whole.text) + "\n.SH OPTIONS\n";
    for (const auto& option : program.whole.options) text += entry(option);
    text += ".SH COMMANDS\n";
    for (const auto& command : program.commands) text += section(command);
    std::string_view codes = exit_codes_help;
    codes.remove_prefix(codes.find('\n') + 1); // its title
    return text + ".SH EXIT STATUS\n" + lines(codes);
}

} // namespace weft_tool
