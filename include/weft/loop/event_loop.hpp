// SPDX-License-Identifier: MIT
// The event loop: it runs by itself, or is a guest in another loop through one descriptor. Knows
// nothing of WebSocket, and no host.
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/loop/resolver.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

class loop_state;
class virtual_clock;

/// What waits inside an event loop.
enum class engine_kind : std::uint8_t {
    automatic,    ///< the best that this system has: on Linux epoll, or poll where that is missing
    epoll,        ///< readiness by epoll(7)
    poll,         ///< readiness by poll(2): a wait costs what there is to watch; no descriptor
    virtual_time, ///< no descriptors: memory streams, and a clock that a test moves
};

/// The name of an engine, such as "epoll".
[[nodiscard]] std::string_view name(engine_kind which) noexcept;

struct loop_options {
    engine_kind engine = engine_kind::automatic;

    /// The loop's one receive buffer begins small and grows up to this for peers that fill it.
    std::size_t receive_buffer_max = 512 * 1024;

    /// Bytes that peers may make all connections on the loop hold together: messages in progress,
    /// input and output that wait, HTTP heads, TLS's buffers as an estimate. Each server may have a
    /// budget of its own (`server_limits::memory_max`), which says what happens beyond.
    std::size_t memory_max = std::size_t(1024) * 1024 * 1024;

    /// The names in this file need no resolver; it is read for each name. Empty for no file.
    std::string hosts_file = "/etc/hosts";

    /// The clock of a `virtual_time` loop, which outlives it; without one the loop has its own.
    virtual_clock* clock = nullptr;

    /// Where masking keys and nonces come from, which outlives the loop; without one the system.
    random_source* random = nullptr;
};

/// What one turn did.
struct turn_result {
    bool did_something = false;
    bool more_waiting = false; ///< the budget was used up, or handlers have made more work
};

/// The budget of a guest's turn unless told: half a millisecond of the host's time, which is what a
/// host feels; in that time a turn tells up to a thousand short messages.
inline constexpr budget guest_budget{1024, std::chrono::microseconds(500)};

/// One single-threaded event loop, alone or as a guest.
///
/// It and all on it belong to one thread: the one that made it, or the one that has run it since.
/// Only `post`, `wake` and `stop` may be called from others, while the loop exists: destroying it
/// waits for those that have begun. Debug builds check. It may be destroyed anywhere, its own
/// handlers included: what lives on it then dies at once and calls nobody but a pending `done`.
///
/// ### The descriptor's contract, for hosts
///
/// 1. `descriptor()` is readable whenever a turn would make progress, also when that work is not a
///    socket's: a budget used up, a posted function, a timer that is due. A needless wake-up is
///    possible, a missing one is not; after a turn that did nothing it is not readable until
///    something new happens.
/// 2. Every public call outside a turn (send, close, resume, destroy, arm) keeps 1.
/// 3. Its number stays the same for the loop's life. The host only watches it for reading.
/// 4. Timers live in it. `next_timeout()` tells the next one to hosts that want it.
/// 5. `run_ready` never blocks, and calling it for nothing is harmless. It may be nested: what
///    outer handlers wrote is sent first, then every connection is served but those whose handler
///    is on the stack.
/// 6. It works level-triggered, edge-triggered, one-shot and under poll(2).
/// 7. A paused connection, a full peer, an empty loop: no wake-up before the next deadline.
/// 8. Stop watching before the loop is destroyed. In a forked child destroying things only closes
///    descriptors and frees memory; other calls fail with `errc::forked`, and there are no turns:
///    `run` and the like return at once. A guest of a child leaves its host as everywhere, behind a
///    descriptor that the parent does not share.
class event_loop {
public:
    /// Throws std::system_error when the system refuses what the engine needs.
    explicit event_loop(const loop_options& options = {});

    /// The same with the error as a result.
    static result<event_loop> create(const loop_options& options = {});

    ~event_loop();
    event_loop(event_loop&&) noexcept = default;
    event_loop& operator=(event_loop&& other) noexcept;

    // --- alone

    /// Runs until there is no more work (no listener, connection, armed timer, posted function or
    /// work guard) and it is not perpetual, or until `stop` is called; returns how many handlers it
    /// called.
    ///
    /// After either end it is stopped, and `restart` comes before the next `run`. Asserts that the
    /// loop is not attached to a host.
    std::size_t run();

    /// Waits for and calls one handler; 0 when the loop is stopped or has no more work.
    std::size_t run_one();

