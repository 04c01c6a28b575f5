// SPDX-License-Identifier: MIT
// A hub that shares its topics over Redis, in the broadcast benchmark. Usage:
// broadcast_hub_with_redis SOCKET
#include <cstdio>
#include <memory>

#include <weft/redis/redis_broker.hpp>

#include "broadcast_hub.hpp"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: broadcast_hub_with_redis SOCKET\n", stderr);
        return 2;
    }
    weft::event_loop loop;
    weft::redis_options redis;
    redis.socket = argv[1];
    weft::hub_options options;
    options.broker = std::make_shared<weft::redis_broker>(redis);
    return weft::bench::broadcast(loop, std::move(options));
}
