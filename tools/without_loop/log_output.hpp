// SPDX-License-Identifier: MIT
// Lines of a log to a descriptor that others have, too: it never waits for a reader, survives a
// disk that is full for a while, and counts what was lost. Knows nothing of what the lines say.
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
    /// A longer line is cut, and says so.
    static constexpr std::size_t line_size_max = 1024;

    explicit log_output(int descriptor);
    log_output(const log_output&) = delete;
    log_output& operator=(const log_output&) = delete;
    ~log_output();

    /// Writes `text`, which has no line end, behind the time of day. What cannot be written now is
    /// lost; the next line that can be written follows one that tells how many were.
    void timed_line(std::string_view text);

    /// The same without the time.
    void line(std::string_view text);

private:
    void write_line(std::string whole);
    [[nodiscard]] bool tell_what_was_lost();
    [[nodiscard]] bool put(std::string_view whole);
    [[nodiscard]] bool finish();
    [[nodiscard]] long write_some(std::string_view bytes) const;

    std::mutex mutex_;
    std::string rest_;        // of a line that was taken in part
    std::uint64_t lost_ = 0;  // since one was written
    int descriptor_;
    int reopened_ = -1;       // the same pipe or terminal without waiting; -1 if it is none
    bool socket_ = false;
    bool may_block_ = false;  // a pipe or terminal that could not be opened again
};

/// At most `size_max` bytes of `text`, and how many were left out; characters stay whole.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t size_max);

} // namespace weft_tool
