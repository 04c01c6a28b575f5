// SPDX-License-Identifier: MIT
// What the opaque pointers of the C interface point to.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include <weft/connection/connection_handle.hpp>
#include <weft/endpoint/client.hpp>
#include <weft/endpoint/server.hpp>
#include <weft/loop/event_loop.hpp>
#include <weft/loop/timer.hpp>
#include <weft/stream/secure_layer.hpp>
#include <weft/weft.h>

struct weft_loop {
    weft::event_loop loop;
};

struct weft_server {
    explicit weft_server(weft_loop& on) : server(on.loop) {}
    weft::server server;
};

struct weft_client {
    explicit weft_client(weft_loop& on) : client(on.loop) {}
    weft::client client;
};

struct weft_timer {
    weft_timer(weft_loop& on, weft::function<void()> expired)
        : timer(on.loop, std::move(expired)) {}
    weft::timer timer;
};

struct weft_tls {
    std::shared_ptr<weft::secure_layer> layer;
};

struct weft_handle {
    explicit weft_handle(weft::connection_handle of) noexcept : handle(std::move(of)) {}
    weft::connection_handle handle;
    std::atomic<std::size_t> owners = 1;
};
