// SPDX-License-Identifier: MIT
// Uses the C interface as a C program does: server and client on one loop, which runs by itself, in
// poll(2) and together with a second thread.
#include <weft/weft.h>
#include <weft/weft.h> // again: it is guarded

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);       \
            exit(1);                                                                      \
        }                                                                                 \
    } while (0)

// What a test sees of its server and its client.
struct scene {
    weft_loop* loop;
    weft_server* server;
    weft_client* client;
    weft_timer* limit;
    char uri[64];
    char text[256];
    size_t bytes;
    int opened, messages, closed, failed, pongs, released;
    int code, error;
    int by_peer;
    weft_handle* handle;
};

static void too_long(void* user) {
    (void)user;
    fprintf(stderr, "a test took too long\n");
    exit(1);
}

static void count_release(void* user) {
    ((struct scene*)user)->released++;
}

// --- the server: echoes, and obeys a few words

static void echo(weft_connection* peer, const void* bytes, size_t size, int is_text, void* user) {
    (void)user;
    if (is_text && size == 3 && memcmp(bytes, "end", 3) == 0) {
        weft_connection_close(peer, 4001, "as you said");
    } else if (is_text) {
        CHECK(weft_connection_send_text(peer, bytes, size) == WEFT_SEND_ACCEPTED);
    } else {
        CHECK(weft_connection_send_binary(peer, bytes, size) == WEFT_SEND_ACCEPTED);
    }
}

static void server_opened(weft_connection* peer, void* user) {
    char text[64];
    (void)user;
    CHECK(weft_connection_path(peer, text, sizeof text) == 5 && strcmp(text, "/echo") == 0);
    CHECK(weft_connection_query(peer, text, sizeof text) == 10 && strcmp(text, "name=a%20b") == 0);
    CHECK(weft_connection_query_value(peer, "name", text, sizeof text) == 3);
    CHECK(strcmp(text, "a b") == 0);
    CHECK(weft_connection_query_value(peer, "none", text, sizeof text) == WEFT_NONE);
    CHECK(weft_connection_header(peer, "X-Test", text, 3) == 5 && strcmp(text, "va") == 0);
    CHECK(weft_connection_header(peer, "X-None", text, sizeof text) == WEFT_NONE);
    CHECK(weft_connection_header(peer, "X-Test", NULL, 0) == 5);
    CHECK(weft_connection_remote_address(peer, text, sizeof text) > 10);
    CHECK(strncmp(text, "127.0.0.1:", 10) == 0);
    CHECK(weft_connection_is_open(peer) && !weft_connection_is_secure(peer));
}

static void answer(weft_connection* request, void* user) {
    char method[8];
    size_t size = 7;
    const weft_header type = {"X-Answer", "yes"};
    (void)user;
    CHECK(weft_connection_method(request, method, sizeof method) == 3);
    CHECK(weft_connection_body(request, &size) != NULL && size == 0);
    CHECK(weft_connection_respond(request, 418, &type, 1, "short and stout", 15) == WEFT_OK);
    CHECK(weft_connection_respond(request, 200, NULL, 0, NULL, 0) == WEFT_E_NOT_OPEN);
}

static void validate(weft_connection* peer, void* user) {
    (void)user;
    CHECK(weft_connection_reject(peer, 403, "not you") == WEFT_OK);
}

static struct scene begin(void) {
    struct scene made;
    uint16_t port = 0;
    memset(&made, 0, sizeof made);
    CHECK(weft_loop_create(NULL, &made.loop) == WEFT_OK);
    CHECK(weft_server_create(made.loop, &made.server) == WEFT_OK);
    CHECK(weft_client_create(made.loop, &made.client) == WEFT_OK);
    const weft_handlers handlers = {
        .struct_size = sizeof handlers, .open = server_opened, .message = echo, .http = answer};
    const weft_handlers refusing = {.struct_size = sizeof refusing, .validate = validate};
    CHECK(weft_server_route(made.server, "/echo", NULL, &handlers, NULL) == WEFT_OK);
    CHECK(weft_server_route(made.server, "/echo", "v1", &handlers, NULL) == WEFT_OK);
    CHECK(weft_server_route(made.server, "/refused", NULL, &refusing, NULL) == WEFT_OK);
    CHECK(weft_server_listen(made.server, "127.0.0.1", 0, NULL, &port) == WEFT_OK && port != 0);
    snprintf(made.uri, sizeof made.uri, "ws://127.0.0.1:%d/echo?name=a%%20b", port);
    CHECK(weft_timer_create(made.loop, too_long, NULL, NULL, &made.limit) == WEFT_OK);
    weft_timer_arm(made.limit, 20000);
    CHECK(weft_timer_armed(made.limit));
    return made;
}

