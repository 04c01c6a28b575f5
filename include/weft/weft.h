// SPDX-License-Identifier: MIT
// The C interface of Weft: loops, servers, clients, connections, timers and TLS. Plain C11. It adds
// nothing to the C++ interface, whose documentation describes the behavior in full.
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define WEFT_API __attribute__((visibility("default")))
#else
#define WEFT_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Errors. Functions that can fail return `int`: 0 (WEFT_OK) or a code below. No exception leaves a
 * function of this header, and a failed call has no effect and never calls `release`. These
 * functions return WEFT_E_BAD_ARGUMENT for a null pointer where an object is required.
 *
 * Threads. A loop and everything on it belong to one thread: the one that created it, or the one
 * that has run it since. Functions may be called from any thread only if their comment says so. A
 * call on a wrong thread that sends, opens or ends something ends the program with a message.
 *
 * Callbacks are called on the loop's thread, inside a turn, and never inside the call that sets
 * them. They may call every function here, also those that destroy the loop, the server, the client
 * or the timer that called them. They must not throw C++ exceptions or leave by longjmp. Pointers
 * that they receive are valid until they return.
 *
 * Ownership. Each object that a function stores in `*out` belongs to the caller, who destroys it
 * once. Destroying NULL does nothing. Servers, clients and timers may be destroyed before or after
 * their loop. Strings and options are copied by the function that receives them. Each callback is
 * passed with a pointer `user` and a function `release`, or NULL. When the callback will not be
 * called again, `release` is called once with `user`, also if the callback was never called.
 *
 * Options are structures whose first member is `struct_size`: set it to `sizeof`, and all members
 * that you do not use to zero, as a designated initializer does. Zero means the default. Later
 * versions add members at the end only, so programs do not have to be compiled again.
 *
 * Times are in milliseconds. WEFT_NEVER turns a timeout off.
 */

typedef struct weft_loop weft_loop;
typedef struct weft_server weft_server;
typedef struct weft_client weft_client;
typedef struct weft_connection weft_connection;
typedef struct weft_handle weft_handle;
typedef struct weft_timer weft_timer;
typedef struct weft_tls weft_tls;

/* The type of callbacks that receive only `user`, and of each `release`. */
typedef void (*weft_callback)(void* user);

#define WEFT_NEVER INT64_C(-1)

/* What the string functions return for a value that does not exist. */
#define WEFT_NONE SIZE_MAX

/* --- errors */

