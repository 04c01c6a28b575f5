// SPDX-License-Identifier: MIT
// A user with many machines: a hub with a broker over Redis.

#include <weft/redis/redis_broker.hpp>
#include <weft/weft.hpp>

int main() {
    weft::event_loop loop;
    weft::hub_options options;
    options.broker = std::make_shared<weft::redis_broker>();
    const weft::hub hub{loop, std::move(options)};
    loop.poll();
    return weft::redis_broker::version().empty() ? 1 : 0;
}
