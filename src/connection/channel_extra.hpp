// SPDX-License-Identifier: MIT
// State that only some connections of any kind need; the others spend no memory on it.
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
    std::shared_ptr<handle_state> shared;              // shared with handles, if there are any
    std::vector<std::unique_ptr<posted_message>> held; // messages that cannot be sent yet

    // while connecting
    phase current_phase = phase::connect;
    function<void()> cancel;             // cancels resolving and connecting
    int rounds = 0;                      // how often an expired deadline was put off
    std::unique_ptr<report_facts> facts; // the target, kept until the connection is open
};

} // namespace weft
