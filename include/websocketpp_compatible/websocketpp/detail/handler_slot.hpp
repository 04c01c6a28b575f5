// SPDX-License-Identifier: MIT
// A handler that may be replaced while it runs, on any thread, and that many connections share.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include <websocketpp/common/functional.hpp>

namespace websocketpp::detail {

template <class Signature>
class handler_slot {
public:
    typedef std::shared_ptr<lib::function<Signature>> handler_ptr;

    handler_slot() = default;
    handler_slot(handler_slot const& other) : shared_(other.get()) {}
    handler_slot& operator=(handler_slot const& other) {
        replace(other.get());
        return *this;
    }

    void set(lib::function<Signature> handler) {
        replace(handler ? std::make_shared<lib::function<Signature>>(std::move(handler))
                        : handler_ptr());
    }

    /// Returns the handler to call, which stays valid if it is replaced meanwhile; null for none.
    handler_ptr get() const {
        const hold held(locked_);
        return shared_;
    }
    explicit operator bool() const { return get() != nullptr; }

private:
    /// A spinlock, held only while a pointer is copied. A mutex would be larger than the handler.
    struct hold {
        explicit hold(std::atomic_flag& which) : which_(which) {
            while (which_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
        }
        ~hold() { which_.clear(std::memory_order_release); }
        hold(hold const&) = delete;
        hold& operator=(hold const&) = delete;

        std::atomic_flag& which_;
    };

    void replace(handler_ptr with) {
        const hold held(locked_);
        shared_.swap(with); // the old handler is destroyed without the lock
    }

    handler_ptr shared_;
    mutable std::atomic_flag locked_;
};

} // namespace websocketpp::detail
