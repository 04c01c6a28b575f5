// SPDX-License-Identifier: MIT
// How an endpoint under test echoes: by a handler, or by a coroutine. Knows no driver.
#pragma once

#include <utility>

#include <weft/connection/conversation.hpp>
#include <weft/connection/handlers.hpp>
#include <weft/stream/spawn.hpp>

namespace weft::testing {

enum class echo_by { handler, coroutine };

inline task<void> echo_by_coroutine(conversation peer) {
    while (auto m = co_await peer.receive()) co_await peer.send(*m);
}

inline task<void> echo_once_open(connect_operation attempt) {
    co_await echo_by_coroutine(co_await std::move(attempt));
}

/// The handlers of a route.
inline handlers echo_handlers(echo_by how) {
    if (how == echo_by::coroutine) return coroutine_handlers(echo_by_coroutine);
    return {.message = [](connection& c, message m) { c.send(m); }};
}

/// Calls `connect` with the handlers of an outbound connection; it returns its handle.
template <class Connect>
void connect_echo(driver& on, echo_by how, Connect connect) {
    if (how == echo_by::handler) {
        connect(echo_handlers(how));
        return;
    }
    auto attempt = connect_operation::begin_on(on);
    attempt.connecting(connect(attempt.take_handlers()));
    spawn(on, echo_once_open(std::move(attempt)));
}

} // namespace weft::testing
