// SPDX-License-Identifier: MIT
// Weft and libcurl on one GLib main context: a WebSocket client sends a URL, libcurl fetches it,
// and its callback sends the result to the client. It needs no threads and no locks.
//
//     build/release/examples/glib_with_curl [port]
//     build/release/weft connect ws://127.0.0.1:9001/           # then type a URL
#include <curl/curl.h>
#include <glib-unix.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include <weft/hosts/glib.hpp>
#include <weft/weft.hpp>

namespace {

CURLM* transfers = nullptr; // the application's libcurl handle

struct transfer {
    weft::connection_handle asked;
    std::string body;
};

/// Lets libcurl continue, and sends the results of finished transfers to their clients.
void go_on(curl_socket_t number, int what) {
    int count = 0;
    curl_multi_socket_action(transfers, number, what, &count);
    while (const CURLMsg* info = curl_multi_info_read(transfers, &count)) {
        CURL* const easy = info->easy_handle;
        const CURLcode how = info->data.result;
        transfer* ended = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &ended);
        ended->asked.send(how == CURLE_OK ? ended->body : curl_easy_strerror(how));
        curl_multi_remove_handle(transfers, easy);
        curl_easy_cleanup(easy);
        delete ended;
    }
}

gboolean socket_ready(int number, GIOCondition what, void*) {
    go_on(number,
          ((what & G_IO_OUT) != 0 ? CURL_CSELECT_OUT : 0) |
              ((what & ~G_IO_OUT) != 0 ? CURL_CSELECT_IN : 0));
    return G_SOURCE_CONTINUE;
}

/// Called when libcurl changes what a socket is watched for; `known` is the previous source.
int watch_socket(CURL*, curl_socket_t number, int what, void*, void* known) {
    if (known) g_source_remove(GPOINTER_TO_UINT(known));
    const int events =
        ((what & CURL_POLL_IN) != 0 ? G_IO_IN : 0) | ((what & CURL_POLL_OUT) != 0 ? G_IO_OUT : 0);
    const guint source = what == CURL_POLL_REMOVE
        ? 0
        : g_unix_fd_add(number, static_cast<GIOCondition>(events), socket_ready, nullptr);
    curl_multi_assign(transfers, number, GUINT_TO_POINTER(source));
    return 0;
}

int set_timer(CURLM*, long milliseconds, void*) {
    static guint timer = 0;
    if (timer != 0) g_source_remove(std::exchange(timer, 0));
    const auto due = [](void*) -> gboolean {
        timer = 0;
        go_on(CURL_SOCKET_TIMEOUT, 0);
        return G_SOURCE_REMOVE;
    };
    if (milliseconds >= 0) timer = g_timeout_add(static_cast<guint>(milliseconds), due, nullptr);
    return 0;
}

std::size_t keep_body(char* bytes, std::size_t, std::size_t size, void* into) {
    static_cast<std::string*>(into)->append(bytes, size);
    return size;
}

void fetch(weft::connection& peer, weft::message url) {
    CURL* easy = curl_easy_init();
    auto* next = new transfer{peer.handle(), {}};
    curl_easy_setopt(easy, CURLOPT_URL, std::string(url.text()).c_str());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, next);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &next->body);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_body);
    curl_multi_add_handle(transfers, easy);
}

} // namespace

int main(int argc, char** argv) {
    transfers = curl_multi_init();
    curl_multi_setopt(transfers, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(transfers, CURLMOPT_TIMERFUNCTION, set_timer);

    weft::event_loop loop;
    weft::glib_guest guest{loop, g_main_context_default()};
    weft::server server{loop};
    server.route("/", {.message = fetch});
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;
    g_main_loop_run(g_main_loop_new(nullptr, FALSE));
}
