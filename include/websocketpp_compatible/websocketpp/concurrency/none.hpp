// SPDX-License-Identifier: MIT
// Mutexes that do nothing, for programs with one thread.
#pragma once

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp::concurrency {

namespace none_impl {

class fake_mutex {
public:
    void lock() {}
    void unlock() {}
};

class fake_lock_guard {
public:
    explicit fake_lock_guard(fake_mutex) {}
};

} // namespace none_impl

class none {
public:
    typedef none_impl::fake_mutex mutex_type;
    typedef none_impl::fake_lock_guard scoped_lock_type;
};

} // namespace websocketpp::concurrency
