// SPDX-License-Identifier: MIT
// Messages on standard output: readable and harmless on a terminal, unchanged in a pipe.
#pragma once

#include <string>
#include <system_error>

#include <weft/core/message.hpp>

namespace weft_tool {

/// On a terminal a message begins with "< " and its further lines with "| ", so that none can look
/// like another message. Invisible characters are escaped, and binary messages are shown in hex. To
/// a pipe or file, text is written as received with a line end, and binary messages as received.
class message_output {
public:
    explicit message_output(int descriptor);

    void write(weft::message received);

    /// Writes all queued bytes; blocks while the reader does not read, until a stop signal.
    void flush();

    /// The error that ended writing; empty if there was none.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

private:
    void show(weft::message received);

    std::string waiting_;
    std::error_code error_;
    int descriptor_;
    bool terminal_;
};

} // namespace weft_tool
