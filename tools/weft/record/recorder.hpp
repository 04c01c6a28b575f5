// SPDX-License-Identifier: MIT
// Writes to a recording what the links of a relay pass on.
#pragma once

#include <chrono>
#include <fstream>
#include <optional>
#include <string>

#include <weft/core/function.hpp>
#include <weft/testing/recording.hpp>

#include "weft/relay/relay_link.hpp"

namespace weft_tool {

/// Takes the first end of each link as the client. Writes each line at once, so that a recording
/// that is cut short ends with a whole line.
class recorder final : public relay_observer {
public:
    /// Replaces the file. Returns false if that fails; errno then says why.
    [[nodiscard]] bool open(const std::string& file);

    /// Sets the function that is called, once, when writing fails.
    void on_failure(weft::function<void()> handler) { failed_ = std::move(handler); }

private:
    void link_opened(relay_link& which) override;
    void link_passes(relay_link& which, std::size_t from, const relay_piece& what) override;
    void link_input_ended(relay_link& which, std::size_t from) override;
    void link_ended(relay_link& which) override;

    void write(const relay_link& which, weft::testing::recorded_event::kind what,
               std::span<const std::byte> bytes = {});

    std::ofstream out_;
    weft::function<void()> failed_;
    std::optional<std::chrono::steady_clock::time_point> begin_;
};

} // namespace weft_tool
