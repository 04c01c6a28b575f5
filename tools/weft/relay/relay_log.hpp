// SPDX-License-Identifier: MIT
// The log of a relay on standard error: as text for people, or as one JSON object on each line.
#pragma once

#include <string>
#include <string_view>

#include "weft/relay/relay_link.hpp"

namespace weft_tool {

class relay_log {
public:
    /// Writes lines about single connections only with `verbose`, or as JSON. Text lines begin with
    /// `command`, such as "weft relay".
    relay_log(std::string command, bool verbose, bool json)
        : command_(std::move(command)), verbose_(verbose), json_(json) {}

    void listening(std::string_view where, std::string_view note) const;
    void opened(const relay_link& which) const;

    /// Without `verbose`, writes only about links that did not end properly.
    void ended(const relay_link& which) const;

    void note(std::string_view text) const;

private:
    const std::string command_;
    const bool verbose_;
    const bool json_;
};

} // namespace weft_tool
