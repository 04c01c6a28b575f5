// SPDX-License-Identifier: MIT
// The event loop: it runs on its own, or as a guest in another loop that watches one descriptor.
// Knows nothing of WebSocket, and no host.
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/loop/resolver.hpp>
#include <weft/loop/turn_times.hpp>
#include <weft/stream/driver.hpp>
#include <weft/stream/sleep.hpp>
#include <weft/stream/spawn.hpp>

namespace weft {

class loop_state;
class virtual_clock;

/// The mechanism by which an event loop waits for events.
enum class engine_kind : std::uint8_t {
    automatic,    ///< the best that this system has: epoll on Linux, kqueue on FreeBSD and macOS
    epoll,        ///< readiness by epoll(7). Linux
    io_uring,     ///< io_uring(7), or epoll if the system refuses it. Linux 6.1 or later; no guests
    kqueue,       ///< readiness by kqueue(2). FreeBSD and macOS
    poll,         ///< readiness by poll(2): a wait costs O(watched descriptors); no guests
    virtual_time, ///< no descriptors: memory streams, and a clock that a test moves
};

/// Returns the name of an engine, such as "epoll".
[[nodiscard]] std::string_view name(engine_kind which) noexcept;

/// Returns the engines with sockets that this system has, the one that `automatic` prefers first.
/// Sandboxes may refuse one of them nevertheless.
[[nodiscard]] std::span<const engine_kind> available_engines() noexcept;

struct loop_options {
    engine_kind engine = engine_kind::automatic;

    /// The largest size, in bytes, of the receive buffer that all connections on the loop share. It
    /// starts small, and grows when peers fill it. Also the limit on reading part of a large
    /// message directly into that message's memory.
    std::size_t receive_buffer_max = 512 * 1024;

    /// Limit on the memory, in bytes, that peers make all connections on the loop hold together:
    /// messages in progress, queued input and output, HTTP heads, and an estimate of TLS buffers. A
    /// server can have a limit of its own; `server_limits::memory_max` describes what happens when
    /// a limit is exceeded.
    std::size_t memory_max = std::size_t(1024) * 1024 * 1024;

    /// Names in this file are resolved without a resolver. The file is read again for each name.
    /// Empty: no file.
    std::string hosts_file = "/etc/hosts";

    /// The clock of a `virtual_time` loop; must outlive the loop. Null: the loop has its own. It
    /// belongs to one thread: `event_loops` of more than one loop refuse it.
    virtual_clock* clock = nullptr;

    /// Measures how long each turn takes; see `event_loop::turn_times`. Costs two reads of the
    /// clock in each turn.
    bool measure_turns = false;

    /// The source of masking keys and nonces; must outlive the loop. Null: the system's. Loops on
    /// several threads, such as `event_loops`, share it; then it must be thread-safe.
    random_source* random = nullptr;
};

/// What one turn did.
struct turn_result {
    bool did_something = false;
    bool more_waiting = false; ///< the budget was used up, or handlers have made more work
};

/// The default budget of a guest's turn: half a millisecond of the host's time, enough to deliver
/// up to a thousand short messages.
inline constexpr budget guest_budget{1024, std::chrono::microseconds(500)};

/// A single-threaded event loop, standalone or a guest in another loop.
///
/// The loop and everything on it belong to one thread: the one that created it, or the one that has
/// run it since. Other threads may call only `post`, `wake`, `stop`, `start_perpetual` and
/// `stop_perpetual`, and only while the loop exists; the destructor waits for such calls in
/// progress. Calls that send, open or end something check the thread in every build: on another
/// thread they abort the program with a message. The loop may be destroyed at any point, even in
/// one of its own handlers: everything on it then ends at once, and no handler is called except a
/// pending `done`.
///
/// ### The contract of the descriptor, for hosts
///
/// 1. `descriptor()` is readable whenever a turn would make progress, for any reason: a socket, an
///    exhausted budget, a posted function, a due timer. Spurious wake-ups are possible, missing
///    ones are not. After a turn that did nothing, the descriptor is not readable until something
///    new happens.
/// 2. Every public call outside a turn (send, close, resume, destroy, arm) preserves rule 1.
/// 3. The descriptor's number does not change while the loop exists. The host only watches it for
///    reading.
/// 4. Timers make it readable, too. `next_timeout()` returns the time until the next one, for hosts
///    that need it.
/// 5. `run_ready` never blocks, and calling it needlessly is harmless. It may be called inside a
///    handler (a nested turn): output that the outer handlers wrote is sent first, then every
///    connection is served except those whose handler is on the stack.
/// 6. The host may watch the descriptor level-triggered, edge-triggered or one-shot, or with
///    poll(2).
/// 7. A paused connection, a peer that does not read, or an empty loop causes no wake-up before the
///    next deadline.
/// 8. The host stops watching before the loop is destroyed. In a forked child, destroying objects
///    only closes descriptors and frees memory; other calls fail with `errc::forked`, and there are
///    no turns: `run` and the like return at once. A guest in the child can still detach from its
///    host, without an effect on the parent.
class event_loop {
public:
    /// Creates a loop. Throws std::system_error if the system refuses a resource that the engine
    /// needs.
    explicit event_loop(const loop_options& options = {});

