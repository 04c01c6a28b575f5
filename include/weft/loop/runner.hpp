// SPDX-License-Identifier: MIT
// Runs an event loop inside a host loop that Weft creates: for programs that have no loop of their
// own, and prefer the loop of a library to Weft's.
#pragma once

#include <memory>

#include <weft/loop/guest.hpp>

namespace weft {

/// The interface that an adapter implements, so that Weft can create and run its library's loop.
class owned_host {
public:
    owned_host() = default;
    owned_host(const owned_host&) = delete;
    owned_host& operator=(const owned_host&) = delete;

    /// Frees the host. The guest is already detached; the destructor also runs what the library has
    /// deferred for that, such as close callbacks.
    virtual ~owned_host() = default;

    [[nodiscard]] virtual host_ops ops() = 0;

    /// Runs the library's loop until `quit` is called, or until it has nothing left to do.
    virtual void run() = 0;

    /// Makes `run` return soon. Called in one of the host's callbacks.
    virtual void quit() noexcept = 0;
};

/// Creates and runs a host for an event loop. The event loop must outlive the runner, or be
/// destroyed inside `run`; then `run` returns.
///
/// Base class of `uv_runner` and the like. Belongs to the loop's thread; must not be destroyed
/// inside `run`.
class runner {
public:
    /// Throws as `guest` does.
    runner(event_loop& loop, std::unique_ptr<owned_host> host, budget limit = guest_budget);
    virtual ~runner();
    runner(const runner&) = delete;
    runner& operator=(const runner&) = delete;

    /// Runs the host until the event loop has no work left, `stop` is called, or the application
    /// has stopped the host itself. May be called again.
    void run();

    /// Makes `run` return soon; if called before `run`, the next `run` returns at once. Must be
    /// called on the loop's thread: from another thread, post a call of it (`event_loop::post`).
    void stop() noexcept;

protected:
    [[nodiscard]] owned_host& owned() const noexcept { return *host_; }

private:
    [[nodiscard]] host_ops watched_ops();
    void quit() noexcept;

    std::weak_ptr<loop_state> loop_;
    std::unique_ptr<owned_host> host_;
    guest guest_;
    bool running_ = false;
    bool has_quit_ = false;
    bool stopped_ = false;
};

} // namespace weft