/* The numbers never change. errc in <weft/core/error.hpp> describes each of the first group. */
enum {
    WEFT_OK = 0,
    // URIs and outgoing headers
    WEFT_E_BAD_URI = 1,
    WEFT_E_UNSUPPORTED_SCHEME = 2,
    WEFT_E_BAD_HEADER = 3,
    WEFT_E_RESERVED_HEADER = 4,
    // the opening handshake (RFC 6455 §4), as seen by a server
    WEFT_E_BAD_REQUEST = 5,
    WEFT_E_BAD_METHOD = 6,
    WEFT_E_BAD_HTTP_VERSION = 7,
    WEFT_E_BAD_HOST = 8,
    WEFT_E_MISDIRECTED = 9,
    WEFT_E_BAD_UPGRADE = 10,
    WEFT_E_BAD_CONNECTION = 11,
    WEFT_E_BAD_KEY = 12,
    WEFT_E_BAD_VERSION = 13,
    WEFT_E_BAD_SUBPROTOCOL = 14,
    WEFT_E_BAD_EXTENSION = 15,
    WEFT_E_HEADER_TOO_LARGE = 16,
    WEFT_E_TOO_MANY_HEADERS = 17,
    WEFT_E_BODY_TOO_LARGE = 18,
    WEFT_E_UNKNOWN_EXPECTATION = 19,
    WEFT_E_UNKNOWN_TRANSFER_CODING = 20,
    WEFT_E_REJECTED = 21,
    // the opening handshake, as seen by a client
    WEFT_E_BAD_RESPONSE = 22,
    WEFT_E_NOT_UPGRADED = 23,
    WEFT_E_BAD_ACCEPT = 24,
    WEFT_E_UNEXPECTED_SUBPROTOCOL = 25,
    WEFT_E_NO_SUBPROTOCOL = 26,
    WEFT_E_UNEXPECTED_EXTENSION = 27,
    // before the handshake of a client: proxies and redirects
    WEFT_E_BAD_VIA = 28,
    WEFT_E_BAD_PROXY = 29,
    WEFT_E_BAD_PROXY_ANSWER = 30,
    WEFT_E_PROXY_AUTHENTICATION = 31,
    WEFT_E_PROXY_REFUSED = 32,
    WEFT_E_BAD_REDIRECT = 33,
    WEFT_E_INSECURE_REDIRECT = 34,
    WEFT_E_TOO_MANY_REDIRECTS = 35,
    // a server behind trusted proxies
    WEFT_E_BAD_PROXY_HEADER = 36,
    WEFT_E_BAD_FORWARDED_FOR = 37,
    // frames and messages (RFC 6455 §5 to §8)
    WEFT_E_RESERVED_BITS = 38,
    WEFT_E_RESERVED_OPCODE = 39,
    WEFT_E_BAD_MASK = 40,
    WEFT_E_BAD_LENGTH = 41,
    WEFT_E_CONTROL_TOO_LONG = 42,
    WEFT_E_CONTROL_FRAGMENTED = 43,
    WEFT_E_UNEXPECTED_CONTINUATION = 44,
    WEFT_E_EXPECTED_CONTINUATION = 45,
    WEFT_E_BAD_UTF8 = 46,
    WEFT_E_BAD_COMPRESSED_DATA = 47,
    WEFT_E_BAD_CLOSE_PAYLOAD = 48,
    WEFT_E_BAD_CLOSE_CODE = 49,
    WEFT_E_FRAME_TOO_BIG = 50,
    WEFT_E_MESSAGE_TOO_BIG = 51,
    WEFT_E_TOO_MANY_FRAGMENTS = 52,
    // the life of a connection
    WEFT_E_HANDSHAKE_TIMEOUT = 53,
    WEFT_E_CLOSE_TIMEOUT = 54,
    WEFT_E_IDLE_TIMEOUT = 55,
    WEFT_E_PONG_TIMEOUT = 56,
    WEFT_E_MESSAGE_TIMEOUT = 57,
    WEFT_E_WRITE_STALLED = 58,
    WEFT_E_UNAUTHENTICATED = 59,
    WEFT_E_OUTPUT_TOO_SLOW = 60,
    WEFT_E_RESOLVE_TIMEOUT = 61,
    WEFT_E_CONNECT_TIMEOUT = 62,
    WEFT_E_PROXY_TIMEOUT = 63,
    WEFT_E_TLS_TIMEOUT = 64,
    WEFT_E_UNEXPECTED_EOF = 65,
    WEFT_E_NOT_OPEN = 66,
    WEFT_E_OVER_MEMORY_BUDGET = 67,
    WEFT_E_QUEUE_FULL = 68,
    WEFT_E_ABORTED = 69,
    WEFT_E_SHUT_DOWN = 70,
    WEFT_E_HANDLER_THREW = 71,
    WEFT_E_BAD_ARGUMENT = 72,
    WEFT_E_BAD_ADDRESS = 73,
    // loops and endpoints
    WEFT_E_NO_RESOLVER = 74,
    WEFT_E_NO_TLS = 75,
    WEFT_E_NOT_ACTIVATED = 76,
    WEFT_E_TOO_MANY_CONNECTIONS = 77,
    WEFT_E_TOO_MANY_FROM_ADDRESS = 78,
    WEFT_E_TOO_MANY_HANDSHAKES = 79,
    WEFT_E_NOT_POLLABLE = 80,
    WEFT_E_NO_DESCRIPTOR = 81,
    WEFT_E_ALREADY_ATTACHED = 82,
    WEFT_E_SIGNALS_TAKEN = 83,
    WEFT_E_FORKED = 84,
    WEFT_E_GONE = 85,
    // topics
    WEFT_E_ALREADY_SUBSCRIBED = 86,
    WEFT_E_OUTCOME_UNKNOWN = 87,
    WEFT_E_NO_MEMORY = 900, // nothing was done
    WEFT_E_OTHER = 901,     // an error that has no number here

