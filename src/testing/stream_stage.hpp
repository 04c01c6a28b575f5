// SPDX-License-Identifier: MIT
// Where one check is played: a pair of streams, and patience. What is checked it does not know.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/testing/stream_kit.hpp>

#include "testing/stream_end.hpp"

namespace weft::testing {

/// A check's surroundings.
class stream_stage {
public:
    stream_stage(const streams_factory& make, const stream_kit_options& options);

    [[nodiscard]] const streams_under_test& pair() const { return *pair_; }
    [[nodiscard]] stream_end& near() { return near_; }
    [[nodiscard]] stream_end& far() { return far_; }
    [[nodiscard]] const stream_kit_options& options() const { return options_; }

    /// Starts both ends.
    void start();

    /// Turns until `holds`; complains when it does not, though nothing is going on any more.
    bool until(const std::function<bool()>& holds, std::string_view otherwise);

    /// Complains if it does not hold.
    bool expect(bool holds, std::string_view otherwise);

    /// Turns until there is nothing to do; complains if that is never so.
    void rest(std::string_view when);

    /// Has the far end say `text`, and then nothing more.
    void far_says_last(const std::string& text);

    /// Has the near end, whose peer must not read, write until it is full; the bytes it took.
    /// Complains if there is no end to it.
    std::string fill();

    /// What was found, when the streams are gone, too.
    [[nodiscard]] const std::vector<std::string>& end();

private:
    stream_complaints complaints_;
    const stream_kit_options& options_;
    std::unique_ptr<streams_under_test> pair_;
    stream_end near_;
    stream_end far_;
};

/// A check, and how it is called.
struct stream_check {
    std::string_view name;
    void (*play)(stream_stage& stage);
};

extern const std::vector<stream_check> stream_reading_checks;
extern const std::vector<stream_check> stream_writing_checks;
extern const std::vector<stream_check> stream_ending_checks;

} // namespace weft::testing
