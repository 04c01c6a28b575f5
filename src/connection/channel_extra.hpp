// SPDX-License-Identifier: MIT
// State that only some connections of any kind need; the others spend no memory on it.
#pragma once

#include <memory>
#include <vector>

#include <weft/connection/channel.hpp>
#include <weft/connection/pending_connection.hpp>

#include "connection/conversation_state.hpp"
#include "connection/posted_message.hpp"

namespace weft {

struct channel::extra {
    extra() = default;
    extra(const extra&) = delete;
    extra& operator=(const extra&) = delete;
    virtual ~extra() = default;

    any_value data;
    conversation_anchor conversation;                  // empty unless coroutines use it
    std::shared_ptr<handle_state> shared;              // shared with handles, if there are any
    std::vector<std::unique_ptr<posted_message>> held; // messages that cannot be sent yet
    std::size_t held_posts = 0; // the bytes of them that were counted as posted
    std::unique_ptr<pending_connection> pending; // until an outbound connection is open
    weft::list_link observers;
};

inline pending_connection& channel::pending() const noexcept {
    return *extra_->pending;
}

} // namespace weft