    WEFT_E_TLS = 1000,     // 1001 to 1999: TLS failed, weft_error_text says why
    WEFT_E_RESOLVE = 2000, // 2001 to 2999: a name was not resolved, weft_error_text says why
    WEFT_E_SYSTEM = 10000  // and the number of the system's error: WEFT_E_SYSTEM + ECONNREFUSED
};

/* Returns a text for an error code, such as "a ping was not answered in time". Any thread; valid
   until the next call on the same thread. */
WEFT_API const char* weft_error_text(int error);

/* Returns the name of an error code, such as "WEFT_E_BAD_URI". All errors of TLS have the name
   "WEFT_E_TLS", those of name resolution "WEFT_E_RESOLVE", and those of the system "WEFT_E_SYSTEM".
   Any thread; always valid. */
WEFT_API const char* weft_error_name(int error);

/* Returns what the last call that failed on this thread concerned, such as the name of a file with
   a certificate; empty if nothing is known. Any thread; valid until the next call that fails. */
WEFT_API const char* weft_error_detail(void);

/* Returns the version of the library, such as "0.9.0". Any thread. */
WEFT_API const char* weft_version(void);

/* --- the loop */

typedef struct weft_loop_options {
    size_t struct_size;
    size_t memory_max; // bytes that all connections may hold because of their peers; default 1 GiB
} weft_loop_options;

/* Creates a loop. `options` may be NULL. */
WEFT_API int weft_loop_create(const weft_loop_options* options, weft_loop** out);

/* Ends everything on the loop at once, without callbacks, and calls `release` of what was posted.
   If another event loop watches the descriptor, it must stop watching first. */
WEFT_API void weft_loop_destroy(weft_loop* loop);

/* Runs until weft_loop_stop, or until there is no more work: no listener, connection, armed timer
   or posted callback. Call weft_loop_restart before running again. Returns how many callbacks it
   called. */
WEFT_API size_t weft_loop_run(weft_loop* loop);

/* Waits for one callback and calls it; returns 0 if the loop is stopped or has no more work. */
WEFT_API size_t weft_loop_run_one(weft_loop* loop);

/* Runs one turn without waiting. Returns how many callbacks it called. */
WEFT_API size_t weft_loop_poll(weft_loop* loop);

/* Makes weft_loop_run return. Any thread; may be called in a signal handler. */
WEFT_API void weft_loop_stop(weft_loop* loop);
WEFT_API void weft_loop_restart(weft_loop* loop);

/* 1: weft_loop_run does not return for lack of work. 0, the default: it does. Any thread. */
WEFT_API void weft_loop_set_perpetual(weft_loop* loop, int on);

/* --- the loop as a guest in your own loop: watch the descriptor for reading, and call
       weft_loop_process when it is readable. Timers make it readable, too. */

/* Stores the descriptor, whose number does not change. The loop owns it: do not read or close. */
WEFT_API int weft_loop_descriptor(weft_loop* loop, int* out);

/* Runs one turn of bounded time; never waits. Calling it needlessly is harmless. Returns 1 if there
   is more to do (the descriptor is then still readable), otherwise 0. */
WEFT_API int weft_loop_process(weft_loop* loop);

/* Returns the time until the next timer is due, rounded up to milliseconds, as poll(2) takes it; -1
   if there is none. Needed only by loops that cannot watch a descriptor. */
WEFT_API int weft_loop_timeout(weft_loop* loop);

/* --- work from other threads, and timers */

/* Calls `work` on the loop's thread in a later turn, unless the loop is destroyed first. Any
   thread, while the loop exists. `release` may be called on the thread that posts. */
