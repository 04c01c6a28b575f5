// SPDX-License-Identifier: MIT
// hiredis on libevent.
#include <hiredis/adapters/libevent.h>

#include "event_place.hpp"
#include "redis_place.hpp"

namespace weft::testing {
namespace {

class event_with_redis final : public event_place<redis_place> {
public:
    void adopt(redisAsyncContext* redis) override {
        EXPECT_EQ(redisLibeventAttach(redis, base_), REDIS_OK);
    }
};

const place_registration<redis_place> event("event",
                                            [] { return std::make_unique<event_with_redis>(); });

} // namespace
} // namespace weft::testing
