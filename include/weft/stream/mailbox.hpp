// SPDX-License-Identifier: MIT
// A thread-safe queue of functions: any thread may post them, and they run on the driver's thread.
// Its mutex is never held while a posted function runs.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <thread>

#include <weft/core/function.hpp>

namespace weft {

class driver;

/// Accepts functions from any thread for one driver. It may outlive the driver.
class mailbox {
public:
    explicit mailbox(driver& owner) noexcept : owner_(&owner) {}
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;

    /// Runs `work` on the driver's thread in a later turn. May be called on any thread.
    ///
    /// Returns false if the driver no longer exists; then `work` is destroyed before this returns.
    /// Otherwise `work` is destroyed on the driver's thread, whether it has run or not. Throws
    /// std::bad_alloc; then nothing was posted.
    bool post(function<void()> work);

    /// Does the same with the functions in `work`, which must not be empty. Needs no memory: takes
    /// the list's elements, or leaves them if the driver no longer exists.
    bool post_all(std::list<function<void()>>& work) noexcept;

    /// Returns whether functions may be waiting. May be called on any thread.
    [[nodiscard]] bool waiting() const noexcept { return size() != 0; }

    /// Returns how many functions wait to be collected. May be called on any thread.
    [[nodiscard]] std::size_t size() const noexcept {
        return size_.load(std::memory_order_acquire);
    }

    /// Returns whether the calling thread is in a turn of the driver. If so, the driver exists, and
    /// objects that belong to it may be used directly.
    [[nodiscard]] bool in_turn_here() const noexcept {
        return turning_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    /// For the driver: records that the calling thread begins or ends the outermost turn.
    void turn_begins() noexcept {
        turning_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    }
    void turn_ends() noexcept { turning_.store({}, std::memory_order_relaxed); }

    /// For the driver: returns the total number of functions posted up to and including the last
    /// one that a handler posted in a turn of the driver; 0 if no handler has posted one.
    [[nodiscard]] std::uint64_t posted_by_handlers() const noexcept { return by_handlers_; }

    /// For the driver: sets a function that is called, on the posting thread, when something is
    /// posted to the empty mailbox. It must not post or throw. The previous function is not called
    /// after this returns.
    void on_post(function<void()> notify) noexcept;

    /// For the driver: appends all posted functions to `taken`.
    void collect(std::list<function<void()>>& taken) noexcept;

    /// For the driver: rejects further functions, and destroys those that are waiting.
    void close() noexcept;

private:
    std::mutex mutex_;
    std::list<function<void()>> posted_; // spliced to the driver, so that only posting allocates
    driver* owner_;
    function<void()> notify_;
    std::uint64_t count_ = 0;       // functions that were ever posted
    std::uint64_t by_handlers_ = 0; // used on the thread of the turn only
    std::atomic<std::size_t> size_ = 0;
    std::atomic<std::thread::id> turning_{};
};

} // namespace weft