    /// One turn without waiting and without a budget, or with a budget of one handler; returns how
    /// many handlers it called. Neither sets nor obeys `stopped`.
    std::size_t poll();
    std::size_t poll_one();

    /// Ends `run` and `run_one` within ten milliseconds of handlers, whatever is left to do; from
    /// any thread. Async-signal-safe. What is on the loop stays as it is.
    void stop() noexcept;
    [[nodiscard]] bool stopped() const noexcept;
    void restart() noexcept;

    /// The same by its name in WebSocket++ and in Asio of old.
    void reset() noexcept { restart(); }

    /// Keeps `run` from returning for lack of work, until `stop_perpetual`; calls do not add up.
    /// From any thread, both. Async-signal-safe.
    void start_perpetual() noexcept;
    void stop_perpetual() noexcept;

    // --- as a guest

    /// The one descriptor to watch for reading; see the contract above. From the first call on
    /// timers live in it. Fails with `errc::no_descriptor` where the engine has none.
    result<int> descriptor();

    /// One turn that never blocks.
    turn_result run_ready(budget limit = guest_budget);

    /// The time until the next timer is due, zero if it is; nothing when no timer is armed.
    [[nodiscard]] std::optional<duration> next_timeout() const;

    // --- from any thread

    /// Calls `work` on the loop's thread in a later turn.
    void post(function<void()> work);

    /// Wakes the loop, which calls every `interrupt` handler once. Calls before that turn count as
    /// one. Async-signal-safe.
    void wake() noexcept;

    // --- the end

    /// Shuts down all endpoints on the loop (see `server::shutdown`), and calls `done` once when
    /// nothing is left of them. Does not stop the loop.
    void shutdown(duration within, function<void()> done = {});

    // --- signals

    /// Calls `handler`, in a turn, with the number of each of these signals that the process gets
    /// from now on, such as SIGINT and SIGTERM. Replaces the signals and the handler of the call
    /// before; without numbers it only gives them back.
    ///
    /// For a loop of your own: a loop touches no signal unless asked, and a host usually has
    /// signals of its own. What the signals did before is restored when the loop is destroyed. One
    /// loop of a process can have signals at a time: for a second one this fails with
    /// `errc::signals_taken`. Signals are no work that keeps `run` from returning. In a forked
    /// child they do what they did before. Fails with `errc::forked`, or with what the system
    /// says: `invalid_argument` for SIGKILL and the like.
    result<void> on_signal(std::initializer_list<int> numbers, function<void(int)> handler);

    // --- names

    /// Finds the addresses of names that are neither numeric, `localhost` nor in the hosts file;
    /// replaces the one before.
    ///
    /// By default the system does, with getaddrinfo(3) on a thread that lives while there are names
    /// to look up, one after another; destroying the loop does not wait for it. An empty `names`
    /// takes the resolver away: then such names fail with `errc::no_resolver`, and no thread is
    /// made. In virtual time there is none by default.
    void resolver(weft::resolver names);

    // --- anything else

    /// The time of the turn, or outside a turn of the clock.
    [[nodiscard]] time_point now() const noexcept;

    /// Called when an exception has left a handler. A connection ends for it with 1011, and its
    /// report carries it; after a handler without a connection (a timer's, a posted function, an
    /// `interrupt` or `done`) all goes on. Without `on_error` a line on standard error says what
    /// was thrown, unless a connection's `close` or `fail` reports it. Never ends the program.
    void on_error(function<void(std::exception_ptr)> handler);

    [[nodiscard]] engine_kind engine() const noexcept;

    /// How much there is that keeps `run` from returning.
    [[nodiscard]] std::size_t work_count() const noexcept;

    /// The driver of all on this loop, for services and streams of your own.
    [[nodiscard]] weft::driver& driver() noexcept;

    /// The loop's own state, for what is built on it: it outlives the loop.
    [[nodiscard]] const std::shared_ptr<loop_state>& state() const noexcept { return state_; }

private:
    explicit event_loop(std::shared_ptr<loop_state> state) noexcept;

    std::shared_ptr<loop_state> state_;
};

/// Keeps `run` from returning for lack of work while it lives. Movable; belongs to the loop's
/// thread.
class work_guard {
public:
    explicit work_guard(event_loop& loop);
    ~work_guard() { reset(); }
    work_guard(work_guard&&) noexcept = default;
    work_guard& operator=(work_guard&& other) noexcept;

    /// Lets go.
    void reset() noexcept;

private:
    std::shared_ptr<loop_state> state_;
};

} // namespace weft
