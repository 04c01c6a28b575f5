// SPDX-License-Identifier: MIT
// Random integers from the operating system.
#pragma once

#include <limits>

#include <websocketpp/common/random.hpp>

namespace websocketpp::random::random_device {

/// Generates integers. A connection whose config has this type takes its bytes from Weft's random
/// source, which is the same source.
template <typename int_type, typename concurrency>
class int_generator {
public:
    typedef typename concurrency::scoped_lock_type scoped_lock_type;
    typedef typename concurrency::mutex_type mutex_type;

    int_type operator()() {
        scoped_lock_type guard(lock_);
        return distribution_(source_);
    }

private:
    lib::random_device source_;
    lib::uniform_int_distribution<int_type> distribution_{
        std::numeric_limits<int_type>::min(), std::numeric_limits<int_type>::max()};
    mutex_type lock_;
};

} // namespace websocketpp::random::random_device