static void end(struct scene* of) {
    weft_handle_release(of->handle);
    weft_timer_destroy(of->limit);
    weft_client_destroy(of->client);
    weft_server_destroy(of->server);
    weft_loop_destroy(of->loop);
}

// --- the client

static void opened(weft_connection* peer, void* user) {
    struct scene* seen = user;
    char text[8];
    seen->opened++;
    CHECK(weft_connection_subprotocol(peer, text, sizeof text) == 2 && strcmp(text, "v1") == 0);
    CHECK(weft_connection_set_data(peer, seen, count_release) == WEFT_OK);
    CHECK(weft_connection_data(peer) == seen);
    CHECK(weft_connection_ping(peer, "hi", 2) == WEFT_SEND_ACCEPTED);
    CHECK(weft_connection_send_text(peer, "hello", 5) == WEFT_SEND_ACCEPTED);
    CHECK(weft_connection_send_binary(peer, "\0\1\2", 3) == WEFT_SEND_ACCEPTED);
}

static void received(weft_connection* peer, const void* bytes, size_t size, int is_text,
                     void* user) {
    struct scene* seen = user;
    if (++seen->messages == 1) {
        CHECK(is_text && size == 5 && memcmp(bytes, "hello", 5) == 0);
    } else {
        CHECK(!is_text && size == 3 && memcmp(bytes, "\0\1\2", 3) == 0);
        CHECK(weft_connection_send_text(peer, "end", 3) == WEFT_SEND_ACCEPTED);
    }
}

static void ponged(weft_connection* peer, const void* bytes, size_t size, void* user) {
    (void)peer;
    ((struct scene*)user)->pongs += size == 2 && memcmp(bytes, "hi", 2) == 0;
}

static void closed(weft_connection* peer, const weft_report* report, void* user) {
    struct scene* seen = user;
    seen->closed++;
    seen->code = report->code;
    seen->error = report->error;
    seen->by_peer = report->began == WEFT_SIDE_PEER;
    snprintf(seen->text, sizeof seen->text, "%s", report->reason);
    CHECK(strlen(report->reason) == report->reason_size && strlen(report->text) > 0);
    CHECK(weft_connection_send_text(peer, "late", 4) == WEFT_SEND_CLOSED);
    weft_loop_stop(seen->loop);
}

static void failed(const weft_report* report, void* user) {
    struct scene* seen = user;
    seen->failed++;
    seen->error = report->error;
    seen->code = report->http_status;
    weft_loop_stop(seen->loop);
}

static void connect_client(struct scene* in) {
    const weft_handlers handlers = {.struct_size = sizeof handlers,
                                    .user = in,
                                    .release = count_release,
                                    .open = opened,
                                    .message = received,
                                    .pong = ponged,
                                    .close = closed,
                                    .fail = failed};
    const char* const subprotocols[] = {"v2", "v1"};
    const weft_header header = {"X-Test", "value"};
    const weft_connection_options connection = {.struct_size = sizeof connection,
                                                .idle_timeout_ms = WEFT_NEVER,
                                                .pong_timeout_ms = 5000};
    const weft_connect_options options = {.struct_size = sizeof options,
                                          .connection = &connection,
                                          .subprotocols = subprotocols,
                                          .subprotocol_count = 2,
                                          .subprotocol_required = 1,
                                          .headers = &header,
                                          .header_count = 1,
                                          .connect_timeout_ms = 5000};
    const int error = weft_client_connect(in->client, in->uri, &handlers, &options, &in->handle);
    CHECK(error == WEFT_OK && in->handle != NULL);
    CHECK(weft_client_connection_count(in->client) == 1);
}

static void check_conversation(const struct scene* seen) {
    CHECK(seen->opened == 1 && seen->messages == 2 && seen->pongs == 1);
    CHECK(seen->closed == 1 && seen->failed == 0);
    CHECK(seen->code == 4001 && seen->error == WEFT_OK && seen->by_peer);
    CHECK(strcmp(seen->text, "as you said") == 0);
}

