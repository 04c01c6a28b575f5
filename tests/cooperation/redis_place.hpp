// SPDX-License-Identifier: MIT
// A place where hiredis lives, by its own adapter for the host.
#pragma once

#include <hiredis/async.h>

#include "place.hpp"

namespace weft::testing {

class redis_place : public place {
public:
    virtual void adopt(redisAsyncContext* redis) = 0;
};

} // namespace weft::testing
