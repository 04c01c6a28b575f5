// SPDX-License-Identifier: MIT
// Connections and handles for C programs.
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "c/callbacks.hpp"
#include "c/failures.hpp"
#include "c/objects.hpp"
#include "c/options.hpp"

using namespace weft::c;

namespace {

weft::message message_of(const void* bytes, std::size_t size, bool is_text) noexcept {
    return {std::span(static_cast<const std::byte*>(bytes), bytes ? size : 0), is_text};
}

weft::close_code code_of(int code) noexcept {
    constexpr int most = 4999;
    return code >= 0 && code <= most ? static_cast<weft::close_code>(code)
                                     : weft::close_code::internal_error;
}

std::string_view view_of(const char* text) noexcept {
    return text ? std::string_view(text) : std::string_view();
}

/// Sends by `action`; `to` is null if the caller has passed no connection.
template <class Action>
weft_send_result sent(const void* to, Action&& action) noexcept {
    auto outcome = WEFT_SEND_NO_MEMORY;
    if (!to) return WEFT_SEND_CLOSED;
    guarded([&] {
        outcome = static_cast<weft_send_result>(action());
        return WEFT_OK;
    });
    return outcome;
}

std::size_t copy_text(std::string_view text, char* buffer, std::size_t size) noexcept {
    if (buffer && size > 0) {
        const auto count = std::min(text.size(), size - 1);
        std::copy_n(text.data(), count, buffer);
        buffer[count] = '\0';
    }
    return text.size();
}

/// Writes the text that `read` returns, if any, into `buffer`.
template <class Read>
std::size_t write_text(const weft_connection* peer, char* buffer, std::size_t size,
                       Read&& read) noexcept {
    std::size_t length = WEFT_NONE;
    if (buffer && size > 0) buffer[0] = '\0';
    if (peer) {
        guarded([&] {
            const auto text = read(from_c(peer));
            if (text) length = copy_text(*text, buffer, size);
            return WEFT_OK;
        });
    }
    return length;
}

/// The pointer that the application has set with weft_connection_set_data.
struct kept_data {
    kept_data(void* what, weft_callback by) noexcept : data(what), release(by) {}
    ~kept_data() {
        if (release) release(data);
    }
    kept_data(const kept_data&) = delete;
    kept_data& operator=(const kept_data&) = delete;

    void* data;
    weft_callback release;
};

} // namespace

weft_send_result weft_connection_send_text(weft_connection* peer, const char* text, size_t size) {
    return sent(peer, [&] { return from_c(peer).send(message_of(text, size, true)); });
}

weft_send_result weft_connection_send_binary(weft_connection* peer, const void* bytes,
                                             size_t size) {
    return sent(peer, [&] { return from_c(peer).send(message_of(bytes, size, false)); });
}

weft_send_result weft_connection_ping(weft_connection* peer, const void* bytes, size_t size) {
    return sent(peer, [&] { return from_c(peer).ping(message_of(bytes, size, false).text()); });
}

void weft_connection_close(weft_connection* peer, int code, const char* reason) {
    if (peer) from_c(peer).close(code_of(code), view_of(reason));
}

void weft_connection_abort(weft_connection* peer) {
    if (peer) from_c(peer).abort();
}

int weft_connection_pause(weft_connection* peer) {
    return guarded([&]() -> int {
        if (!peer) return WEFT_E_BAD_ARGUMENT;
        from_c(peer).pause();
        return WEFT_OK;
    });
}

void weft_connection_resume(weft_connection* peer) {
    if (peer) from_c(peer).resume();
}

int weft_connection_is_open(const weft_connection* peer) {
    return peer && from_c(peer).is_open();
}

int weft_connection_is_secure(const weft_connection* peer) {
    return peer && from_c(peer).secure();
}

size_t weft_connection_queued_bytes(const weft_connection* peer) {
    return peer ? from_c(peer).buffered_amount() : 0;
}

int weft_connection_set_data(weft_connection* peer, void* data, weft_callback release) {
    return guarded([&]() -> int {
        if (!peer) return WEFT_E_BAD_ARGUMENT;
        from_c(peer).data().emplace<kept_data>(data, release);
        return WEFT_OK;
    });
}

void* weft_connection_data(weft_connection* peer) {
    void* found = nullptr;
    if (peer) {
        guarded([&] {
            const auto* kept = from_c(peer).data_as<kept_data>();
            if (kept) found = kept->data;
            return WEFT_OK;
        });
    }
    return found;
}

size_t weft_connection_remote_address(const weft_connection* peer, char* buffer, size_t size) {
    return write_text(peer, buffer, size, [](const weft::connection& from) {
        return std::optional(from.remote_address().str());
    });
}

size_t weft_connection_path(const weft_connection* peer, char* buffer, size_t size) {
    return write_text(peer, buffer, size,
                      [](const weft::connection& from) { return std::optional(from.path()); });
}

