// SPDX-License-Identifier: MIT
// Polls descriptors with requests in a ring, and waits for their completions.
#include "loop/io_uring/uring_engine.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <thread>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/linux/poll_bits.hpp"
#include "loop/linux/system_calls.hpp"
#include "loop/posix/wait_time.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

/// How long the loop sleeps if it has no ring and can get none.
constexpr auto time_without_ring = std::chrono::milliseconds(10);

constexpr unsigned generation_bits = 24;

/// On big-endian systems, the kernel expects the two halves in the other order.
std::uint32_t as_poll32_events(std::uint32_t events) noexcept {
    if constexpr (std::endian::native == std::endian::big) {
        return events << 16U | events >> 16U;
    } else {
        return events;
    }
}

__kernel_timespec as_kernel_time(duration time) noexcept {
    const timespec given = as_timespec(time);
    return {given.tv_sec, given.tv_nsec};
}

std::error_code no_buffer_space_error() noexcept {
    return std::make_error_code(std::errc::no_buffer_space);
}

/// Returns the number of this thread. Unlike a std::thread::id, no later thread gets it: the kernel
/// would not let that one enter the ring of the first.
std::uint64_t number_of_thread() noexcept {
    static std::atomic<std::uint64_t> last = 0;
    thread_local const std::uint64_t own = ++last;
    return own;
}

} // namespace

uring_engine::uring_engine(unsigned size)
    : wake_up_(sys::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), size_(size) {
    if (!wake_up_) throw std::system_error(last_error(), "eventfd");
    if (const auto why = open_ring(uring_users::one)) {
        throw std::system_error(why, "io_uring_setup");
    }
}

uring_engine::~uring_engine() {
    if (in_own_process() && ring_is_here()) cancel_all();
}

// --- the ring

/// Opens a new ring and watches all descriptors in it.
std::error_code uring_engine::open_ring(uring_users users) noexcept {
    if (const auto why = ring_.open(size_, users)) return why;
    thread_ = number_of_thread();
    left_ = false;
    timer_set_for_ = never;
    arm_wake_up();
    for (std::size_t i = 0; i < watched_.size(); ++i) {
        const auto descriptor = static_cast<int>(i);
        if (watched* const one = watched_.find(descriptor)) {
            one->armed = false;
            arm_again(descriptor, *one);
        }
    }
    arm_ended();
    return {};
}

bool uring_engine::ring_is_here() const noexcept {
    return ring_ && (ring_.users() == uring_users::many || thread_ == number_of_thread());
}

/// Makes sure that this thread may enter the ring. Replaces the ring of another thread: by a ring
/// of this thread if the other one has left the loop, otherwise by one for all threads.
std::error_code uring_engine::own_ring() noexcept {
    if (!ring_is_here()) {
        return open_ring(ring_ && !left_ ? uring_users::many : uring_users::one);
    }
    left_ = false;
    return {};
}

/// Cancels all requests. Otherwise the kernel would release the descriptors only after the loop has
/// ended, and a port could still be in use.
void uring_engine::cancel_all() noexcept {
    io_uring_sqe* const all = request();
    if (!all) return;
    all->opcode = IORING_OP_ASYNC_CANCEL;
    all->cancel_flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
    all->user_data = label(request_kind::unreported, 0, 0);
    ring_.enter();
    ring_.enter(); // releases the requests that the first call cancelled
}

/// Keeps the ring, because there may be no descriptor left for another one when the loop runs
/// again.
void uring_engine::leave_thread() noexcept {
    if (!in_own_process() || !ring_is_here()) return;
    cancel_all();
    collect(); // the next wait watches the cancelled descriptors again
    left_ = true;
}

/// Returns a request to fill in. If there is no room, submits the others first.
io_uring_sqe* uring_engine::request() noexcept {
    if (io_uring_sqe* const free = ring_.request()) return free;
    if (!ring_.enter()) {
        collect(); // the queue of completions may be full
        ring_.enter();
    }
    return ring_.request();
}

std::uint64_t uring_engine::label(request_kind kind, std::uint32_t generation,
                                  int descriptor) noexcept {
    return std::uint64_t{static_cast<std::uint8_t>(kind)} << 56U |
        std::uint64_t{generation} << 32U | static_cast<std::uint32_t>(descriptor);
}

// --- what is watched

