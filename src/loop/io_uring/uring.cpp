// SPDX-License-Identifier: MIT
// Opens a ring, and moves the heads and tails of its queues.
#include "loop/io_uring/uring.hpp"

#include <atomic>
#include <cstring>

namespace weft {
namespace {

/// Completions may arrive in bursts. The kernel keeps those for which there is no room, at a cost.
constexpr unsigned completions_per_request = 8;

constexpr unsigned needed_features =
    IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP;

unsigned load(unsigned& shared) noexcept {
    return std::atomic_ref(shared).load(std::memory_order_acquire);
}

void store(unsigned& shared, unsigned value) noexcept {
    std::atomic_ref(shared).store(value, std::memory_order_release);
}

} // namespace

// --- opening

std::error_code uring::open(unsigned size, uring_users users) noexcept {
    close();
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL |
        IORING_SETUP_TASKRUN_FLAG |
        (users == uring_users::one ? IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN
                                   : IORING_SETUP_COOP_TASKRUN);
    parameters.cq_entries = size * completions_per_request;
    descriptor_ = owned_descriptor(sys::io_uring_setup(size, &parameters));
    users_ = users;
    std::error_code why;
    if (!descriptor_) {
        why = last_error();
        // Kernels that do not know one of these flags return this error.
        if (why == std::errc::invalid_argument) {
            why = std::make_error_code(std::errc::function_not_supported);
        }
    } else if ((parameters.features & needed_features) != needed_features) {
        why = std::make_error_code(std::errc::function_not_supported);
    } else {
        why = map(parameters);
    }
    if (why) close();
    return why;
}

std::error_code uring::map(const io_uring_params& given) noexcept {
    const std::size_t requests_end = given.sq_off.array + given.sq_entries * sizeof(unsigned);
    const std::size_t completions_end = given.cq_off.cqes + given.cq_entries * sizeof(io_uring_cqe);
    queues_size_ = requests_end > completions_end ? requests_end : completions_end;
    const auto queues = sys::map_ring(queues_size_, descriptor_.get(), IORING_OFF_SQ_RING);
    if (queues == -1) return last_error();
    queues_ = reinterpret_cast<void*>(queues);
    requests_size_ = given.sq_entries * sizeof(io_uring_sqe);
    const auto requests = sys::map_ring(requests_size_, descriptor_.get(), IORING_OFF_SQES);
    if (requests == -1) return last_error();
    requests_ = reinterpret_cast<io_uring_sqe*>(requests);

    request_head_ = at<unsigned>(given.sq_off.head);
    request_tail_ = at<unsigned>(given.sq_off.tail);
    request_flags_ = at<unsigned>(given.sq_off.flags);
    request_mask_ = given.sq_entries - 1;
    completion_head_ = at<unsigned>(given.cq_off.head);
    completion_tail_ = at<unsigned>(given.cq_off.tail);
    completion_mask_ = given.cq_entries - 1;
    completions_ = at<io_uring_cqe>(given.cq_off.cqes);
    tail_ = submitted_ = 0;
    auto* const order = at<unsigned>(given.sq_off.array);
    for (unsigned i = 0; i < given.sq_entries; ++i) order[i] = i;
    return {};
}

void uring::close() noexcept {
    if (queues_) sys::unmap_ring(queues_, queues_size_);
    if (requests_) sys::unmap_ring(requests_, requests_size_);
    queues_ = nullptr;
    requests_ = nullptr;
    descriptor_.reset();
    tail_ = submitted_ = 0;
}

// --- requests

io_uring_sqe* uring::request() noexcept {
    if (tail_ - load(*request_head_) > request_mask_) return nullptr;
    io_uring_sqe* const free = &requests_[tail_++ & request_mask_];
    std::memset(free, 0, sizeof(*free));
    return free;
}

/// If the kernel takes fewer requests than it was given, it does not wait.
bool uring::enter(unsigned awaited, const __kernel_timespec* limit) noexcept {
    io_uring_getevents_arg limits{};
    limits.ts = reinterpret_cast<std::uintptr_t>(limit);
    const unsigned flags = IORING_ENTER_GETEVENTS | (limit ? IORING_ENTER_EXT_ARG : 0);
    store(*request_tail_, tail_);
    for (;;) {
        const unsigned before = requests();
        const int taken = sys::io_uring_enter(descriptor_.get(), before, awaited, flags,
                                              limit ? &limits : nullptr);
        if (taken < 0) return false;
        submitted_ += static_cast<unsigned>(taken);
        if (requests() == 0 || taken == 0) return true;
    }
}

// --- completions

bool uring::take(io_uring_cqe& into) noexcept {
    const unsigned head = *completion_head_; // changed only in this function
    if (head == load(*completion_tail_)) return false;
    into = completions_[head & completion_mask_];
    store(*completion_head_, head + 1);
    return true;
}

bool uring::has_more() const noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (*completion_head_ != load(*completion_tail_)) return true;
    return (load(*request_flags_) & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

} // namespace weft
