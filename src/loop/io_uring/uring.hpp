// SPDX-License-Identifier: MIT
// The two queues of an io_uring(7), which are shared with the kernel: one for requests, one for
// completions. Knows nothing of engines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <system_error>

#include "loop/io_uring/system_calls.hpp"

namespace weft {

/// Which threads may enter a ring.
enum class uring_users : std::uint8_t {
    one,  ///< the thread that opened it; the kernel then completes requests only inside `enter`
    many, ///< any thread
};

class uring {
public:
    uring() noexcept = default;
    uring(const uring&) = delete;
    uring& operator=(const uring&) = delete;
    ~uring() { close(); }

    /// Opens a ring with room for `size` requests, a power of two, and several times as many
    /// completions. Returns the system's error, or `function_not_supported` if the kernel lacks a
    /// feature that this class needs.
    std::error_code open(unsigned size, uring_users users) noexcept;

    /// Closes the ring. The kernel then cancels the requests in progress, but not at once. In a
    /// forked child, only frees memory.
    void close() noexcept;

    explicit operator bool() const noexcept { return static_cast<bool>(descriptor_); }
    [[nodiscard]] uring_users users() const noexcept { return users_; }

    /// Returns a cleared request for the caller to fill in, or null if the queue is full; then call
    /// `enter`.
    [[nodiscard]] io_uring_sqe* request() noexcept;
    [[nodiscard]] unsigned requests() const noexcept { return tail_ - submitted_; }

    /// Submits all requests, lets the kernel complete what it can, and waits for `awaited`
    /// completions, for at most `limit`; without a limit if that is null. On an error, such as
    /// ETIME or EINTR, returns false and sets errno.
    bool enter(unsigned awaited = 0, const __kernel_timespec* limit = nullptr) noexcept;

    /// Takes one completion; returns false if there is none.
    bool take(io_uring_cqe& into) noexcept;

    /// Returns true if there are completions to take, or `enter` would make some available.
    [[nodiscard]] bool has_more() const noexcept;

private:
    std::error_code map(const io_uring_params& given) noexcept;

    template <class Type>
    [[nodiscard]] Type* at(unsigned offset) const noexcept {
        return reinterpret_cast<Type*>(static_cast<std::byte*>(queues_) + offset);
    }

    owned_descriptor descriptor_;
    void* queues_ = nullptr;
    io_uring_sqe* requests_ = nullptr;
    std::size_t queues_size_ = 0;
    std::size_t requests_size_ = 0;
    unsigned* request_head_ = nullptr; // changed by the kernel
    unsigned* request_tail_ = nullptr;
    unsigned* request_flags_ = nullptr;
    unsigned* completion_head_ = nullptr;
    unsigned* completion_tail_ = nullptr; // changed by the kernel
    const io_uring_cqe* completions_ = nullptr;
    unsigned request_mask_ = 0;
    unsigned completion_mask_ = 0;
    unsigned tail_ = 0;      // end of the requests; the kernel sees it at the next `enter`
    unsigned submitted_ = 0; // the kernel has taken the requests before this
    uring_users users_ = uring_users::one;
};

} // namespace weft
