// SPDX-License-Identifier: MIT
// Writes log lines to a descriptor that other programs share. Never waits for a reader, continues
// after a disk was full, and counts lost lines. Knows nothing of what the lines say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace weft_tool {

/// May be used by any thread. The descriptor's flags, which other programs share, are not changed.
class log_output {
public:
    /// A longer line is cut and marked.
    static constexpr std::size_t line_size_max = 1024;

    explicit log_output(int descriptor);
    log_output(const log_output&) = delete;
    log_output& operator=(const log_output&) = delete;
    ~log_output();

    /// Writes the time of day and `text`, which has no line end. A line that cannot be written now
    /// is lost; the next one that can be written is preceded by the number of lost lines.
    void timed_line(std::string_view text);

    /// The same without the time.
    void line(std::string_view text);

private:
    void write_line(std::string whole);
    [[nodiscard]] bool report_lost_lines();
    [[nodiscard]] bool put(std::string_view whole);
    [[nodiscard]] bool finish();
    [[nodiscard]] long write_some(std::string_view bytes) const;

    std::mutex mutex_;
    std::string rest_;        // of a partly written line
    std::uint64_t lost_ = 0;  // since the last written line
    int descriptor_;
    int reopened_ = -1;       // the same pipe or terminal, non-blocking; -1 for others
    bool socket_ = false;
    bool may_block_ = false;  // a pipe or terminal that could not be opened again
};

/// Returns at most `size_max` bytes of `text`, and how many were cut; characters stay whole.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t size_max);

} // namespace weft_tool
