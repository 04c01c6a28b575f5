// SPDX-License-Identifier: MIT
// Options that several commands share, and checks of their values.
#pragma once

#include <cstddef>
#include <string>

#include <CLI/CLI.hpp>

#include "weft/target.hpp"
#include "weft/tls.hpp"

namespace weft_tool {

/// Refuses texts that CLI11 accepts as an unsigned number: an empty one, and one with a minus sign.
[[nodiscard]] const CLI::Validator& not_negative();

/// Adds --cert, described by `text`, and --key. Returns the former.
CLI::Option* add_identity(CLI::App& command, tls_identity& chosen, const std::string& text);

/// Adds --tls-library.
void add_tls_library(CLI::App& command, std::string& chosen);

/// Adds all of these, and --tls.
void add_serving_tls(CLI::App& command, bool& tls, tls_identity& identity, std::string& library);

/// Adds --ca, --insecure, --tls-library and --timeout.
void add_trust(CLI::App& command, target_options& chosen);

/// Adds the options for connecting.
void add_connecting(CLI::App& command, target_options& chosen);

/// Does the same, and adds the URL.
void add_target(CLI::App& command, target_options& chosen);

/// Adds an option for a size such as 64k or 16MB, by factors of 1024. The help shows `standard` as
/// its default.
CLI::Option* add_size(CLI::App& command, const std::string& name, std::size_t& size,
                      const std::string& text, const std::string& standard);

/// Adds an option for seconds, also parts of them and 0.
void add_seconds(CLI::App& command, const std::string& name, double& seconds,
                 const std::string& text);

/// Adds --loop.
void add_loop(CLI::App& command, std::string& loop);

/// Adds --dns.
void add_name_servers(CLI::App& command, std::string& servers);

/// Ends the help of a command with `text`, without line end, and the exit codes.
void add_footer(CLI::App& command, const std::string& text = {});

} // namespace weft_tool
