// SPDX-License-Identifier: MIT
// The state that a connection shares with its handles: the mailbox of its thread, and the size of
// the output that was posted to it. Knows neither messages nor sockets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <weft/core/function.hpp>
#include <weft/stream/mailbox.hpp>

namespace weft {

/// The result of a `send`.
enum class send_result : std::uint8_t {
    accepted,  ///< written, or to be written at the end of the connection's turn
    backed_up, ///< queued behind older output; `writable` is called when the queue has drained
    dropped,   ///< not queued: the queue is full; `writable` is called when it has drained
    closed,    ///< not queued: the connection is not open
};

/// Shared by one connection and all handles to it; allocated when the first handle is made.
///
/// Output counts towards the connection's limit as soon as it is posted. This limits memory use
/// when threads send faster than the connection's thread or the peer can process.
class handle_state {
public:
    /// The memory that a posted function needs besides its payload, in bytes: list nodes and
    /// allocator overhead.
    static constexpr std::size_t post_overhead = 160;

    handle_state(std::shared_ptr<weft::mailbox> to, void* target) noexcept
        : mailbox_(std::move(to)), target_(target), closed_(target == nullptr) {}
    handle_state(const handle_state&) = delete;
    handle_state& operator=(const handle_state&) = delete;

    // --- any thread

    [[nodiscard]] weft::mailbox& mailbox() const noexcept { return *mailbox_; }

    /// Counts `size` bytes of output that the caller is about to post, if the limit allows.
    [[nodiscard]] send_result reserve(std::size_t size) noexcept;

    /// Counts bytes without checking the limit.
    void add(std::size_t size) noexcept { posted_ += size; }

    /// Subtracts bytes that were counted but not posted.
    void take_back(std::size_t size) noexcept { posted_ -= size; }

    /// Returns the size of the waiting output in bytes: posted output, with its overhead, and the
    /// connection's queue.
    [[nodiscard]] std::size_t waiting() const noexcept { return posted_ + queued_; }

    /// Returns whether the caller must end the connection because the limit was exceeded: true at
    /// most once, and only with `queue_policy::close`.
    [[nodiscard]] bool must_close() noexcept {
        return closes_when_full_ && !overflowed_.exchange(true);
    }

    // --- the connection's thread

    /// Returns the connection; null after it has ended.
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

    /// Publishes the size of the connection's own queue, and whether the connection is closed.
    void publish(std::size_t queued, bool closed) noexcept {
        if (queued_.load(std::memory_order_relaxed) != queued) queued_ = queued;
        if (closed) closed_ = true;
    }

    /// Subtracts bytes whose posted function has run.
    void release(std::size_t size) noexcept { posted_ -= size; }
    [[nodiscard]] std::size_t posted() const noexcept { return posted_; }

    /// Returns whether few enough posted bytes are left for `writable` to be called: at most a
    /// quarter of the limit.
    [[nodiscard]] bool has_room() const noexcept { return posted_ <= size_max_ / 4; }

    /// Returns whether a handle's `send` returned `backed_up` or `dropped` since the last call.
    [[nodiscard]] bool take_writable_request() noexcept {
        return writable_requested_ && writable_requested_.exchange(false);
    }

private:
    [[nodiscard]] bool is_full(std::size_t waiting, std::size_t more) const noexcept;

    std::shared_ptr<weft::mailbox> mailbox_;
    void* target_; // used on the connection's thread only
    std::atomic<std::size_t> posted_ = 0;
    std::atomic<std::size_t> queued_ = 0;
    std::atomic<std::size_t> size_max_ = SIZE_MAX;
    std::atomic<bool> pauses_ = true;
    std::atomic<bool> closes_when_full_ = false;
    std::atomic<bool> overflowed_ = false;
    std::atomic<bool> writable_requested_ = false;
    std::atomic<bool> closed_;
};

/// Returns whether `more` bytes, added to `waiting` bytes, exceed the limit `size_max`.
///
/// An empty queue accepts any size. If a full queue pauses reading (`pauses`), a queue that is at
/// most half full accepts any size, too.
[[nodiscard]] constexpr bool exceeds_queue(std::size_t waiting, std::size_t more,
                                           std::size_t size_max, bool pauses) noexcept {
    const std::size_t always_taken = pauses ? size_max / 2 : 0;
    return waiting > always_taken && (waiting >= size_max || more > size_max - waiting);
}

} // namespace weft
