// SPDX-License-Identifier: MIT
// `weft record`: a relay that also writes the bytes that it passes on to a file.
#pragma once

#include <string>

#include "weft/relay/relay.hpp"
#include "weft/relay/relay_address.hpp"
#include "without_loop/exit_code.hpp"

namespace weft_tool {

struct record_options : relay_options {
    std::string file;
};

exit_code record(const record_options& options);

/// Turns the address of a WebSocket into that of a stream of bytes, which passes through unchanged.
/// The path must come from the client's request. So for an address with a path, this prints what to
/// try on standard error, and returns false.
[[nodiscard]] bool carry_bytes(const char* command, relay_address& at);

} // namespace weft_tool
