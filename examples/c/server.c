// SPDX-License-Identifier: MIT
// An echo server in C. Ctrl-C shuts it down.
//
//     build/release/examples/c/server [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <weft/weft.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static weft_loop* loop;

static void interrupted(int number) {
    (void)number;
    weft_loop_stop(loop);
}

static void opened(weft_connection* peer, void* user) {
    char address[64], path[64];
    (void)user;
    weft_connection_remote_address(peer, address, sizeof address);
    weft_connection_path(peer, path, sizeof path);
    printf("%s opened %s\n", address, path);
}

static void received(weft_connection* peer, const void* bytes, size_t size, int is_text,
                     void* user) {
    (void)user;
    if (is_text) weft_connection_send_text(peer, bytes, size);
    else weft_connection_send_binary(peer, bytes, size);
}

static void closed(weft_connection* peer, const weft_report* report, void* user) {
    (void)peer;
    (void)user;
    printf("%s\n", report->text);
}

int main(int argc, char** argv) {
    weft_server* server = NULL;
    uint16_t port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 9001);
    const weft_handlers echo = {
        .struct_size = sizeof echo, .open = opened, .message = received, .close = closed};

    int error = weft_loop_create(NULL, &loop);
    if (!error) error = weft_server_create(loop, &server);
    if (!error) error = weft_server_route(server, "/*", NULL, &echo, NULL);
    if (!error) error = weft_server_listen(server, "127.0.0.1", port, NULL, &port);
    if (!error) {
        signal(SIGINT, interrupted);
        printf("ws://127.0.0.1:%d/\n", port);
        fflush(stdout);
        weft_loop_run(loop);
    } else {
        fprintf(stderr, "cannot listen: %s\n", weft_error_text(error));
    }
    weft_server_destroy(server);
    weft_loop_destroy(loop);
    return error ? 1 : 0;
}
