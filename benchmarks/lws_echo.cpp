// SPDX-License-Identifier: MIT
//
// An echo server on libwebsockets, written against its public interface: a peer to measure beside
// Weft, on its own loop or on libuv. An ephemeral port, printed on stdout. It must not depend on
// Weft. Usage: lws_echo [uv]

#include <libwebsockets.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <string_view>
#include <vector>

namespace {

using frame = std::vector<unsigned char>; // with the room in front that lws_write asks for

/// What a connection has received and not sent back yet.
struct echo_queue {
    std::deque<frame> waiting;
};

struct session {
    echo_queue* queue;
};

void store(echo_queue& queue, const void* bytes, std::size_t size) {
    frame next(LWS_PRE + size);
    std::memcpy(next.data() + LWS_PRE, bytes, size);
    queue.waiting.push_back(std::move(next));
}

/// As many as the socket takes; -1 closes the connection.
int send_back(lws* peer, echo_queue& queue) {
    while (!queue.waiting.empty() && lws_send_pipe_choked(peer) == 0) {
        frame& next = queue.waiting.front();
        const std::size_t size = next.size() - LWS_PRE;
        if (lws_write(peer, next.data() + LWS_PRE, size, LWS_WRITE_BINARY) < 0) return -1;
        queue.waiting.pop_front();
    }
    if (!queue.waiting.empty()) lws_callback_on_writable(peer);
    return 0;
}

int on_event(lws* peer, lws_callback_reasons reason, void* user, void* bytes, std::size_t size) {
    auto* here = static_cast<session*>(user);
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED: here->queue = new echo_queue; break;
    case LWS_CALLBACK_CLOSED: delete here->queue; break;
    case LWS_CALLBACK_RECEIVE:
        store(*here->queue, bytes, size);
        lws_callback_on_writable(peer);
        break;
    case LWS_CALLBACK_SERVER_WRITEABLE: return send_back(peer, *here->queue);
    default: break;
    }
    return 0;
}

constexpr std::size_t receive_size = 16 * 1024;

const lws_protocols protocols[] = {
    {"echo", on_event, sizeof(session), receive_size, 0, nullptr, 0},
    {},
};

} // namespace

int main(int argc, char** argv) {
    lws_set_log_level(LLL_ERR, nullptr);
    lws_context_creation_info info{};
    info.port = 0;
    info.iface = "127.0.0.1";
    info.protocols = protocols;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    if (argc > 1 && std::string_view(argv[1]) == "uv") info.options |= LWS_SERVER_OPTION_LIBUV;
    lws_context* context = lws_create_context(&info);
    lws_vhost* host = context ? lws_create_vhost(context, &info) : nullptr;
    if (!host) {
        std::fprintf(stderr, "lws_echo: libwebsockets refuses (its plugin for libuv missing?)\n");
        return 1;
    }
    std::printf("%d\n", lws_get_vhost_listen_port(host));
    std::fflush(stdout);
    while (lws_service(context, 0) >= 0) {}
    lws_context_destroy(context);
}
