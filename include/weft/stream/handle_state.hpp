// SPDX-License-Identifier: MIT
// What a connection shares with its handles: the way to its thread, and a count of the output that
// was posted to it and waits to run. Knows neither messages nor sockets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <weft/core/function.hpp>
#include <weft/stream/mailbox.hpp>

namespace weft {

/// What became of a `send`.
enum class send_result : std::uint8_t {
    accepted,  ///< with the kernel, or leaving at the end of this turn
    backed_up, ///< taken, but older output is waiting; `writable` comes once it has drained
    dropped,   ///< not taken: the limit on queued output; `writable` comes here, too
    closed,    ///< not taken: the connection is not open
};

/// Shared by one connection and all handles to it; allocated when the first handle is made.
///
/// Output counts towards the connection's limit from the moment it is posted, so threads that send
/// faster than the connection's thread works, or than the peer reads, do not fill memory.
class handle_state {
public:
    /// What a post costs beside its payload, in bytes: list nodes, and what allocators add.
    static constexpr std::size_t post_overhead = 160;

    handle_state(std::shared_ptr<weft::mailbox> to, void* target) noexcept
        : mailbox_(std::move(to)), target_(target), closed_(target == nullptr) {}
    handle_state(const handle_state&) = delete;
    handle_state& operator=(const handle_state&) = delete;

    // --- any thread

    [[nodiscard]] weft::mailbox& mailbox() const noexcept { return *mailbox_; }

    /// Counts output of `size` bytes that is about to be posted, if it is within the limit.
    [[nodiscard]] send_result reserve(std::size_t size) noexcept;

    /// Counts what is never refused.
    void add(std::size_t size) noexcept { posted_ += size; }

    /// Takes back what was counted and was not posted.
    void take_back(std::size_t size) noexcept { posted_ -= size; }

    /// Bytes of output that wait: what was posted, with its overhead, and the connection's queue.
    [[nodiscard]] std::size_t waiting() const noexcept { return posted_ + queued_; }

    /// Whether a `send` beyond the limit ends the connection, and nobody has asked before.
    [[nodiscard]] bool must_close() noexcept {
        return closes_when_full_ && !overflowed_.exchange(true);
    }

    // --- the connection's thread

    /// The connection, until it has ended.
    [[nodiscard]] void* target() const noexcept { return target_; }
    void lead_to(void* target) noexcept {
        target_ = target;
        closed_ = false;
    }
    void end() noexcept {
        target_ = nullptr;
        closed_ = true;
    }

    void limit(std::size_t size_max, bool pauses, bool closes) noexcept {
        size_max_ = size_max;
        pauses_ = pauses;
        closes_when_full_ = closes;
    }

    /// Says how much waits in the connection's own queue, and whether it still takes output.
    void publish(std::size_t queued, bool closed) noexcept {
        if (queued_.load(std::memory_order_relaxed) != queued) queued_ = queued;
        if (closed) closed_ = true;
    }

    /// What was counted has been done.
    void release(std::size_t size) noexcept { posted_ -= size; }
    [[nodiscard]] std::size_t posted() const noexcept { return posted_; }

    /// Whether so little is left of what was posted that `writable` may come.
    [[nodiscard]] bool has_room() const noexcept { return posted_ <= size_max_ / 4; }

    /// Whether a `send` of a handle has said `backed_up` or `dropped` since the last time.
    [[nodiscard]] bool take_wish() noexcept {
        return wishes_writable_ && wishes_writable_.exchange(false);
    }

private:
    [[nodiscard]] bool is_full(std::size_t waiting, std::size_t more) const noexcept;

    std::shared_ptr<weft::mailbox> mailbox_;
    void* target_; // read and written on the connection's thread alone
    std::atomic<std::size_t> posted_ = 0;
    std::atomic<std::size_t> queued_ = 0;
    std::atomic<std::size_t> size_max_ = SIZE_MAX;
    std::atomic<bool> pauses_ = true;
    std::atomic<bool> closes_when_full_ = false;
    std::atomic<bool> overflowed_ = false;
    std::atomic<bool> wishes_writable_ = false;
    std::atomic<bool> closed_;
};

/// Whether `more` bytes behind those `waiting` exceed a limit. What finds the queue empty is always
/// taken; if a full queue pauses its source, so is what finds it at most half full.
[[nodiscard]] constexpr bool exceeds_queue(std::size_t waiting, std::size_t more,
                                           std::size_t size_max, bool pauses) noexcept {
    const std::size_t always_taken = pauses ? size_max / 2 : 0;
    return waiting > always_taken && (waiting >= size_max || more > size_max - waiting);
}

} // namespace weft
