// SPDX-License-Identifier: MIT
// The environment of one check: a pair of streams, and limits. Does not know what is checked.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/testing/stream_kit.hpp>

#include "testing/stream_end.hpp"

namespace weft::testing {

/// The environment of one check.
class stream_stage {
public:
    stream_stage(const streams_factory& make, const stream_kit_options& options);

    [[nodiscard]] const streams_under_test& pair() const { return *pair_; }
    [[nodiscard]] stream_end& near() { return near_; }
    [[nodiscard]] stream_end& far() { return far_; }
    [[nodiscard]] const stream_kit_options& options() const { return options_; }

    /// Starts both ends.
    void start();

    /// Runs turns until `holds` is true; records `otherwise` if nothing more happens before that.
    bool until(const std::function<bool()>& holds, std::string_view otherwise);

    /// Records `otherwise` if `holds` is false.
    bool expect(bool holds, std::string_view otherwise);

    /// Runs turns until there is nothing to do; records a defect if that never happens.
    void rest(std::string_view when);

    /// Makes the far end send `text`, and then end its output.
    void far_says_last(const std::string& text);

    /// Makes the near end write until it is full, while its peer does not read; returns the bytes
    /// that were accepted. Records a defect if it never becomes full.
    std::string fill();

    /// Returns the defects found, including those found while the streams are destroyed.
    [[nodiscard]] const std::vector<std::string>& end();

private:
    stream_complaints complaints_;
    const stream_kit_options& options_;
    std::unique_ptr<streams_under_test> pair_;
    stream_end near_;
    stream_end far_;
};

/// A check's name and function.
struct stream_check {
    std::string_view name;
    void (*play)(stream_stage& stage);
};

extern const std::vector<stream_check> stream_reading_checks;
extern const std::vector<stream_check> stream_writing_checks;
extern const std::vector<stream_check> stream_ending_checks;

} // namespace weft::testing