    /// Does the same, but returns the error.
    static result<event_loop> create(const loop_options& options = {});

    ~event_loop();
    event_loop(event_loop&&) noexcept = default;
    event_loop& operator=(event_loop&& other) noexcept;

    // --- standalone

    /// Runs until `stop` is called, or until there is no more work (no listener, connection, armed
    /// timer, posted function or work guard) and the loop is not perpetual. Returns how many
    /// handlers it called.
    ///
    /// In both cases the loop is then stopped, and `restart` must be called before the next `run`.
    /// Asserts that the loop is not attached to a host.
    std::size_t run();

    /// Waits for one handler and calls it; returns 0 if the loop is stopped or has no more work.
    std::size_t run_one();

    /// Runs one turn without waiting: `poll` without a budget, `poll_one` with a budget of one
    /// handler. Returns how many handlers were called. Ignores `stop`, and does not change
    /// `stopped()`.
    std::size_t poll();
    std::size_t poll_one();

    /// Makes `run` and `run_one` return, even if work is left; handlers may be called for up to ten
    /// milliseconds more. May be called from any thread. Async-signal-safe. Connections and timers
    /// are not affected.
    void stop() noexcept;
    [[nodiscard]] bool stopped() const noexcept;
    void restart() noexcept;

    /// Does the same as `restart`. This is its name in WebSocket++ and in older versions of Asio.
    void reset() noexcept { restart(); }

    /// Keeps `run` from returning for lack of work, until `stop_perpetual`. Calls are not counted:
    /// one `stop_perpetual` ends any number of `start_perpetual`. Both may be called from any
    /// thread and are async-signal-safe.
    void start_perpetual() noexcept;
    void stop_perpetual() noexcept;

    // --- as a guest

    /// Returns the descriptor to watch for reading; see the contract above. From the first call on,
    /// timers make it readable, too. Fails with `errc::no_descriptor` if the engine has none.
    result<int> descriptor();

    /// Runs one turn; never blocks.
    turn_result run_ready(budget limit = guest_budget);

    /// Returns the time until the next timer is due: zero if it is due, empty if no timer is armed.
    [[nodiscard]] std::optional<duration> next_timeout() const;

    // --- from any thread

    /// Calls `work` on the loop's thread in a later turn. If the loop is destroyed first, `work` is
    /// destroyed without a call. Throws std::bad_alloc; then nothing was posted.
    void post(function<void()> work);

    /// Wakes the loop, which calls every `interrupt` handler once. Several calls before that turn
    /// have the effect of one. Async-signal-safe.
    void wake() noexcept;

    // --- the end

    /// Shuts down all endpoints on the loop (see `server::shutdown`), and calls `done` once when
    /// all of them have ended. Does not stop the loop.
    void shutdown(duration within, function<void()> done = {});

    // --- signals