WEFT_API int weft_loop_post(weft_loop* loop, weft_callback work, void* user, weft_callback release);

/* Wakes the loop, which calls each `interrupt` of weft_handlers once. Any thread, while the loop
   exists; may be called in a signal handler. */
WEFT_API void weft_loop_wake(weft_loop* loop);

/* Creates a timer that calls `expired`. It is not armed. */
WEFT_API int weft_timer_create(weft_loop* loop, weft_callback expired, void* user,
                               weft_callback release, weft_timer** out);
WEFT_API void weft_timer_destroy(weft_timer* timer);

/* Calls `expired` once, `delay_ms` from now; replaces an earlier time. */
WEFT_API void weft_timer_arm(weft_timer* timer, int64_t delay_ms);

/* Calls `expired` `first_ms` from now and then every `period_ms`. */
WEFT_API void weft_timer_arm_every(weft_timer* timer, int64_t first_ms, int64_t period_ms);
WEFT_API void weft_timer_disarm(weft_timer* timer);
WEFT_API int weft_timer_armed(const weft_timer* timer);

/* --- callbacks of connections */

typedef enum weft_phase {
    WEFT_PHASE_RESOLVE = 0,
    WEFT_PHASE_CONNECT = 1,
    WEFT_PHASE_PROXY = 2,
    WEFT_PHASE_TLS = 3,
    WEFT_PHASE_HTTP = 4,
    WEFT_PHASE_WEBSOCKET = 5
} weft_phase;

typedef enum weft_side { WEFT_SIDE_LOCAL = 0, WEFT_SIDE_PEER = 1, WEFT_SIDE_SYSTEM = 2 } weft_side;

/* How a connection ended. Later versions add members at the end. */
typedef struct weft_report {
    int error;          // WEFT_OK after a complete closing handshake
    int clean;          // 1 if there was no error and both sides have sent a close frame
    int code;           // the close code; 1006 if there was no close frame
    int http_status;    // of the HTTP response, 0 for none
    weft_phase phase;   // how far the connection had come
    weft_side began;    // which side ended it
    const char* reason; // of the close frame, in UTF-8; a NUL follows it
    size_t reason_size; // in bytes, without that NUL
    const char* detail; // more about the error, such as a certificate's subject; often empty
    const char* text;   // one line for logs
} weft_report;

/* The callbacks of a route or of a client's connection. Each may be NULL. Each connection ends with
   one call of `close`, or of `fail` if it was never open. */
typedef struct weft_handlers {
    size_t struct_size;
    void* user;
    weft_callback release;

    /* Called when the handshake is complete. */
    void (*open)(weft_connection* peer, void* user);

    /* Called with a whole message. Text is valid UTF-8; no NUL follows it. */
    void (*message)(weft_connection* peer, const void* bytes, size_t size, int is_text, void* user);

    /* Called when queued output has been written, after a send was backed up or dropped. */
    void (*writable)(weft_connection* peer, void* user);

    /* Called with the payload of the peer's answer to a ping. */
    void (*pong)(weft_connection* peer, const void* bytes, size_t size, void* user);

    /* Called when an open connection has ended. `peer` is invalid afterwards. */
    void (*close)(weft_connection* peer, const weft_report* report, void* user);

    /* Called when a connection ended before it was open. */
    void (*fail)(const weft_report* report, void* user);

    /* Server: called when a handshake arrives; answer with weft_connection_accept or _reject, or
       call weft_connection_defer. Without an answer it is accepted. */
    void (*validate)(weft_connection* peer, void* user);

    /* Server: called when a plain HTTP request arrives; answer with weft_connection_respond, or
       call weft_connection_defer. Without an answer the response is 404. */
    void (*http)(weft_connection* request, void* user);

    /* Called when weft_loop_wake has woken the loop. */
    void (*interrupt)(void* user);
} weft_handlers;

