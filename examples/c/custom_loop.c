// SPDX-License-Identifier: MIT
// An echo server in C inside the application's own poll(2) loop, which also waits for standard
// input. Each of its lines is sent to all clients; Ctrl-D ends the program.
//
//     build/release/examples/c/custom_loop [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <weft/weft.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct line {
    char text[4096];
    size_t size;
};

static void received(weft_connection* peer, const void* bytes, size_t size, int is_text,
                     void* user) {
    (void)user;
    if (is_text) weft_connection_send_text(peer, bytes, size);
    else weft_connection_send_binary(peer, bytes, size);
}

static void send_line(weft_connection* peer, void* user) {
    const struct line* what = user;
    weft_connection_send_text(peer, what->text, what->size);
}

static void set(void* flag) {
    *(int*)flag = 1;
}

// Sends a line of standard input to all clients; shuts the server down at its end.
static void read_input(weft_server* server, struct pollfd* input, int* ended) {
    struct line what;
    const ssize_t size = read(STDIN_FILENO, what.text, sizeof what.text);
    if (size > 0) {
        what.size = (size_t)size;
        weft_server_for_each(server, send_line, &what);
    } else {
        input->fd = -1; // poll(2) skips it
        if (weft_server_shutdown(server, 2000, set, ended, NULL) != WEFT_OK) *ended = 1;
    }
}

int main(int argc, char** argv) {
    weft_loop* loop = NULL;
    weft_server* server = NULL;
    uint16_t port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 9001);
    struct pollfd watched[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};
    const weft_handlers echo = {.struct_size = sizeof echo, .message = received};
    int ended = 0;

    int error = weft_loop_create(NULL, &loop);
    if (!error) error = weft_server_create(loop, &server);
    if (!error) error = weft_server_route(server, "/*", NULL, &echo, NULL);
    if (!error) error = weft_server_listen(server, "127.0.0.1", port, NULL, &port);
    if (!error) error = weft_loop_descriptor(loop, &watched[1].fd);
    if (error) fprintf(stderr, "cannot listen: %s\n", weft_error_text(error));
    else printf("ws://127.0.0.1:%d/\n", port);
    fflush(stdout);

    while (!error && !ended) {
        if (poll(watched, 2, -1) < 0) continue; // a signal
        if (watched[0].revents) read_input(server, &watched[0], &ended);
        if (watched[1].revents) weft_loop_process(loop);
    }
    weft_server_destroy(server);
    weft_loop_destroy(loop);
    return error ? 1 : 0;
}