/// Reserves room in `ended_` first, so that no later step can fail.
std::error_code uring_engine::add(int descriptor, source& target, interest in) noexcept {
    if (!in_own_process()) return errc::forked;
    if (const auto why = own_ring()) return why;
    if (const auto why = watched_.add(descriptor, target)) return why;
    try {
        ended_.reserve(watched_.size());
    } catch (const std::bad_alloc&) {
        watched_.find(descriptor)->target = nullptr;
        return std::make_error_code(std::errc::not_enough_memory);
    }
    const auto why = modify(descriptor, target, in);
    if (why) watched_.find(descriptor)->target = nullptr;
    return why;
}

std::error_code uring_engine::modify(int descriptor, source& target, interest in) noexcept {
    if (!in_own_process()) return errc::forked;
    if (const auto why = own_ring()) return why;
    watched* const one = watched_.find(descriptor);
    if (!one) return std::make_error_code(std::errc::no_such_file_or_directory);
    if (!disarm(descriptor, *one)) return no_buffer_space_error();
    const watched before = *one;
    one->target = &target;
    one->events = as_events(in);
    one->level = in.level;
    if (!arm(descriptor, *one)) {
        *one = before;
        arm_again(descriptor, *one);
        return no_buffer_space_error();
    }
    return {};
}

/// Submits the cancellation at once: the pending request keeps the descriptor open.
void uring_engine::remove(int descriptor) noexcept {
    watched* const one = watched_.find(descriptor);
    if (!one) return;
    one->target = nullptr;
    if (!in_own_process()) return; // the ring is shared with the parent
    if (!ring_is_here()) {
        ring_.close(); // the kernel cancels everything; the next turn watches the others again
        return;
    }
    const bool was_armed = one->armed;
    if (disarm(descriptor, *one) && was_armed) ring_.enter();
}

/// Returns false if there is no room for the request.
bool uring_engine::arm(int descriptor, watched& which) noexcept {
    io_uring_sqe* const poll = request();
    if (!poll) return false;
    which.generation = generation_ = (generation_ + 1) % (1U << generation_bits);
    which.armed = true;
    poll->opcode = IORING_OP_POLL_ADD;
    poll->fd = descriptor;
    poll->len = which.level ? 0 : IORING_POLL_ADD_MULTI;
    poll->poll32_events = as_poll32_events(which.events);
    poll->user_data = label(request_kind::poll, which.generation, descriptor);
    return true;
}

/// Uses a cancellation, because IORING_OP_POLL_REMOVE fails while an event is being reported.
bool uring_engine::disarm(int descriptor, watched& which) noexcept {
    if (!which.armed) return true;
    io_uring_sqe* const removal = request();
    if (!removal) return false;
    which.armed = false;
    removal->opcode = IORING_OP_ASYNC_CANCEL;
    removal->fd = -1;
    removal->addr = label(request_kind::poll, which.generation, descriptor);
    removal->flags = IOSQE_CQE_SKIP_SUCCESS;
    removal->user_data = label(request_kind::unreported, 0, 0);
    return true;
}

void uring_engine::arm_again(int descriptor, watched& which) noexcept {
    if (!std::exchange(which.ended, true)) ended_.push_back(descriptor); // room is reserved
}

/// Arms requests that have ended: reported levels, and requests that the kernel has cancelled.
void uring_engine::arm_ended() noexcept {
    if (!wake_up_armed_) arm_wake_up();
    while (!ended_.empty()) {
        const int descriptor = ended_.back();
        ended_.pop_back();
        watched& one = watched_.at(descriptor);
        one.ended = false;
        if (!one.target || one.armed || arm(descriptor, one)) continue;
        return arm_again(descriptor, one); // the next turn tries again
    }
}

/// The eventfd's counter is never read, because each write is an edge.
void uring_engine::arm_wake_up() noexcept {
    io_uring_sqe* const poll = request();
    wake_up_armed_ = poll != nullptr;
    if (!poll) return;
    poll->opcode = IORING_OP_POLL_ADD;
    poll->fd = wake_up_.get();
    poll->len = IORING_POLL_ADD_MULTI;
    poll->poll32_events = as_poll32_events(EPOLLIN);
    poll->user_data = label(request_kind::wake_up, 0, 0);
}