/* What happens when the peer reads slower than this side writes. */
typedef enum weft_when_full {
    WEFT_FULL_PAUSE = 0, // Weft stops reading from a peer that does not read its answers
    WEFT_FULL_DROP = 1,  // a send beyond the limit is dropped
    WEFT_FULL_CLOSE = 2  // a send beyond the limit ends the connection with 1008
} weft_when_full;

typedef struct weft_connection_options {
    size_t struct_size;
    size_t message_size_max; // bytes of a received message; default 16 MiB
    size_t queue_size_max;   // bytes of queued output; default 1 MiB
    int when_full;           // weft_when_full
    int compression;         // 1: offer or accept permessage-deflate; see weft_has_compression
    int64_t handshake_timeout_ms;
    int64_t close_timeout_ms;
    int64_t idle_timeout_ms; // default: never
    int64_t ping_interval_ms;
    int64_t pong_timeout_ms;
    int64_t write_stall_timeout_ms;
    int64_t message_timeout_ms;
    int keep_handshake; // 1: path, query and headers can be read after `open` has returned
} weft_connection_options;

/* A header line. Both are copied. */
typedef struct weft_header {
    const char* name;
    const char* value;
} weft_header;

/* --- TLS, if the library was built with it */

/* Returns 1 if the library has TLS. If not, weft_tls_*_create and wss: fail with WEFT_E_NO_TLS. */
WEFT_API int weft_has_tls(void);

/* Returns 1 if the library has compression. If not, asking for it is WEFT_E_BAD_EXTENSION. */
WEFT_API int weft_has_compression(void);

typedef enum weft_client_certificates {
    WEFT_CLIENT_CERTIFICATES_IGNORED = 0,
    WEFT_CLIENT_CERTIFICATES_WANTED = 1,
    WEFT_CLIENT_CERTIFICATES_REQUIRED = 2
} weft_client_certificates;

/* Certificates, keys and issuers are PEM, in a file or as text; files take precedence. */
typedef struct weft_tls_options {
    size_t struct_size;
    const char* certificate_file; // this side's certificate, then those of its issuers
    const char* key_file;         // NULL if the key is in certificate_file
    const char* certificate;
    const char* key;
    const char* key_password;
    const char* issuers_file; // trusted issuers. Client: NULL for the system's; server: of clients
    const char* issuers;
    int client_certificates;  // server: weft_client_certificates
    int accept_any_certificate; // client: 1 gives up all protection against an attacker
} weft_tls_options;

/* Create TLS contexts. Any thread; loops of several threads may share one. Options may be NULL for
   a client. Destroying one does not affect what uses it. */
WEFT_API int weft_tls_client_create(const weft_tls_options* options, weft_tls** out);
WEFT_API int weft_tls_server_create(const weft_tls_options* options, weft_tls** out);
WEFT_API void weft_tls_destroy(weft_tls* tls);

/* --- the server */

typedef struct weft_listen_options {
    size_t struct_size;
    weft_tls* tls;  // NULL for none
    int backlog;    // default 4096
    int reuse_port; // 1: share the port with other listeners that set this
    int ipv6_only;  // 1: "::" does not accept IPv4
} weft_listen_options;

WEFT_API int weft_server_create(weft_loop* loop, weft_server** out);

/* Ends its listeners and connections at once, without callbacks. */
WEFT_API void weft_server_destroy(weft_server* server);

/* Serves requests for `path`; with a final `*`, for all paths with that prefix. Clients that offer
   `subprotocol` get this route; NULL serves all others. `options` may be NULL. */
WEFT_API int weft_server_route(weft_server* server, const char* path, const char* subprotocol,
                               const weft_handlers* handlers,
                               const weft_connection_options* options);

/* Listens at a numeric address or "localhost". Port 0 lets the system choose; the port is stored in
   `*port_out` unless that is NULL. `options` may be NULL. */
WEFT_API int weft_server_listen(weft_server* server, const char* host, uint16_t port,
                                const weft_listen_options* options, uint16_t* port_out);

/* Listens at "unix:/run/app.sock", "unix:@abstract", "127.0.0.1:80" or "[::1]:80". */
WEFT_API int weft_server_listen_at(weft_server* server, const char* where,
                                   const weft_listen_options* options);

