// SPDX-License-Identifier: MIT
// The door for other threads: functions are posted here and run on the driver's thread. The one
// place in the library with a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <mutex>

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
    [[nodiscard]] bool waiting() const noexcept { return waiting_.load(std::memory_order_acquire); }

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
    std::atomic<bool> waiting_ = false;
};

} // namespace weft
