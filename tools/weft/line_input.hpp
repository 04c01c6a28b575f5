// SPDX-License-Identifier: MIT
// Lines from a descriptor that a caller has polled: terminal, pipe or file. It changes no flags,
// reads once when told to, and knows nothing of what the lines are for.
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

    /// The next line without its end, at the end of input also one that has none. The view is good
    /// until the next `fill`.
    [[nodiscard]] std::optional<std::string_view> next_line();

    /// Nothing more will be read; there may be lines left.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

    /// Why reading ended early; empty at an ordinary end.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

private:
    void end(std::error_code why) noexcept;

    std::string buffer_;
    std::size_t begin_ = 0;   // of what has not been handed out
    std::size_t scanned_ = 0; // up to here there is no line's end
    std::error_code error_;
    int descriptor_;
    bool terminal_;
    bool ended_ = false;
};

} // namespace weft_tool