/* Ends all listeners; connections continue. */
WEFT_API void weft_server_stop_listening(weft_server* server);

/* Stops listening, closes connections with 1001, aborts those that are left after `within_ms`, then
   calls `done`, which may be NULL. */
WEFT_API int weft_server_shutdown(weft_server* server, int64_t within_ms, weft_callback done,
                                  void* user, weft_callback release);
WEFT_API size_t weft_server_connection_count(const weft_server* server);

/* Calls `action` inside this call, once for each connection that exists throughout it. */
WEFT_API int weft_server_for_each(weft_server* server,
                                  void (*action)(weft_connection* peer, void* user), void* user);

/* --- the client */

typedef struct weft_connect_options {
    size_t struct_size;
    const weft_connection_options* connection; // NULL for the defaults
    const char* const* subprotocols;           // in order of preference
    size_t subprotocol_count;
    int subprotocol_required; // 1: fail if the server selects none of them
    const weft_header* headers;
    size_t header_count;
    int64_t resolve_timeout_ms;
    int64_t connect_timeout_ms;
    int64_t proxy_timeout_ms;
    int64_t tls_timeout_ms;
    const char* via;   // connect to this address: "unix:/run/app.sock", "127.0.0.1:9001"
    const char* proxy; // "http://user:password@host:port" or "socks5://..."
    weft_tls* tls;     // for wss:
    size_t redirects_max;
} weft_connect_options;

WEFT_API int weft_client_create(weft_loop* loop, weft_client** out);

/* Ends its connections at once, without callbacks. */
WEFT_API void weft_client_destroy(weft_client* client);

/* Connects to a ws: or wss: URI. Calls `open` or `fail` later; `fail` also for a malformed URI.
   Stores a handle in `*out` unless that is NULL. `options` may be NULL. */
WEFT_API int weft_client_connect(weft_client* client, const char* uri,
                                 const weft_handlers* handlers,
                                 const weft_connect_options* options, weft_handle** out);

/* Like weft_server_shutdown. The client opens no connections afterwards. */
WEFT_API int weft_client_shutdown(weft_client* client, int64_t within_ms, weft_callback done,
                                  void* user, weft_callback release);
WEFT_API size_t weft_client_connection_count(const weft_client* client);

/* --- a connection, on the loop's thread. A pointer to it is valid until `close` or `fail` has
       returned, or its server, client or loop is destroyed. */

typedef enum weft_send_result {
    WEFT_SEND_ACCEPTED = 0,  // written, or to be written at the end of the turn
    WEFT_SEND_BACKED_UP = 1, // queued; `writable` is called when the queue has drained
    WEFT_SEND_DROPPED = 2,   // not queued: the queue is full; `writable` is called when it drained
    WEFT_SEND_CLOSED = 3,    // not queued: the connection is not open
    WEFT_SEND_NO_MEMORY = 4  // not queued
} weft_send_result;

/* Send a whole message, which is copied or written before they return. Text must be UTF-8. */
WEFT_API weft_send_result weft_connection_send_text(weft_connection* peer, const char* text,
                                                    size_t size);
WEFT_API weft_send_result weft_connection_send_binary(weft_connection* peer, const void* bytes,
                                                      size_t size);

/* Sends a ping with at most 125 bytes; longer payloads are cut. */
WEFT_API weft_send_result weft_connection_ping(weft_connection* peer, const void* bytes,
                                               size_t size);

/* Begins the closing handshake. `reason` may be NULL, and is cut to 123 bytes. */
WEFT_API void weft_connection_close(weft_connection* peer, int code, const char* reason);

/* Ends the connection at once; `close` or `fail` is called in a later turn. */
WEFT_API void weft_connection_abort(weft_connection* peer);

/* Stop and continue reading, to slow the peer down. */
WEFT_API int weft_connection_pause(weft_connection* peer);
WEFT_API void weft_connection_resume(weft_connection* peer);

