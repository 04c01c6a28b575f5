// SPDX-License-Identifier: MIT
// The native half of the add-on for Node.js: Weft's C interface in the environment's own libuv
// loop. Has plain functions on opaque values; weft.js makes classes and events of them.
#include <memory>

#include "callbacks.hpp"

namespace {

using namespace weft_node;

/// The arguments of a call, and the environment that it is in.
template <std::size_t Count>
struct call_of {
    call_of(napi_env in, napi_callback_info info) : env(in) {
        std::size_t count = Count;
        void* found = nullptr;
        napi_get_cb_info(env, info, &count, argument, nullptr, nullptr);
        napi_get_instance_data(env, &found);
        home = static_cast<environment*>(found);
    }

    napi_env env;
    environment* home = nullptr;
    napi_value argument[Count] = {};
};

/// The connection of an opaque value; null before its handshake and after its end.
weft_connection* connection_of(napi_env env, napi_value value) {
    const auto* const one = held<peer>(env, value);
    return one ? one->connection : nullptr;
}

napi_value set_dispatch(napi_env env, napi_callback_info info) {
    const call_of<1> given(env, info);
    napi_create_reference(env, given.argument[0], 1, &given.home->dispatch);
    return undefined(env);
}

/// tls(options, isServer): an opaque value, or null without TLS options.
napi_value make_tls(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    options from(env, given.argument[0]);
    auto chosen = sized<weft_tls_options>();
    from.read("certificateFile", chosen.certificate_file);
    from.read("keyFile", chosen.key_file);
    from.read("certificate", chosen.certificate);
    from.read("key", chosen.key);
    from.read("keyPassword", chosen.key_password);
    from.read("issuersFile", chosen.issuers_file);
    from.read("issuers", chosen.issuers);
    from.read("clientCertificates", chosen.client_certificates);
    from.read_flag("acceptAnyCertificate", chosen.accept_any_certificate);
    const auto create =
        flag_of(env, given.argument[1]) ? weft_tls_server_create : weft_tls_client_create;
    weft_tls* made = nullptr;
    if (thrown(env, create(&chosen, &made))) return nullptr;
    return opaque(env, made, [](napi_env, void* tls, void*) {
        weft_tls_destroy(static_cast<weft_tls*>(tls));
    });
}

/// connect(object, uri, options): the opaque value of a connection.
napi_value connect(napi_env env, napi_callback_info info) {
    const call_of<3> given(env, info);
    options from(env, given.argument[2]);
    const auto common = connection_options(from);
    const auto subprotocols = from.texts("subprotocols");
    const auto headers = headers_of(from);
    auto chosen = sized<weft_connect_options>();
    chosen.connection = &common;
    chosen.subprotocols = subprotocols.data();
    chosen.subprotocol_count = subprotocols.size();
    from.read_flag("subprotocolRequired", chosen.subprotocol_required);
    chosen.headers = headers.data();
    chosen.header_count = headers.size();
    from.read_timeout("resolveTimeout", chosen.resolve_timeout_ms);
    from.read_timeout("connectTimeout", chosen.connect_timeout_ms);
    from.read_timeout("proxyTimeout", chosen.proxy_timeout_ms);
    from.read_timeout("tlsTimeout", chosen.tls_timeout_ms);
    from.read("via", chosen.via);
    from.read("proxy", chosen.proxy);
    chosen.tls = held<weft_tls>(env, from.member("tls"));
    from.read("redirectsMax", chosen.redirects_max);

    auto one = std::make_unique<peer>(*given.home);
    auto handlers = handlers_for(one.get(), client_released);
    handlers.open = client_opened;
    handlers.fail = client_failed;
    if (thrown(env, weft_client_connect(given.home->client, from.keep(given.argument[1]), &handlers,
                                        &chosen, &one->handle))) {
        return nullptr;
    }
    ++one->owners;
    napi_create_reference(env, given.argument[0], 0, &one->object);
    begin(*one);
    return opaque(env, one.release(), collected<peer>);
}

/// attach(connection, object): the object of a server's connection, which is kept from now on.
napi_value attach(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    auto* const one = held<peer>(env, given.argument[0]);
    if (one && one->connection && !one->object) {
        napi_create_reference(env, given.argument[1], 0, &one->object);
        begin(*one);
    }
    return undefined(env);
}

/// send(connection, message): a weft_send_result.
napi_value send(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    auto* const connection = connection_of(env, given.argument[0]);
    auto result = WEFT_SEND_CLOSED;
    if (!connection) return number(env, result);
    if (is(env, given.argument[1], napi_string)) {
        const std::string text = text_of(env, given.argument[1]);
        result = weft_connection_send_text(connection, text.data(), text.size());
    } else if (const auto content = bytes_of(env, given.argument[1])) {
        result = weft_connection_send_binary(connection, content->data, content->size);
    }
    return number(env, result);
}

napi_value ping(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    auto* const connection = connection_of(env, given.argument[0]);
    const auto content = bytes_of(env, given.argument[1]).value_or(bytes());
    return number(env, weft_connection_ping(connection, content.data, content.size));
}

/// close(connection, code, reason): aborts an attempt to connect.
napi_value close(napi_env env, napi_callback_info info) {
    const call_of<3> given(env, info);
    const auto* const one = held<peer>(env, given.argument[0]);
    const std::int32_t code = integer_of(env, given.argument[1]);
    const std::string reason = text_of(env, given.argument[2]);
    if (one && one->connection) weft_connection_close(one->connection, code, reason.c_str());
    else if (one && one->handle) weft_handle_abort(one->handle);
    return undefined(env);
}

napi_value abort_connection(napi_env env, napi_callback_info info) {
    const call_of<1> given(env, info);
    const auto* const one = held<peer>(env, given.argument[0]);
    if (one && one->connection) weft_connection_abort(one->connection);
    else if (one && one->handle) weft_handle_abort(one->handle);
    return undefined(env);
}

/// read(connection, on): continues reading, or pauses it.
napi_value read(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    auto* const connection = connection_of(env, given.argument[0]);
    if (!connection) return undefined(env);
    if (flag_of(env, given.argument[1])) weft_connection_resume(connection);
    else thrown(env, weft_connection_pause(connection));
    return undefined(env);
}

napi_value queued_bytes(napi_env env, napi_callback_info info) {
    const call_of<1> given(env, info);
    const auto size = weft_connection_queued_bytes(connection_of(env, given.argument[0]));
    return number(env, static_cast<double>(size));
}

/// header(connection, name): a string, or undefined.
napi_value header(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    const auto* const connection = connection_of(env, given.argument[0]);
    const std::string name = text_of(env, given.argument[1]);
    return copied_text(env, [&](char* to, std::size_t size) {
        return weft_connection_header(connection, name.c_str(), to, size);
    });
}

napi_value defer(napi_env env, napi_callback_info info) {
    const call_of<1> given(env, info);
    weft_connection_defer(connection_of(env, given.argument[0]));
    return undefined(env);
}

/// accept(connection, {subprotocol, headers})
napi_value accept(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    auto* const connection = connection_of(env, given.argument[0]);
    options from(env, given.argument[1]);
    const auto headers = headers_of(from);
    const char* subprotocol = nullptr;
    from.read("subprotocol", subprotocol);
    if (connection) {
        thrown(env,
               weft_connection_accept(connection, subprotocol, headers.data(), headers.size()));
    }
    return undefined(env);
}

/// reject(connection, status, body)
napi_value reject(napi_env env, napi_callback_info info) {
    const call_of<3> given(env, info);
    auto* const connection = connection_of(env, given.argument[0]);
    const std::int32_t status = integer_of(env, given.argument[1]);
    const std::string body = text_of(env, given.argument[2]);
    if (connection) thrown(env, weft_connection_reject(connection, status, body.c_str()));
    return undefined(env);
}

template <class Type>
napi_value reference(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    const bool on = flag_of(env, given.argument[1]);
    if (auto* const one = held<Type>(env, given.argument[0])) set_referenced(*one, on);
    return undefined(env);
}

/// createServer(object): the opaque value of a server.
napi_value create_server(napi_env env, napi_callback_info info) {
    const call_of<1> given(env, info);
    auto one = std::make_unique<server>(*given.home);
    if (thrown(env, weft_server_create(given.home->loop, &one->native))) return nullptr;
    napi_create_reference(env, given.argument[0], 0, &one->object);
    return opaque(env, one.release(), collected<server>);
}

/// route(server, index, path, options)
napi_value add_route(napi_env env, napi_callback_info info) {
    const call_of<4> given(env, info);
    auto* const one = held<server>(env, given.argument[0]);
    if (!one) return undefined(env);
    options from(env, given.argument[3]);
    const auto common = connection_options(from);
    const char* subprotocol = nullptr;
    from.read("subprotocol", subprotocol);
    auto on = std::make_unique<route>(route{one, 0});
    napi_get_value_uint32(env, given.argument[1], &on->index);
    auto handlers = handlers_for(on.get(), [](void* user) { delete static_cast<route*>(user); });
    handlers.open = server_opened;
    if (from.has("validate")) handlers.validate = validate;
    if (!thrown(env, weft_server_route(one->native, from.keep(given.argument[2]), subprotocol,
                                       &handlers, &common))) {
        on.release();
    }
    return undefined(env);
}

/// listen(server, options): the port.
napi_value listen(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    auto* const one = held<server>(env, given.argument[0]);
    options from(env, given.argument[1]);
    auto chosen = sized<weft_listen_options>();
    chosen.tls = held<weft_tls>(env, from.member("tls"));
    from.read("backlog", chosen.backlog);
    from.read_flag("reusePort", chosen.reuse_port);
    from.read_flag("ipv6Only", chosen.ipv6_only);
    const char* at = nullptr;
    const char* host = nullptr;
    std::uint16_t port = 0;
    from.read("at", at);
    from.read("host", host);
    from.read("port", port);
    if (!one) return undefined(env);
    if (thrown(env, at ? weft_server_listen_at(one->native, at, &chosen)
                       : weft_server_listen(one->native, host, port, &chosen, &port))) {
        return nullptr;
    }
    begin(*one);
    return number(env, port);
}

/// shutdown(server, milliseconds): `closed` is called when it has ended.
napi_value shutdown(napi_env env, napi_callback_info info) {
    const call_of<2> given(env, info);
    auto* const one = held<server>(env, given.argument[0]);
    std::int64_t within = 0;
    napi_get_value_int64(env, given.argument[1], &within);
    if (!one) return undefined(env);
    if (!thrown(env, weft_server_shutdown(one->native, within, server_closed, one, nullptr))) {
        begin(*one);
    }
    return undefined(env);
}

napi_value connection_count(napi_env env, napi_callback_info info) {
    const call_of<1> given(env, info);
    const auto* const one = held<server>(env, given.argument[0]);
    return number(env, one ? double(weft_server_connection_count(one->native)) : 0);
}

// --- the life of an environment

void readable(uv_poll_t* watch, int, int) noexcept {
    weft_loop_process(static_cast<environment*>(watch->data)->loop);
}

/// The environment ends when libuv has let go of the handle.
void clean_up(napi_async_cleanup_hook_handle, void* data) noexcept {
    auto* const home = static_cast<environment*>(data);
    auto* const loop = home->loop;
    home->loop = nullptr;
    uv_poll_stop(&home->watch);
    weft_client_destroy(home->client);
    weft_loop_destroy(loop);
    napi_async_destroy(home->env, home->context);
    napi_delete_reference(home->env, home->dispatch);
    uv_close(reinterpret_cast<uv_handle_t*>(&home->watch), [](uv_handle_t* handle) {
        auto* const last = static_cast<environment*>(handle->data);
        napi_remove_async_cleanup_hook(last->cleanup);
        delete last;
    });
}

/// Creates Weft's loop in the environment's loop; returns an error of Weft or of libuv.
int start(environment& home, uv_loop_t* host) {
    int descriptor = -1;
    int error = weft_loop_create(nullptr, &home.loop);
    if (!error) error = weft_client_create(home.loop, &home.client);
    if (!error) error = weft_loop_descriptor(home.loop, &descriptor);
    if (!error) {
        const int failed = uv_poll_init(host, &home.watch, descriptor);
        if (failed) error = WEFT_E_SYSTEM - failed;
    }
    if (error) {
        weft_client_destroy(home.client);
        weft_loop_destroy(home.loop);
        return error;
    }
    home.watch.data = &home;
    uv_poll_start(&home.watch, UV_READABLE, readable);
    uv_unref(reinterpret_cast<uv_handle_t*>(&home.watch));
    return WEFT_OK;
}

void add(napi_env env, napi_value exports, const char* name, napi_callback function) {
    napi_value value = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
}

void add_functions(napi_env env, napi_value exports) {
    add(env, exports, "setDispatch", set_dispatch);
    add(env, exports, "tls", make_tls);
    add(env, exports, "connect", connect);
    add(env, exports, "attach", attach);
    add(env, exports, "send", send);
    add(env, exports, "ping", ping);
    add(env, exports, "close", close);
    add(env, exports, "abort", abort_connection);
    add(env, exports, "read", read);
    add(env, exports, "queuedBytes", queued_bytes);
    add(env, exports, "header", header);
    add(env, exports, "defer", defer);
    add(env, exports, "accept", accept);
    add(env, exports, "reject", reject);
    add(env, exports, "referenceConnection", reference<peer>);
    add(env, exports, "referenceServer", reference<server>);
    add(env, exports, "createServer", create_server);
    add(env, exports, "route", add_route);
    add(env, exports, "listen", listen);
    add(env, exports, "shutdown", shutdown);
    add(env, exports, "connectionCount", connection_count);
    napi_set_named_property(env, exports, "version", string(env, weft_version()));
    napi_set_named_property(env, exports, "hasTls", boolean(env, weft_has_tls()));
    napi_set_named_property(env, exports, "hasCompression", boolean(env, weft_has_compression()));
}

} // namespace

NAPI_MODULE_INIT() {
    auto home = std::make_unique<environment>();
    home->env = env;
    uv_loop_t* host = nullptr;
    napi_get_uv_event_loop(env, &host);
    if (thrown(env, start(*home, host))) return nullptr;
    napi_async_init(env, exports, string(env, "weft"), &home->context);
    napi_set_instance_data(env, home.get(), nullptr, nullptr);
    napi_add_async_cleanup_hook(env, clean_up, home.get(), &home->cleanup);
    home.release();
    add_functions(env, exports);
    return exports;
}
