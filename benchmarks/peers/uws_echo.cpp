// SPDX-License-Identifier: MIT
// An echo server with the public interface of uWebSockets. Like the other servers, it has no
// compression and no timeout for idle connections. Does not use Weft.
#include <App.h>

#include <cstdio>
#include <string_view>

namespace {

struct nothing {};

} // namespace

int main() {
    uWS::App::WebSocketBehavior<nothing> echo;
    echo.compression = uWS::DISABLED;
    echo.maxPayloadLength = 16 * 1024 * 1024;
    echo.maxBackpressure = 64 * 1024 * 1024;
    echo.idleTimeout = 0;
    echo.sendPingsAutomatically = false;
    echo.message = [](auto* peer, std::string_view text, uWS::OpCode kind) {
        peer->send(text, kind);
    };
    uWS::App()
        .ws<nothing>("/echo", std::move(echo))
        .listen("127.0.0.1", 0,
                [](auto* listening) {
                    if (!listening) return;
                    auto* socket = reinterpret_cast<us_socket_t*>(listening);
                    std::printf("%d\n", us_socket_local_port(0, socket));
                    std::fflush(stdout);
                })
        .run();
}