    /// Handles signals of the process, such as SIGINT and SIGTERM: calls `handler` in a turn, with
    /// the number of each signal received. Replaces the signals and the handler of an earlier call,
    /// unless it fails; with no `numbers`, only restores the earlier signal handling.
    ///
    /// Intended for standalone loops, as hosts usually handle signals themselves. A loop does not
    /// change signal handling unless this is called. The earlier dispositions are restored when the
    /// loop is destroyed. Only one loop of a process can handle signals at a time; for a second
    /// one, this fails with `errc::signals_taken`. Signals do not count as work that keeps `run`
    /// from returning. In a forked child, signals have their earlier dispositions. Fails with
    /// `errc::forked`, or with the system's error: `invalid_argument` for SIGKILL and the like.
    result<void> on_signal(std::initializer_list<int> numbers, function<void(int)> handler);

    // --- names

    /// Sets the resolver for names that are neither numeric, nor `localhost`, nor in the hosts
    /// file; replaces the earlier one.
    ///
    /// The default is the system's: getaddrinfo(3), on a thread that exists while there are names
    /// to look up, and that looks up one name at a time. Destroying the loop does not wait for it.
    /// An empty `names` removes the resolver: then such names fail with `errc::no_resolver`, and no
    /// thread is created. With virtual time there is none by default.
    void resolver(weft::resolver names);

    // --- the rest

    /// Returns the time at which the turn began; outside a turn, the clock's time.
    [[nodiscard]] time_point now() const noexcept;

    /// For coroutines: `co_await loop.sleep(time)` continues when `time` has passed; see
    /// `driver::sleep`.
    [[nodiscard]] sleep_operation sleep(duration time) noexcept;

    /// Sets the handler that is called when any other handler throws. If that was a connection's
    /// handler, the connection is closed with 1011 and its report contains the exception. After any
    /// other function (a timer's, a posted one, an `interrupt` or `done`) the loop continues.
    /// Without `on_error` the exception is printed on standard error, unless a connection's `close`
    /// or `fail` reports it. The program never ends because of it.
    void on_error(function<void(std::exception_ptr)> handler);

    /// Sets the function that receives the log of everything on this loop, from a level on: which
    /// connections open, end or fail, plain requests, refused clients, exceptions; at
    /// `log_level::debug` each message. docs/logging-and-metrics.md lists the events.
    ///
    /// It is called on the loop's thread, and must not end, destroy or set anything. Without it
    /// nothing is logged, and nothing is allocated or formatted for it. Connections that are open
    /// already log no messages. Secrets in URIs are removed, headers other than Origin and payloads
    /// are not logged. If it throws, `on_error` is called.
    void on_log(log_level from, function<void(const log_record&)> handler);

    /// Returns the engine in use; never `automatic`.
    [[nodiscard]] engine_kind engine() const noexcept;

    /// Returns the system's error if it refused the engine that the options select and `engine()`
    /// is a substitute, as epoll is for io_uring. Otherwise returns no error.
    [[nodiscard]] std::error_code engine_refused() const noexcept;

    /// Returns the number of things that keep `run` from returning.
    [[nodiscard]] std::size_t work_count() const noexcept;

    /// Returns how long the turns so far took, if `loop_options::measure_turns` is set. Call it on
    /// the loop's thread; the turn in progress is not included.
    [[nodiscard]] weft::turn_times turn_times() const noexcept;

    /// Returns the driver of everything on this loop, for your own endpoints and streams.
    [[nodiscard]] weft::driver& driver() noexcept;

    /// Returns the loop's internal state, for components that extend Weft. It may outlive the loop.
    [[nodiscard]] const std::shared_ptr<loop_state>& state() const noexcept { return state_; }

private:
    explicit event_loop(std::shared_ptr<loop_state> state) noexcept;

    std::shared_ptr<loop_state> state_;
};

/// Keeps `run` from returning for lack of work while the guard exists. Movable; belongs to the
/// loop's thread, and may outlive the loop.
class work_guard {
public:
    explicit work_guard(event_loop& loop);
    ~work_guard() { reset(); }
    work_guard(work_guard&&) noexcept = default;
    work_guard& operator=(work_guard&& other) noexcept;

    /// Stops keeping `run` from returning.
    void reset() noexcept;

private:
    std::shared_ptr<loop_state> state_;
};

} // namespace weft
