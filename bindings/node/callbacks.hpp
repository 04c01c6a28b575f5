// SPDX-License-Identifier: MIT
// The callbacks that Weft calls: each becomes an event of weft.js.
#pragma once

#include <cstdlib>
#include <utility>

#include "objects.hpp"

namespace weft_node {

inline peer& peer_of(weft_connection* connection) {
    return *static_cast<peer*>(weft_connection_data(connection));
}

/// Releases it for one of its two owners, JavaScript and Weft; frees it when both have released it.
inline void release_object(peer* one) {
    if (--one->owners == 0) delete one;
}

inline void release_object(server* one) {
    weft_server_destroy(one->native);
    delete one;
}

inline napi_value details_of(napi_env env, weft_connection* connection) {
    napi_value made = nullptr;
    napi_create_object(env, &made);
    const auto set = [&](const char* name, napi_value value) {
        napi_set_named_property(env, made, name, value);
    };
    const auto set_text = [&](const char* name, auto read) {
        set(name, copied_text(env, [&](char* to, std::size_t size) {
                return read(connection, to, size);
            }));
    };
    set_text("path", weft_connection_path);
    set_text("query", weft_connection_query);
    set_text("subprotocol", weft_connection_subprotocol);
    set_text("remoteAddress", weft_connection_remote_address);
    set("secure", boolean(env, weft_connection_is_secure(connection)));
    return made;
}

inline napi_value report_value(napi_env env, const weft_report& report) {
    napi_value made = nullptr;
    napi_value error = nullptr;
    napi_create_object(env, &made);
    napi_get_null(env, &error);
    if (report.error != WEFT_OK) error = make_error(env, report.error, report.text);
    const auto set = [&](const char* name, napi_value value) {
        napi_set_named_property(env, made, name, value);
    };
    set("error", error);
    set("clean", boolean(env, report.clean));
    set("code", number(env, report.code));
    set("reason", string(env, report.reason, report.reason_size));
    set("httpStatus", number(env, report.http_status));
    set("phase", number(env, report.phase));
    set("began", number(env, report.began));
    set("detail", string(env, report.detail));
    set("text", string(env, report.text));
    return made;
}

inline void received(weft_connection* connection, const void* data, std::size_t size, int is_text,
                     void*) noexcept {
    peer& one = peer_of(connection);
    const napi_env env = one.home->env;
    const scope values(env);
    napi_value content = nullptr;
    const auto status =
        is_text ? napi_create_string_utf8(env, static_cast<const char*>(data), size, &content)
                : napi_create_buffer_copy(env, size, data, nullptr, &content);
    if (status == napi_ok) {
        call_or_close(one, event::message, {content});
    } else {
        report_exception(env);
        weft_connection_close(connection, 1009, "longer than a value of JavaScript");
    }
}

inline void drained(weft_connection* connection, void*) noexcept {
    const scope values(peer_of(connection).home->env);
    call_or_close(peer_of(connection), event::drain, {});
}

inline void answered(weft_connection* connection, const void* data, std::size_t size,
                     void*) noexcept {
    peer& one = peer_of(connection);
    const scope values(one.home->env);
    napi_value content = nullptr;
    napi_create_buffer_copy(one.home->env, size, data, nullptr, &content);
    call_or_close(one, event::pong, {content});
}

inline void ended(weft_connection* connection, const weft_report* report, void*) noexcept {
    peer& one = peer_of(connection);
    const scope values(one.home->env);
    one.connection = nullptr;
    const auto value = report_value(one.home->env, *report);
    call(one, event::close, {value});
    end(one);
}

// --- events of clients

inline void client_opened(weft_connection* connection, void* user) noexcept {
    auto& one = *static_cast<peer*>(user);
    const scope values(one.home->env);
    if (weft_connection_set_data(connection, &one, nullptr) != WEFT_OK) std::abort();
    one.connection = connection;
    call_or_close(one, event::open, {details_of(one.home->env, connection)});
}

inline void client_failed(const weft_report* report, void* user) noexcept {
    auto& one = *static_cast<peer*>(user);
    const scope values(one.home->env);
    const auto value = report_value(one.home->env, *report);
    call(one, event::fail, {value});
    end(one);
}

inline void client_released(void* user) noexcept {
    auto* const one = static_cast<peer*>(user);
    one->connection = nullptr;
    weft_handle_release(one->handle);
    one->handle = nullptr;
    end(*one);
    release_object(one);
}

// --- events of servers

inline void server_peer_released(void* data) noexcept {
    auto* const one = static_cast<peer*>(data);
    one->connection = nullptr;
    end(*one);
    release_object(one);
}

template <class Type>
void collected(napi_env env, void* data, void*) noexcept {
    auto* const one = static_cast<Type*>(data);
    if (one->object) napi_delete_reference(env, one->object);
    one->object = nullptr;
    release_object(one);
}

/// Makes the peer and the opaque value for its object; returns null without memory.
inline napi_value new_server_peer(environment& home, weft_connection* connection) {
    auto* const one = new peer(home);
    if (weft_connection_set_data(connection, one, server_peer_released) != WEFT_OK) {
        delete one;
        return nullptr;
    }
    one->connection = connection;
    ++one->owners;
    return opaque(home.env, one, collected<peer>);
}

/// Calls weft.js for a connection that it does not have yet; returns false if that fails.
inline bool call_for_new(const route& on, event kind, weft_connection* connection) {
    environment& home = *on.of->home;
    const auto value = new_server_peer(home, connection);
    return value && call(*on.of, kind, {number(home.env, on.index), value,
                                        details_of(home.env, connection)});
}

/// weft.js answers the handshake, now or later.
inline void validate(weft_connection* connection, void* user) noexcept {
    const auto& on = *static_cast<route*>(user);
    const scope values(on.of->home->env);
    if (!call_for_new(on, event::validate, connection)) {
        weft_connection_reject(connection, 500, nullptr);
    }
}

inline void server_opened(weft_connection* connection, void* user) noexcept {
    const auto& on = *static_cast<route*>(user);
    const napi_env env = on.of->home->env;
    const scope values(env);
    if (weft_connection_data(connection)) { // from `validate`
        call_or_close(peer_of(connection), event::open, {details_of(env, connection)});
    } else if (!call_for_new(on, event::open, connection)) {
        weft_connection_close(connection, 1011, nullptr);
    }
}

inline void server_closed(void* user) noexcept {
    auto& one = *static_cast<server*>(user);
    const scope values(one.home->env);
    weft_server_destroy(std::exchange(one.native, nullptr));
    call(one, event::closed, {});
    end(one);
}

/// The callbacks that connections of clients and of servers have in common.
inline weft_handlers handlers_for(void* user, weft_callback release) {
    auto handlers = sized<weft_handlers>();
    handlers.user = user;
    handlers.release = release;
    handlers.message = received;
    handlers.writable = drained;
    handlers.pong = answered;
    handlers.close = ended;
    return handlers;
}

} // namespace weft_node
