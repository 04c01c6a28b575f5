// SPDX-License-Identifier: MIT
// hiredis on libuv.
#include <hiredis/adapters/libuv.h>

#include "redis_place.hpp"
#include "uv_place.hpp"

namespace weft::testing {
namespace {

class uv_with_redis final : public uv_place<redis_place> {
public:
    void adopt(redisAsyncContext* redis) override {
        EXPECT_EQ(redisLibuvAttach(redis, &loop_), REDIS_OK);
    }
};

const place_registration<redis_place> uv("uv", [] { return std::make_unique<uv_with_redis>(); });

} // namespace
} // namespace weft::testing
