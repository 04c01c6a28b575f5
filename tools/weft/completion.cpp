// SPDX-License-Identifier: MIT
// Writes the scripts for completion. They contain all names, so that a shell need not start the
// program to complete its options.
#include "weft/completion.hpp"

#include <vector>

namespace weft_tool {
namespace {

using names = std::vector<std::string>;

std::string joined(const names& all, std::string_view between = " ") {
    std::string text;
    for (const auto& one : all) text.append(text.empty() ? "" : between).append(one);
    return text;
}

names names_of(const std::vector<described_option>& options) {
    names all;
    for (const auto& one : options) all.insert(all.end(), one.names.begin(), one.names.end());
    return all;
}

names names_of(const std::vector<described_command>& commands) {
    names all;
    for (const auto& one : commands) all.push_back(one.name);
    return all;
}

bool is_file(const described_option& option) {
    return option.value == "FILE" || option.value == "PATH";
}

/// Returns `text` with a backslash before each of `special`.
std::string with_backslashes(std::string_view text, std::string_view special) {
    std::string out;
    for (const char c : text) {
        if (special.find(c) != special.npos) out.push_back('\\');
        out.push_back(c);
    }
    return out;
}

/// Returns the text between single quotes, as POSIX shells and zsh read it.
std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out.push_back(c);
        }
    }
    return out + '\'';
}

// --- bash

std::string bash_values(const described_option& option) {
    if (is_file(option)) return "COMPREPLY=($(compgen -f -- \"$current\"))";
    if (option.choices.empty()) return "COMPREPLY=()";
    return "COMPREPLY=($(compgen -W '" + joined(option.choices) + "' -- \"$current\"))";
}

/// Returns the case of one command: values after an option, otherwise its options.
std::string bash_command(const described_command& command) {
    std::string text = "    " + command.name + ")\n        case $previous in\n";
    for (const auto& option : command.options) {
        if (option.value.empty()) continue;
        text += "        " + joined(option.names, "|") + ") " + bash_values(option) +
            "; return ;;\n";
    }
    auto words = names_of(command.options);
    words.insert(words.end(), command.argument_choices.begin(), command.argument_choices.end());
    return text + "        esac\n        COMPREPLY=($(compgen -W '" + joined(words) +
        "' -- \"$current\")) ;;\n";
}

std::string bash_script(const described_program& program) {
    std::string text =
        "# Completion of weft for bash: source <(weft completion bash)\n"
        "_weft() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    case ${COMP_WORDS[1]} in\n";
    for (const auto& command : program.commands) text += bash_command(command);
    auto words = names_of(program.commands);
    const auto options = names_of(program.whole.options);
    words.insert(words.end(), options.begin(), options.end());
    return text + "    *) COMPREPLY=($(compgen -W '" + joined(words) +
        "' -- \"$current\")) ;;\n    esac\n}\ncomplete -o filenames -F _weft weft\n";
}

// --- zsh

/// Returns an argument of _arguments for each name of an option, each after the end of a line.
std::string zsh_option(const described_option& option) {
    std::string value;
    if (!option.value.empty()) {
        value = ':' + with_backslashes(option.value, "[]:") + ':';
        if (is_file(option)) value += "_files";
        if (!option.choices.empty()) value += '(' + joined(option.choices) + ')';
    }
    std::string text;
    for (const auto& name : option.names) {
        text += " \\\n            " +
            in_quotes("*" + name + '[' + with_backslashes(option.text, "[]:\\") + ']' + value);
    }
    return text;
}

/// Returns one argument for zsh's _arguments for each argument of the command.
std::string zsh_arguments(const described_command& command) {
    std::string text;
    int number = 0;
    for (const auto& argument : command.arguments) {
        const auto& choices = command.argument_choices;
        std::string values = choices.empty() ? "" : '(' + joined(choices) + ')';
        if (argument == "FILE") values = "_files";
        text += " \\\n            " +
            in_quotes(std::to_string(++number) + ':' + argument + ':' + values);
    }
    return text;
}

std::string zsh_script(const described_program& program) {
    std::string text = "#compdef weft\n"
                       "# Completion of weft for zsh: weft completion zsh > \"${fpath[1]}/_weft\"\n"
                       "_weft() {\n"
                       "    if (( CURRENT == 2 )); then\n"
                       "        local -a commands=(\n";
    for (const auto& command : program.commands) {
        text += "            " +
            in_quotes(command.name + ':' + with_backslashes(command.text, ":\\")) + '\n';
    }
    text += "        )\n        _describe command commands\n        return\n    fi\n"
            "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n"
            "    case $command in\n";
    for (const auto& command : program.commands) {
        text += "    " + command.name + ")\n        _arguments -s";
        for (const auto& option : command.options) text += zsh_option(option);
        text += zsh_arguments(command);
        text += " ;;\n";
    }
    return text +
        "    esac\n}\n"
        "if [ \"$funcstack[1]\" = _weft ]; then _weft \"$@\"; else compdef _weft weft; fi\n";
}

// --- fish

std::string fish_quoted(std::string_view text) {
    return '\'' + with_backslashes(text, "'\\") + '\'';
}

std::string fish_option(const described_option& option, const std::string& condition) {
    std::string text = "complete -c weft -n " + fish_quoted(condition);
    for (const auto& name : option.names) {
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (is_file(option)) {
        text += " -rF";
    } else if (!option.value.empty()) {
        text += option.choices.empty() ? std::string(" -x")
                                       : " -xa " + fish_quoted(joined(option.choices));
    }
    return text + " -d " + fish_quoted(option.text) + '\n';
}

std::string fish_script(const described_program& program) {
    std::string text = "# Completion of weft for fish: weft completion fish > "
                       "~/.config/fish/completions/weft.fish\ncomplete -c weft -f\n";
    for (const auto& option : program.whole.options) {
        text += fish_option(option, "__fish_use_subcommand");
    }
    for (const auto& command : program.commands) {
        text += "complete -c weft -n '__fish_use_subcommand' -a " + command.name + " -d " +
            fish_quoted(command.text) + '\n';
        const auto condition = "__fish_seen_subcommand_from " + command.name;
        if (!command.argument_choices.empty()) {
            text += "complete -c weft -n " + fish_quoted(condition) + " -a " +
                fish_quoted(joined(command.argument_choices)) + '\n';
        }
        for (const auto& option : command.options) text += fish_option(option, condition);
    }
    return text;
}

} // namespace

std::string completion_script(const described_program& program, std::string_view shell) {
    if (shell == "bash") return bash_script(program);
    return shell == "zsh" ? zsh_script(program) : fish_script(program);
}

} // namespace weft_tool
