// SPDX-License-Identifier: MIT
// The door for other threads: functions are posted here and run on the driver's thread. The one
// place in the library with a lock.
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

/// Takes functions from any thread for one driver, and outlives it.
class mailbox {
public:
    explicit mailbox(driver& owner) noexcept : owner_(&owner) {}
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;

    /// Runs `work` on the driver's thread in a later turn; from any thread.
    ///
    /// False once the driver is gone; then `work` is destroyed here and now, otherwise on the
    /// driver's thread, run or not. Throws std::bad_alloc to the caller; then nothing was posted.
    bool post(function<void()> work);

    /// Whether something may have been posted; from any thread.
    [[nodiscard]] bool waiting() const noexcept { return size() != 0; }

    /// How many functions wait to be collected; from any thread.
    [[nodiscard]] std::size_t size() const noexcept {
        return size_.load(std::memory_order_acquire);
    }

    /// Whether the calling thread is making a turn of the driver: then the driver lives, and what
    /// belongs to it may be used at once.
    [[nodiscard]] bool in_turn_here() const noexcept {
        return turning_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    /// The driver's side: the calling thread begins or ends the outermost turn.
    void turn_begins() noexcept {
        turning_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    }
    void turn_ends() noexcept { turning_.store({}, std::memory_order_relaxed); }

    /// The driver's side: how many functions had been posted when a handler last posted one, in a
    /// turn of the driver. Zero if none ever has.
    [[nodiscard]] std::uint64_t posted_by_handlers() const noexcept { return by_handlers_; }

    /// The driver's side: `tell` is called, on the thread that posts, when something begins to
    /// wait. When this returns the one before is called no more. It neither posts nor throws.
    void on_mail(function<void()> tell) noexcept;

    /// The driver's side: moves all that was posted behind what is in `taken`.
    void collect(std::list<function<void()>>& taken) noexcept;

    /// The driver's side: nothing is taken any more, and what waits is destroyed.
    void close() noexcept;

private:
    std::mutex mutex_;
    std::list<function<void()>> posted_; // handed on as it is, so that only posting needs memory
    driver* owner_;
    function<void()> tell_;
    std::uint64_t count_ = 0;       // of all that were ever posted
    std::uint64_t by_handlers_ = 0; // written and read on the thread of the turn alone
    std::atomic<std::size_t> size_ = 0;
    std::atomic<std::thread::id> turning_{};
};

} // namespace weft