WEFT_API int weft_connection_is_open(const weft_connection* peer);
WEFT_API int weft_connection_is_secure(const weft_connection* peer);

/* Returns the bytes of output that wait for the peer. */
WEFT_API size_t weft_connection_queued_bytes(const weft_connection* peer);

/* Keeps a pointer of the application with the connection. `release`, which may be NULL, is called
   with it when it is replaced or the connection is freed, after `close` or `fail`. */
WEFT_API int weft_connection_set_data(weft_connection* peer, void* data, weft_callback release);
WEFT_API void* weft_connection_data(weft_connection* peer);

/* These write a string with a final NUL into `buffer`, cut if it does not fit in `size` bytes, and
   return its whole length without the NUL; WEFT_NONE if there is no such value or no memory.
   `buffer` may be NULL if `size` is 0. A server has the path, query and headers until `open` has
   returned, or always with `keep_handshake`. */
WEFT_API size_t weft_connection_remote_address(const weft_connection* peer, char* buffer,
                                               size_t size);
WEFT_API size_t weft_connection_path(const weft_connection* peer, char* buffer, size_t size);
WEFT_API size_t weft_connection_query(const weft_connection* peer, char* buffer, size_t size);
WEFT_API size_t weft_connection_query_value(const weft_connection* peer, const char* key,
                                            char* buffer, size_t size);
WEFT_API size_t weft_connection_header(const weft_connection* peer, const char* name, char* buffer,
                                       size_t size);
WEFT_API size_t weft_connection_subprotocol(const weft_connection* peer, char* buffer, size_t size);
WEFT_API size_t weft_connection_method(const weft_connection* peer, char* buffer, size_t size);

/* Returns the body of a plain request, and stores its size; NULL without a request. Valid in the
   callback `http`, and until the answer if that was deferred. */
WEFT_API const void* weft_connection_body(const weft_connection* request, size_t* size_out);

/* Server: the answers to a handshake or a plain request. WEFT_E_NOT_OPEN if none is due. */
WEFT_API int weft_connection_accept(weft_connection* peer, const char* subprotocol,
                                    const weft_header* headers, size_t header_count);
WEFT_API int weft_connection_reject(weft_connection* peer, int status, const char* body);
WEFT_API int weft_connection_respond(weft_connection* request, int status,
                                     const weft_header* headers, size_t header_count,
                                     const void* body, size_t size);
WEFT_API void weft_connection_defer(weft_connection* peer);

/* --- handles: references to a connection for other threads, and for later. They do not keep the
       connection open, and may outlive it, its server and the loop. Any thread, unless noted. */

/* Makes a handle, which must be released. Loop's thread only. */
WEFT_API int weft_connection_handle(weft_connection* peer, weft_handle** out);

/* Counts another owner of the handle, and returns it; each owner releases it once. */
WEFT_API weft_handle* weft_handle_acquire(weft_handle* handle);
WEFT_API void weft_handle_release(weft_handle* handle);

/* Send a whole message. On the loop's thread it is sent at once, elsewhere copied and posted; it
   counts towards the limit on queued output immediately. */
WEFT_API weft_send_result weft_handle_send_text(weft_handle* handle, const char* text, size_t size);
WEFT_API weft_send_result weft_handle_send_binary(weft_handle* handle, const void* bytes,
                                                  size_t size);

/* Like weft_connection_close and _abort. WEFT_E_GONE if the loop no longer exists. */
WEFT_API int weft_handle_close(weft_handle* handle, int code, const char* reason);
WEFT_API int weft_handle_abort(weft_handle* handle);

/* Calls `work` with the connection on the loop's thread, unless it has ended by then. `release` may
   be called on the thread that posts. */
WEFT_API int weft_handle_post(weft_handle* handle,
                              void (*work)(weft_connection* peer, void* user), void* user,
                              weft_callback release);
WEFT_API size_t weft_handle_queued_bytes(const weft_handle* handle);

#ifdef __cplusplus
}
#endif

#endif
