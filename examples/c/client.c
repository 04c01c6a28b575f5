// SPDX-License-Identifier: MIT
// A client in C: sends one message, prints the answer, and closes.
//
//     build/release/examples/c/client ws://127.0.0.1:9001/ hello
#include <weft/weft.h>

#include <stdio.h>
#include <string.h>

struct outcome {
    const char* text; // what to send
    int answered;
};

static void opened(weft_connection* peer, void* user) {
    const struct outcome* mine = user;
    weft_connection_send_text(peer, mine->text, strlen(mine->text));
}

static void received(weft_connection* peer, const void* bytes, size_t size, int is_text,
                     void* user) {
    struct outcome* mine = user;
    mine->answered = 1;
    if (is_text) printf("%.*s\n", (int)size, (const char*)bytes);
    else printf("%zu bytes\n", size);
    weft_connection_close(peer, 1000, "done");
}

static void failed(const weft_report* report, void* user) {
    (void)user;
    fprintf(stderr, "%s\n", report->text);
}

int main(int argc, char** argv) {
    weft_loop* loop = NULL;
    weft_client* client = NULL;
    weft_tls* tls = NULL;
    const char* uri = argc > 1 ? argv[1] : "ws://127.0.0.1:9001/";
    struct outcome mine = {.text = argc > 2 ? argv[2] : "hello"};
    const weft_handlers handlers = {.struct_size = sizeof handlers,
                                    .user = &mine,
                                    .open = opened,
                                    .message = received,
                                    .fail = failed};

    int error = weft_loop_create(NULL, &loop);
    if (!error) error = weft_client_create(loop, &client);
    if (!error && weft_has_tls()) error = weft_tls_client_create(NULL, &tls);
    if (!error) {
        const weft_connect_options options = {
            .struct_size = sizeof options, .connect_timeout_ms = 5000, .tls = tls};
        error = weft_client_connect(client, uri, &handlers, &options, NULL);
    }
    if (error) fprintf(stderr, "cannot connect: %s\n", weft_error_text(error));
    else weft_loop_run(loop); // until the connection has ended
    weft_tls_destroy(tls);
    weft_client_destroy(client);
    weft_loop_destroy(loop);
    return mine.answered ? 0 : 1;
}