static void test_own_loop(void) {
    struct scene seen = begin();
    connect_client(&seen);
    CHECK(weft_loop_run(seen.loop) > 0);
    check_conversation(&seen);
    end(&seen);
    CHECK(seen.released == 2); // the callbacks and the data of the connection
}

static void test_guest_in_poll(void) {
    struct scene seen = begin();
    int descriptor = -1;
    CHECK(weft_loop_descriptor(seen.loop, &descriptor) == WEFT_OK && descriptor >= 0);
    connect_client(&seen);
    while (!seen.closed && !seen.failed) {
        struct pollfd watched = {.fd = descriptor, .events = POLLIN};
        const int timeout = weft_loop_timeout(seen.loop);
        CHECK(timeout >= 0 && timeout <= 20000);
        CHECK(poll(&watched, 1, timeout) >= 0);
        weft_loop_process(seen.loop);
    }
    check_conversation(&seen);
    end(&seen);
}

static void test_failures(void) {
    struct scene seen = begin();
    const weft_handlers handlers = {.struct_size = sizeof handlers, .user = &seen, .fail = failed};
    CHECK(weft_client_connect(seen.client, "http://x", &handlers, NULL, NULL) == WEFT_OK);
    weft_loop_run(seen.loop);
    CHECK(seen.failed == 1 && seen.error == WEFT_E_UNSUPPORTED_SCHEME);

    weft_loop_restart(seen.loop);
    memcpy(strstr(seen.uri, "/echo"), "/refused", sizeof "/refused");
    CHECK(weft_client_connect(seen.client, seen.uri, &handlers, NULL, NULL) == WEFT_OK);
    weft_loop_run(seen.loop);
    CHECK(seen.failed == 2 && seen.error == WEFT_E_NOT_UPGRADED && seen.code == 403);

    weft_loop_restart(seen.loop);
    CHECK(weft_client_connect(seen.client, "wss://127.0.0.1:1/", &handlers, NULL, NULL) == WEFT_OK);
    weft_loop_run(seen.loop);
    CHECK(seen.failed == 3 && seen.error == WEFT_E_NO_TLS);
    end(&seen);
}

static void test_arguments(void) {
    struct scene seen = begin();
    weft_handlers without_size = {.user = &seen, .release = count_release};
    weft_connection_options options = {.struct_size = sizeof options, .when_full = 7};
    const weft_handlers handlers = {
        .struct_size = sizeof handlers, .user = &seen, .release = count_release};
    CHECK(weft_loop_create(NULL, NULL) == WEFT_E_BAD_ARGUMENT);
    CHECK(weft_server_route(seen.server, "/x", NULL, &without_size, NULL) == WEFT_E_BAD_ARGUMENT);
    CHECK(weft_server_route(seen.server, "/x", NULL, &handlers, &options) == WEFT_E_BAD_ARGUMENT);
    CHECK(weft_server_route(seen.server, NULL, NULL, &handlers, NULL) == WEFT_E_BAD_ARGUMENT);
    CHECK(weft_client_connect(seen.client, NULL, &handlers, NULL, NULL) == WEFT_E_BAD_ARGUMENT);
    CHECK(weft_loop_post(seen.loop, NULL, &seen, count_release) == WEFT_E_BAD_ARGUMENT);
    CHECK(weft_server_listen_at(seen.server, "nonsense", NULL) == WEFT_E_BAD_ADDRESS);
    CHECK(weft_connection_send_text(NULL, "x", 1) == WEFT_SEND_CLOSED);
    CHECK(seen.released == 0); // what fails keeps nothing
    CHECK(strlen(weft_error_text(WEFT_E_BAD_ADDRESS)) > 0);
    CHECK(strcmp(weft_error_text(WEFT_OK), "no error") == 0);
    CHECK(strcmp(weft_error_name(WEFT_E_BAD_ADDRESS), "WEFT_E_BAD_ADDRESS") == 0);
    CHECK(strlen(weft_version()) >= 5);
    end(&seen);
}

static void test_tls_files(void) {
    weft_tls* tls = NULL;
    const weft_tls_options options = {.struct_size = sizeof options,
                                      .certificate_file = "/nonexistent/certificate.pem"};
    const int error = weft_tls_server_create(&options, &tls);
    CHECK(error != WEFT_OK && tls == NULL);
    if (weft_has_tls()) CHECK(strstr(weft_error_detail(), "certificate.pem") != NULL);
    else CHECK(error == WEFT_E_NO_TLS);
    weft_tls_destroy(tls);
}