result<int> uring_engine::descriptor() {
    return failure(in_own_process() ? errc::no_descriptor : errc::forked);
}

// --- waiting

bool uring_engine::wait(time_point deadline) {
    if (own_ring()) {
        if (deadline != time_point::min()) std::this_thread::sleep_for(time_without_ring);
        return true;
    }
    reported_ = false;
    bool waits = deadline != time_point::min();
    bool interrupted = false;
    do {
        arm_ended(); // the last round may have found more
        if (!enter(deadline)) {
            waits = false; // an error, or the deadline has passed
            interrupted = errno == EINTR;
        }
        collect();
        // Completions of cancelled requests do not end the wait.
    } while (waits && !reported_ && now() < deadline);
    return interrupted || ring_.has_more();
}

/// Enters the ring, and waits there until `deadline`. Returns false with errno set on an error.
bool uring_engine::enter(time_point deadline) noexcept {
    if (deadline == time_point::min()) return ring_.enter();
    if (deadline == never || deadline >= timer_set_for_) return ring_.enter(1);
    const duration left = time_until(deadline);
    if (left >= far_deadline && arm_timer(deadline)) return ring_.enter(1);
    const __kernel_timespec limit = as_kernel_time(left);
    return ring_.enter(1, &limit);
}

void uring_engine::collect() noexcept {
    io_uring_cqe one;
    while (ring_.take(one)) complete(one);
}

void uring_engine::complete(const io_uring_cqe& what) noexcept {
    const auto kind = static_cast<request_kind>(what.user_data >> 56U);
    const auto generation =
        static_cast<std::uint32_t>(what.user_data >> 32U) % (1U << generation_bits);
    switch (kind) {
    case request_kind::unreported: return;
    case request_kind::poll:
        return polled(static_cast<int>(static_cast<std::uint32_t>(what.user_data)), generation,
                      what);
    case request_kind::wake_up:
        if ((what.flags & IORING_CQE_F_MORE) == 0) wake_up_armed_ = false;
        reported_ = true;
        return;
    case request_kind::timer:
        if (generation != timer_generation_) return;
        timer_set_for_ = never; // it has expired
        reported_ = true;
        return;
    }
}

void uring_engine::polled(int descriptor, std::uint32_t generation,
                          const io_uring_cqe& what) noexcept {
    watched* const one = watched_.find(descriptor);
    if (!one || !one->armed || one->generation != generation) return;
    if ((what.flags & IORING_CQE_F_MORE) == 0) {
        one->armed = false;
        // After an error, the descriptor is not armed again. The kernel cancels the requests of a
        // thread that has ended.
        if (what.res >= 0 || what.res == -ECANCELED) arm_again(descriptor, *one);
    }
    if (what.res == -ECANCELED) return;
    reported_ = true;
    one->target->ready(as_readiness(what.res < 0 ? std::uint32_t{EPOLLERR | EPOLLIN}
                                                 : static_cast<std::uint32_t>(what.res)));
}

void uring_engine::wake() noexcept {
    if (!in_own_process()) return;
    const int before = errno;
    const std::uint64_t one = 1;
    while (sys::write(wake_up_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {}
    errno = before;
}

bool uring_engine::arm_timer(time_point deadline) noexcept {
    if (timer_set_for_ != never) {
        io_uring_sqe* const removal = request();
        if (!removal) return false;
        removal->opcode = IORING_OP_TIMEOUT_REMOVE;
        removal->fd = -1;
        removal->addr = label(request_kind::timer, timer_generation_, 0);
        removal->flags = IOSQE_CQE_SKIP_SUCCESS;
        removal->user_data = label(request_kind::unreported, 0, 0);
        timer_set_for_ = never;
    }
    io_uring_sqe* const timer = request();
    if (!timer) return false;
    timer_generation_ = (timer_generation_ + 1) % (1U << generation_bits);
    timer_time_ = as_kernel_time(std::max(deadline.time_since_epoch(), duration(1)));
    timer->opcode = IORING_OP_TIMEOUT;
    timer->fd = -1;
    timer->addr = reinterpret_cast<std::uintptr_t>(&timer_time_);
    timer->len = 1;
    timer->timeout_flags = IORING_TIMEOUT_ABS;
    timer->user_data = label(request_kind::timer, timer_generation_, 0);
    timer_set_for_ = deadline;
    return true;
}

} // namespace weft
