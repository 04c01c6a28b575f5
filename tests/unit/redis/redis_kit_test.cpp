// SPDX-License-Identifier: MIT
// The broker kit on a Redis broker.
#include "check_redis.hpp"

namespace weft::testing {
namespace {

class redis_kit : public redis_fixture {};

TEST_F(redis_kit, finds_nothing_in_the_broker) { check_redis(options()); }

} // namespace
} // namespace weft::testing
