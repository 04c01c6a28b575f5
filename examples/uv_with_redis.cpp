// SPDX-License-Identifier: MIT
// Weft and hiredis on one libuv loop: messages of WebSocket clients are published on the Redis
// channel "room", and all clients receive what is published there. No threads, no locks.
//
//     redis-server --unixsocket /tmp/redis &
//     build/release/examples/uv_with_redis /tmp/redis [port]
#include <hiredis/adapters/libuv.h>
#include <uv.h>

#include <cstdlib>
#include <iostream>

#include <weft/hosts/uv.hpp>
#include <weft/weft.hpp>

namespace {

/// Handles a reply to SUBSCRIBE: "message", the channel, the text.
void on_reply(redisAsyncContext*, void* answer, void* room) {
    const auto* parts = static_cast<redisReply*>(answer);
    if (!parts || parts->elements != 3 || parts->element[2]->type != REDIS_REPLY_STRING) return;
    const std::string_view said(parts->element[2]->str, parts->element[2]->len);
    static_cast<weft::server*>(room)->for_each([&](weft::connection& one) { one.send(said); });
}

void publish(redisAsyncContext* redis, std::string_view said) {
    redisAsyncCommand(redis, nullptr, nullptr, "PUBLISH room %b", said.data(), said.size());
}

redisAsyncContext* connect(const char* socket) {
    redisAsyncContext* redis = redisAsyncConnectUnix(socket);
    if (redis->err != 0) {
        std::cerr << "cannot reach Redis at " << socket << ": " << redis->errstr << '\n';
        std::exit(1);
    }
    redisLibuvAttach(redis, uv_default_loop());
    return redis;
}

} // namespace

int main(int argc, char** argv) {
    const char* socket = argc > 1 ? argv[1] : "/run/redis/redis-server.sock";
    redisAsyncContext* publisher = connect(socket);
    redisAsyncContext* subscriber = connect(socket);

    weft::event_loop loop;
    weft::uv_guest guest{loop, uv_default_loop()};
    weft::server room{loop};
    room.route("/", {
        .message = [&](weft::connection&, weft::message m) { publish(publisher, m.text()); },
    });
    redisAsyncCommand(subscriber, on_reply, &room, "SUBSCRIBE room");
    const auto port = static_cast<std::uint16_t>(argc > 2 ? std::atoi(argv[2]) : 9001);
    const auto bound = room.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
