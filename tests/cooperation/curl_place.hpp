// SPDX-License-Identifier: MIT
// A place where libcurl lives: what its multi-socket interface asks of an application's loop.
#pragma once

#include "place.hpp"

#include <functional>

namespace weft::testing {

class curl_place : public place {
public:
    /// Calls `ready` when `descriptor` is; neither `read` nor `write` forgets it.
    virtual void watch(int descriptor, bool read, bool write) = 0;

    /// Calls `rings` once, replacing what was wanted before; negative for never.
    virtual void ring_after(long milliseconds) = 0;

    std::function<void(int descriptor, bool readable, bool writable)> ready;
    std::function<void()> rings;
};

} // namespace weft::testing
