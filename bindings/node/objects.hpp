// SPDX-License-Identifier: MIT
// The environment, its servers and connections: when they end, whether they keep the environment
// running, and how weft.js is called for their events.
#pragma once

#include <cstddef>
#include <initializer_list>

#include "values.hpp"

namespace weft_node {

/// The events of which weft.js is called; it uses the same numbers.
enum class event { validate, open, message, drain, pong, close, fail, closed };

/// One environment of Node.js (the main thread or a worker), and the Weft loop in its loop.
struct environment {
    napi_env env = nullptr;
    napi_ref dispatch = nullptr; // weft.js's function for events
    napi_async_context context = nullptr;
    weft_loop* loop = nullptr; // null when the environment ends
    weft_client* client = nullptr;
    std::size_t open = 0; // objects that keep the environment running
    uv_poll_t watch{};
    napi_async_cleanup_hook_handle cleanup = nullptr;
};

/// What connections and servers have in common: their object in JavaScript, which is kept while
/// they are open, and whether they keep the environment running.
struct owner {
    explicit owner(environment& of) noexcept : home(&of) {}

    environment* home;
    napi_ref object = nullptr;
    bool open = false;
    bool referenced = true;
};

/// A connection. Its JavaScript object and Weft own it together; freed when both released it.
struct peer : owner {
    using owner::owner;

    weft_connection* connection = nullptr; // from its handshake to its end
    weft_handle* handle = nullptr;         // of a client's attempt
    int owners = 1;
};

struct server : owner {
    using owner::owner;

    weft_server* native = nullptr;
};

/// `user` of the callbacks of a server's route.
struct route {
    server* of;
    std::uint32_t index;
};

// --- what keeps the environment running

inline void count(environment& home, bool more) {
    const std::size_t before = home.open;
    home.open = more ? before + 1 : before - 1;
    if (!home.loop) return;
    if (before == 0) uv_ref(reinterpret_cast<uv_handle_t*>(&home.watch));
    if (home.open == 0) uv_unref(reinterpret_cast<uv_handle_t*>(&home.watch));
}

/// Protects the JavaScript object from garbage collection from now on.
inline void begin(owner& one) {
    if (one.open) return;
    one.open = true;
    napi_reference_ref(one.home->env, one.object, nullptr);
    if (one.referenced) count(*one.home, true);
}

inline void end(owner& one) {
    if (!one.open) return;
    one.open = false;
    napi_reference_unref(one.home->env, one.object, nullptr);
    if (one.referenced) count(*one.home, false);
}

inline void set_referenced(owner& one, bool on) {
    if (one.referenced == on) return;
    one.referenced = on;
    if (one.open) count(*one.home, on);
}

// --- calls of weft.js

/// Values that live until the end of a callback.
class scope {
public:
    explicit scope(napi_env env) : env_(env) { napi_open_handle_scope(env, &scope_); }
    ~scope() { napi_close_handle_scope(env_, scope_); }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

private:
    napi_env env_;
    napi_handle_scope scope_ = nullptr;
};

/// Passes a JavaScript exception on to uncaughtException, like those of all events.
inline void report_exception(napi_env env) {
    bool pending = false;
    napi_value what = nullptr;
    if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return;
    if (napi_get_and_clear_last_exception(env, &what) == napi_ok) napi_fatal_exception(env, what);
}

/// Calls weft.js. Returns false if it has thrown, or if no JavaScript can run any more.
inline bool call(const owner& one, event kind, std::initializer_list<napi_value> more) {
    const napi_env env = one.home->env;
    napi_value object = nullptr;
    napi_value dispatch = nullptr;
    if (one.object) napi_get_reference_value(env, one.object, &object);
    napi_get_reference_value(env, one.home->dispatch, &dispatch);
    if (!object || !dispatch) return false;
    std::vector<napi_value> arguments{number(env, static_cast<int>(kind)), object};
    arguments.insert(arguments.end(), more);
    const auto status = napi_make_callback(env, one.home->context, object, dispatch,
                                           arguments.size(), arguments.data(), nullptr);
    if (status != napi_ok) report_exception(env);
    return status == napi_ok;
}

/// Does the same for an open connection, and closes it if JavaScript has thrown.
inline void call_or_close(const peer& one, event kind, std::initializer_list<napi_value> more) {
    if (!call(one, kind, more) && one.connection) {
        weft_connection_close(one.connection, 1011, nullptr);
    }
}

} // namespace weft_node
