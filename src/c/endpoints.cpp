// SPDX-License-Identifier: MIT
// Servers and clients for C programs.
#include <memory>

#include "c/callbacks.hpp"
#include "c/failures.hpp"
#include "c/objects.hpp"
#include "c/options.hpp"

using namespace weft::c;

namespace {

/// Reads handlers and shares them; null if their size is wrong. Throws std::bad_alloc.
shared_handlers share_handlers(const weft_handlers* given) {
    weft_handlers read;
    if (!given || !read_options(given, read)) return nullptr;
    return share(read, read.user, read.release);
}

bool set_listen_options(weft::listen_options& to, const weft_listen_options* given) {
    weft_listen_options read;
    if (!read_options(given, read) || read.backlog < 0) return false;
    if (read.tls) to.tls = read.tls->layer;
    if (read.backlog != 0) to.backlog = read.backlog;
    to.reuse_port = read.reuse_port != 0;
    to.ipv6_only = read.ipv6_only != 0;
    return true;
}

int set_connect_options(weft::connect_options& to, const weft_connect_options* given) {
    weft_connect_options read;
    if (!read_options(given, read)) return WEFT_E_BAD_ARGUMENT;
    if (!read.subprotocols && read.subprotocol_count != 0) return WEFT_E_BAD_ARGUMENT;
    for (std::size_t i = 0; i < read.subprotocol_count; ++i) {
        if (!read.subprotocols[i]) return WEFT_E_BAD_ARGUMENT;
        to.subprotocols.emplace_back(read.subprotocols[i]);
    }
    if (!add_headers(to.headers, read.headers, read.header_count)) return WEFT_E_BAD_ARGUMENT;
    to.subprotocol_required = read.subprotocol_required != 0;
    set_timeout(to.resolve_timeout, read.resolve_timeout_ms);
    set_timeout(to.connect_timeout, read.connect_timeout_ms);
    set_timeout(to.proxy_timeout, read.proxy_timeout_ms);
    set_timeout(to.tls_timeout, read.tls_timeout_ms);
    to.via = text_or_empty(read.via);
    to.proxy = text_or_empty(read.proxy);
    if (read.tls) to.tls = read.tls->layer;
    to.redirects_max = read.redirects_max;
    return set_connection_options(to.connection, read.connection);
}

template <class Endpoint>
int shut_down(Endpoint* which, int64_t within_ms, weft_callback done, void* user,
              weft_callback release) {
    return guarded([&]() -> int {
        if (!which) return WEFT_E_BAD_ARGUMENT;
        const auto shared = share(done, user, release);
        which->shutdown(milliseconds(within_ms),
                        done ? to_function(shared) : weft::function<void()>());
        shared->own();
        return WEFT_OK;
    });
}

} // namespace

int weft_server_create(weft_loop* loop, weft_server** out) {
    return guarded([&]() -> int {
        if (!loop || !out) return WEFT_E_BAD_ARGUMENT;
        *out = new weft_server(*loop);
        return WEFT_OK;
    });
}

void weft_server_destroy(weft_server* server) {
    delete server;
}

int weft_server_route(weft_server* server, const char* path, const char* subprotocol,
                      const weft_handlers* handlers, const weft_connection_options* options) {
    return guarded([&]() -> int {
        if (!server || !path) return WEFT_E_BAD_ARGUMENT;
        const auto shared = share_handlers(handlers);
        if (!shared) return WEFT_E_BAD_ARGUMENT;
        weft::route_options chosen;
        const int fault = set_connection_options(chosen.connection, options);
        if (fault != WEFT_OK) return fault;
        chosen.subprotocol = text_or_empty(subprotocol);
        server->server.route(path, to_handlers(shared), chosen);
        shared->own();
        return WEFT_OK;
    });
}

int weft_server_listen(weft_server* server, const char* host, uint16_t port,
                       const weft_listen_options* options, uint16_t* port_out) {
    return guarded([&]() -> int {
        weft::listen_options chosen;
        if (!server || !host || !set_listen_options(chosen, options)) return WEFT_E_BAD_ARGUMENT;
        const auto bound = server->server.listen(host, port, std::move(chosen));
        if (!bound) return number_of(bound.error());
        if (port_out) *port_out = bound->port();
        return WEFT_OK;
    });
}

int weft_server_listen_at(weft_server* server, const char* where,
                          const weft_listen_options* options) {
    return guarded([&]() -> int {
        weft::listen_options chosen;
        if (!server || !where || !set_listen_options(chosen, options)) return WEFT_E_BAD_ARGUMENT;
        return number_of(server->server.listen(where, std::move(chosen)).error());
    });
}

void weft_server_stop_listening(weft_server* server) {
    if (server) server->server.stop_listening();
}

int weft_server_shutdown(weft_server* server, int64_t within_ms, weft_callback done, void* user,
                         weft_callback release) {
    return shut_down(server ? &server->server : nullptr, within_ms, done, user, release);
}

size_t weft_server_connection_count(const weft_server* server) {
    return server ? server->server.connection_count() : 0;
}

int weft_server_for_each(weft_server* server, void (*action)(weft_connection* peer, void* user),
                         void* user) {
    return guarded([&]() -> int {
        if (!server || !action) return WEFT_E_BAD_ARGUMENT;
        server->server.for_each([=](weft::connection& peer) { action(to_c(peer), user); });
        return WEFT_OK;
    });
}

int weft_client_create(weft_loop* loop, weft_client** out) {
    return guarded([&]() -> int {
        if (!loop || !out) return WEFT_E_BAD_ARGUMENT;
        *out = new weft_client(*loop);
        return WEFT_OK;
    });
}

void weft_client_destroy(weft_client* client) {
    delete client;
}

int weft_client_connect(weft_client* client, const char* uri, const weft_handlers* handlers,
                        const weft_connect_options* options, weft_handle** out) {
    return guarded([&]() -> int {
        if (!client || !uri) return WEFT_E_BAD_ARGUMENT;
        const auto shared = share_handlers(handlers);
        if (!shared) return WEFT_E_BAD_ARGUMENT;
        weft::connect_options chosen;
        const int fault = set_connect_options(chosen, options);
        if (fault != WEFT_OK) return fault;
        auto made = std::make_unique<weft_handle>(weft::connection_handle());
        made->handle = client->client.connect(uri, to_handlers(shared), std::move(chosen));
        shared->own();
        if (out) *out = made.release();
        return WEFT_OK;
    });
}

int weft_client_shutdown(weft_client* client, int64_t within_ms, weft_callback done, void* user,
                         weft_callback release) {
    return shut_down(client ? &client->client : nullptr, within_ms, done, user, release);
}

size_t weft_client_connection_count(const weft_client* client) {
    return client ? client->client.connection_count() : 0;
}