// An error without a detail does not show that of the error before it.
static void test_detail_of_the_last_error(void) {
    weft_tls* tls = NULL;
    const weft_tls_options options = {.struct_size = sizeof options,
                                      .certificate_file = "/nonexistent/certificate.pem"};
    CHECK(weft_tls_server_create(&options, &tls) != WEFT_OK && weft_error_detail()[0] != 0);
    CHECK(weft_server_shutdown(NULL, 0, NULL, NULL, NULL) == WEFT_E_BAD_ARGUMENT);
    CHECK(weft_error_detail()[0] == 0);
    CHECK(weft_tls_server_create(&options, &tls) != WEFT_OK && weft_error_detail()[0] != 0);
    if (weft_has_tls()) {
        CHECK(weft_tls_server_create(NULL, &tls) == WEFT_E_BAD_ARGUMENT);
        CHECK(weft_error_detail()[0] == 0);
    }
}

// --- a second thread, which only has a handle

static void open_only(weft_connection* peer, void* user) {
    (void)peer;
    ((struct scene*)user)->opened++;
    weft_loop_stop(((struct scene*)user)->loop);
}

static void echo_came(weft_connection* peer, const void* bytes, size_t size, int is_text,
                      void* user) {
    struct scene* seen = user;
    (void)peer;
    CHECK(is_text && size == 11 && memcmp(bytes, "from afar..", 11) == 0);
    seen->messages++;
}

static void close_it(weft_connection* peer, void* user) {
    ((struct scene*)user)->by_peer = weft_connection_is_open(peer);
}

static void* other_thread(void* argument) {
    struct scene* seen = argument;
    CHECK(weft_handle_send_text(seen->handle, "from afar..", 11) == WEFT_SEND_ACCEPTED);
    CHECK(weft_handle_post(seen->handle, close_it, seen, NULL) == WEFT_OK);
    CHECK(weft_handle_send_text(seen->handle, "end", 3) == WEFT_SEND_ACCEPTED);
    weft_handle_release(seen->handle);
    return NULL;
}

static void test_second_thread(void) {
    struct scene seen = begin();
    pthread_t thread;
    const weft_handlers handlers = {.struct_size = sizeof handlers,
                                    .user = &seen,
                                    .open = open_only,
                                    .message = echo_came,
                                    .close = closed,
                                    .fail = failed};
    const weft_header header = {"X-Test", "value"};
    const weft_connect_options options = {
        .struct_size = sizeof options, .headers = &header, .header_count = 1};
    CHECK(weft_client_connect(seen.client, seen.uri, &handlers, &options, &seen.handle) == WEFT_OK);
    weft_loop_run(seen.loop);
    CHECK(seen.opened == 1);
    weft_loop_restart(seen.loop);
    weft_handle_acquire(seen.handle);
    CHECK(pthread_create(&thread, NULL, other_thread, &seen) == 0);
    weft_loop_run(seen.loop);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(seen.messages == 1 && seen.closed == 1 && seen.code == 4001 && seen.by_peer);
    CHECK(weft_handle_send_text(seen.handle, "late", 4) == WEFT_SEND_CLOSED);
    end(&seen);
}

// --- work without connections

static void work(void* user) {
    struct scene* seen = user;
    if (++seen->messages == 3) weft_loop_stop(seen->loop);
}

static void test_timers_and_posts(void) {
    struct scene seen = begin();
    weft_timer* timer = NULL;
    CHECK(weft_loop_post(seen.loop, work, &seen, count_release) == WEFT_OK);
    CHECK(weft_timer_create(seen.loop, work, &seen, count_release, &timer) == WEFT_OK);
    weft_timer_arm_every(timer, 0, 1);
    weft_loop_run(seen.loop);
    CHECK(seen.messages == 3 && seen.released == 1);
    weft_timer_disarm(timer);
    CHECK(!weft_timer_armed(timer));
    weft_timer_destroy(timer);
    CHECK(seen.released == 2);
    CHECK(weft_loop_post(seen.loop, work, &seen, count_release) == WEFT_OK);
    end(&seen); // posted, and not called
    CHECK(seen.messages == 3 && seen.released == 3);
}

int main(void) {
    test_own_loop();
    test_guest_in_poll();
    test_failures();
    test_arguments();
    test_tls_files();
    test_detail_of_the_last_error();
    test_second_thread();
    test_timers_and_posts();
    return 0;
}