size_t weft_connection_query(const weft_connection* peer, char* buffer, size_t size) {
    return write_text(peer, buffer, size,
                      [](const weft::connection& from) { return std::optional(from.query()); });
}

size_t weft_connection_query_value(const weft_connection* peer, const char* key, char* buffer,
                                   size_t size) {
    return write_text(peer, buffer, size, [&](const weft::connection& from) {
        return from.query_value(view_of(key));
    });
}

size_t weft_connection_header(const weft_connection* peer, const char* name, char* buffer,
                              size_t size) {
    return write_text(peer, buffer, size,
                      [&](const weft::connection& from) { return from.header(view_of(name)); });
}

size_t weft_connection_subprotocol(const weft_connection* peer, char* buffer, size_t size) {
    return write_text(peer, buffer, size, [](const weft::connection& from) {
        return std::optional(from.subprotocol());
    });
}

size_t weft_connection_method(const weft_connection* peer, char* buffer, size_t size) {
    return write_text(peer, buffer, size, [](const weft::connection& from) {
        std::optional<std::string_view> method;
        if (from.request()) method = from.request()->method();
        return method;
    });
}

const void* weft_connection_body(const weft_connection* request, size_t* size_out) {
    const auto* read = request ? from_c(request).request() : nullptr;
    if (size_out) *size_out = read ? read->body().size() : 0;
    return read ? read->body().data() : nullptr;
}

int weft_connection_accept(weft_connection* peer, const char* subprotocol,
                           const weft_header* headers, size_t header_count) {
    return guarded([&]() -> int {
        weft::http_fields fields;
        if (!peer || !add_headers(fields, headers, header_count)) return WEFT_E_BAD_ARGUMENT;
        return number_of(from_c(peer).accept(view_of(subprotocol), fields).error());
    });
}

int weft_connection_reject(weft_connection* peer, int status, const char* body) {
    return guarded([&]() -> int {
        if (!peer) return WEFT_E_BAD_ARGUMENT;
        return number_of(from_c(peer).reject(status, text_or_empty(body)).error());
    });
}

int weft_connection_respond(weft_connection* request, int status, const weft_header* headers,
                            size_t header_count, const void* body, size_t size) {
    return guarded([&]() -> int {
        weft::http_response response;
        if (!request || !add_headers(response.headers, headers, header_count)) {
            return WEFT_E_BAD_ARGUMENT;
        }
        response.status = status;
        response.body = message_of(body, size, false).text();
        return number_of(from_c(request).respond(response).error());
    });
}

void weft_connection_defer(weft_connection* peer) {
    if (peer) from_c(peer).defer();
}

int weft_connection_handle(weft_connection* peer, weft_handle** out) {
    return guarded([&]() -> int {
        if (!peer || !out) return WEFT_E_BAD_ARGUMENT;
        *out = new weft_handle(from_c(peer).handle());
        return WEFT_OK;
    });
}

weft_handle* weft_handle_acquire(weft_handle* handle) {
    if (handle) handle->owners.fetch_add(1, std::memory_order_relaxed);
    return handle;
}

void weft_handle_release(weft_handle* handle) {
    if (handle && handle->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete handle;
}

weft_send_result weft_handle_send_text(weft_handle* handle, const char* text, size_t size) {
    return sent(handle, [&] { return handle->handle.send(message_of(text, size, true)); });
}

weft_send_result weft_handle_send_binary(weft_handle* handle, const void* bytes, size_t size) {
    return sent(handle, [&] { return handle->handle.send(message_of(bytes, size, false)); });
}

int weft_handle_close(weft_handle* handle, int code, const char* reason) {
    return guarded([&]() -> int {
        if (!handle) return WEFT_E_BAD_ARGUMENT;
        return handle->handle.close(code_of(code), text_or_empty(reason)) ? WEFT_OK : WEFT_E_GONE;
    });
}

int weft_handle_abort(weft_handle* handle) {
    return guarded([&]() -> int {
        if (!handle) return WEFT_E_BAD_ARGUMENT;
        return handle->handle.abort() ? WEFT_OK : WEFT_E_GONE;
    });
}

int weft_handle_post(weft_handle* handle, void (*work)(weft_connection* peer, void* user),
                     void* user, weft_callback release) {
    return guarded([&]() -> int {
        if (!handle || !work) return WEFT_E_BAD_ARGUMENT;
        const auto shared = share(work, user, release);
        const bool posted = handle->handle.with([shared](weft::connection& peer) {
            const auto kept = shared;
            kept->callback(to_c(peer), kept->user());
        });
        if (!posted) return WEFT_E_GONE;
        shared->own();
        return WEFT_OK;
    });
}

size_t weft_handle_queued_bytes(const weft_handle* handle) {
    return handle ? handle->handle.queued_bytes() : 0;
}
