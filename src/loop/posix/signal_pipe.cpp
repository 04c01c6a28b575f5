// SPDX-License-Identifier: MIT
// Installs handlers with sigaction(2), reads the pipe, and restores the earlier dispositions.
#include "loop/posix/signal_pipe.hpp"

#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {
namespace {

/// What the signal handler uses; it belongs to the process's one watch.
struct caught_signals {
    std::atomic<bool> taken = false;
    std::atomic<int> to_loop = -1; // the pipe's writing end
    unsigned generation = 0;       // of the process that watches
    std::array<struct sigaction, NSIG> before{};
    std::array<bool, NSIG> caught{};
};

caught_signals signals;

/// In a forked child, which does not watch: restores the earlier disposition and raises the signal
/// again.
void pass_on(int number) noexcept {
    sys::sigaction(number, &signals.before[static_cast<std::size_t>(number)], nullptr);
    raise(number);
}

/// Writes a number into the pipe. If that is full, the number is dropped: enough are waiting.
void note_signal(int number) {
    const int before = errno;
    if (signals.generation != fork_generation()) {
        pass_on(number);
    } else {
        const auto byte = static_cast<unsigned char>(number);
        while (sys::write(signals.to_loop, &byte, sizeof(byte)) < 0 && errno == EINTR) {}
    }
    errno = before;
}

std::error_code catch_signal(int number) noexcept {
    if (number <= 0 || number >= NSIG) return std::make_error_code(std::errc::invalid_argument);
    const auto at = static_cast<std::size_t>(number);
    if (signals.caught[at]) return {};
    struct sigaction caught{};
    caught.sa_handler = note_signal;
    caught.sa_flags = SA_RESTART;
    sigfillset(&caught.sa_mask);
    if (sys::sigaction(number, &caught, &signals.before[at]) != 0) return last_error();
    signals.caught[at] = true;
    return {};
}

void restore_signal(std::size_t number) noexcept {
    if (!std::exchange(signals.caught[number], false)) return;
    sys::sigaction(static_cast<int>(number), &signals.before[number], nullptr);
}

/// Catches these signals in addition; if one of them cannot be caught, changes nothing.
std::error_code catch_all(std::span<const int> numbers) noexcept {
    const auto before = signals.caught;
    for (const int number : numbers) {
        const auto why = catch_signal(number);
        if (!why) continue;
        for (std::size_t at = 0; at < before.size(); ++at) {
            if (!before[at]) restore_signal(at);
        }
        return why;
    }
    return {};
}

} // namespace

result<signal_watch*> signal_pipe::begin(loop_state& loop, std::span<const int> numbers,
                                         signal_handler handler) {
    if (!loop.engine().in_own_process()) return failure(errc::forked);
    auto* const made = new signal_pipe(loop, std::move(handler));
    std::unique_ptr<work_item> held(made);
    if (signals.taken.exchange(true)) return failure(errc::signals_taken);
    if (const auto why = made->open(numbers)) {
        made->restore();
        return failure(why);
    }
    static_cast<void>(held.release());
    return static_cast<signal_watch*>(made);
}

result<signal_watch*> begin_signal_watch(loop_state& loop, std::span<const int> numbers,
                                         function<void(int number)> handler) {
    return signal_pipe::begin(loop, numbers, std::move(handler));
}

signal_pipe::signal_pipe(loop_state& loop, signal_handler handler)
    : loop_(loop), handler_(std::make_shared<signal_handler>(std::move(handler))) {}

std::error_code signal_pipe::open(std::span<const int> numbers) noexcept {
    std::array<int, 2> ends{};
    if (sys::pipe(ends.data()) != 0) return last_error();
    arrivals_ = owned_descriptor(ends[0]);
    signals.to_loop = ends[1];
    signals.generation = fork_generation();
    if (const auto why = loop_.engine().add(arrivals_.get(), *this, {.read = true})) return why;
    watched_ = true;
    return catch_all(numbers);
}

std::error_code signal_pipe::replace(std::span<const int> numbers, signal_handler handler) {
    if (!loop_.engine().in_own_process()) return errc::forked;
    auto next = std::make_shared<signal_handler>(std::move(handler));
    if (const auto why = catch_all(numbers)) return why;
    for (std::size_t at = 0; at < signals.caught.size(); ++at) {
        if (std::ranges::find(numbers, static_cast<int>(at)) == numbers.end()) restore_signal(at);
    }
    handler_ = std::move(next);
    return {};
}

/// Restores the signals first, so that no handler writes to a closed pipe.
void signal_pipe::restore() noexcept {
    for (std::size_t at = 0; at < signals.caught.size(); ++at) restore_signal(at);
    const owned_descriptor closed(signals.to_loop.exchange(-1));
    if (std::exchange(watched_, false)) loop_.engine().remove(arrivals_.get());
    arrivals_.reset();
    signals.taken = false;
}

void signal_pipe::close() noexcept {
    ended_ = true;
    loop_.cancel(*this);
    restore();
    loop_.retire(this);
}

void signal_pipe::ready(readiness) noexcept {
    loop_.defer(*this);
}

void signal_pipe::run() noexcept {
    std::array<unsigned char, 64> numbers{};
    ssize_t count;
    do {
        count = sys::read(arrivals_.get(), numbers.data(), numbers.size());
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return loop_.engine().drained(arrivals_.get(), {.read = true});
    for (ssize_t at = 0; at < count && !ended_; ++at) {
        const int number = numbers[static_cast<std::size_t>(at)];
        if (!signals.caught[static_cast<std::size_t>(number)]) continue; // not wanted any more
        const auto handler = handler_;
        loop_.call(*this, [&] { (*handler)(number); });
    }
    if (!ended_) loop_.defer(*this); // there may be more
}

} // namespace weft
