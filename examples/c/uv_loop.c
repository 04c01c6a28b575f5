// SPDX-License-Identifier: MIT
// An echo server in C inside libuv's loop. Ctrl-C shuts it down.
//
//     build/release/examples/c/uv_loop [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <weft/weft.h>

#include <uv.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct application {
    weft_loop* loop;
    weft_server* server;
    uv_poll_t descriptor;
    uv_signal_t interrupt;
};

static void received(weft_connection* peer, const void* bytes, size_t size, int is_text,
                     void* user) {
    (void)user;
    if (is_text) weft_connection_send_text(peer, bytes, size);
    else weft_connection_send_binary(peer, bytes, size);
}

static void descriptor_readable(uv_poll_t* handle, int status, int events) {
    struct application* mine = handle->data;
    (void)status;
    (void)events;
    weft_loop_process(mine->loop);
}

static void stop_watching(void* user) {
    struct application* mine = user;
    uv_close((uv_handle_t*)&mine->descriptor, NULL);
}

static void interrupted(uv_signal_t* handle, int number) {
    struct application* mine = handle->data;
    (void)number;
    uv_close((uv_handle_t*)handle, NULL);
    if (weft_server_shutdown(mine->server, 2000, stop_watching, mine, NULL) != WEFT_OK) {
        stop_watching(mine);
    }
}

int main(int argc, char** argv) {
    struct application mine = {.loop = NULL};
    uint16_t port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 9001);
    const weft_handlers echo = {.struct_size = sizeof echo, .message = received};
    int descriptor = -1;

    int error = weft_loop_create(NULL, &mine.loop);
    if (!error) error = weft_server_create(mine.loop, &mine.server);
    if (!error) error = weft_server_route(mine.server, "/*", NULL, &echo, NULL);
    if (!error) error = weft_server_listen(mine.server, "127.0.0.1", port, NULL, &port);
    if (!error) error = weft_loop_descriptor(mine.loop, &descriptor);
    if (!error) {
        mine.descriptor.data = mine.interrupt.data = &mine;
        uv_poll_init(uv_default_loop(), &mine.descriptor, descriptor);
        uv_poll_start(&mine.descriptor, UV_READABLE, descriptor_readable);
        uv_signal_init(uv_default_loop(), &mine.interrupt);
        uv_signal_start(&mine.interrupt, interrupted, SIGINT);
        printf("ws://127.0.0.1:%d/\n", port);
        fflush(stdout);
        uv_run(uv_default_loop(), UV_RUN_DEFAULT); // until both handles are closed
    } else {
        fprintf(stderr, "cannot listen: %s\n", weft_error_text(error));
    }
    weft_server_destroy(mine.server);
    weft_loop_destroy(mine.loop);
    return error ? 1 : 0;
}
