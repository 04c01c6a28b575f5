// SPDX-License-Identifier: MIT
// What only some connections have, of whatever kind, so that the others need no memory for it.
#pragma once

#include <memory>
#include <vector>

#include <weft/connection/channel.hpp>
#include <weft/core/report.hpp>

#include "connection/posted_message.hpp"

namespace weft {

struct channel::extra {
    extra() = default;
    extra(const extra&) = delete;
    extra& operator=(const extra&) = delete;
    virtual ~extra() = default;

    any_value data;
    std::shared_ptr<handle_state> shared;              // with handles, if there are any
    std::vector<std::unique_ptr<posted_message>> held; // that cannot be sent yet

    // while it is connected
    phase current_phase = phase::connect;
    function<void()> cancel;             // gives up resolving and connecting
    int rounds = 0;                      // that a deadline which has passed was put off for
    std::unique_ptr<report_facts> facts; // where it was going, until it is open
};

} // namespace weft
