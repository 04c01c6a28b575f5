// SPDX-License-Identifier: MIT
// Reads lines from a descriptor that the caller polls: a terminal, a pipe or a file. Changes no
// flags, and knows nothing of what the lines are for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace weft_tool {

class line_input {
public:
    /// Longer lines are an error.
    static constexpr std::size_t line_size_max = std::size_t{16} * 1024 * 1024;

    explicit line_input(int descriptor);

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] bool is_terminal() const noexcept { return terminal_; }

    /// Reads one piece of bounded size; call it when the descriptor is readable.
    void fill();

    /// Returns the next line without its end; at the end of input, also a last line that has no
    /// end. The view is valid until the next `fill`.
    [[nodiscard]] std::optional<std::string_view> next_line();

    /// True if nothing more will be read; lines may be left.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// The error that ended reading; empty at the ordinary end of input.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

private:
    void end(std::error_code why) noexcept;

    std::string buffer_;
    std::size_t begin_ = 0;   // of the first line not returned yet
    std::size_t scanned_ = 0; // no line ends before this position
    std::error_code error_;
    int descriptor_;
    bool terminal_;
    bool ended_ = false;
};

} // namespace weft_tool
