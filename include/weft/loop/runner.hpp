// SPDX-License-Identifier: MIT
// A host loop that belongs to Weft, with an event loop in it: for programs that have no loop of
// their own, and prefer a library's to ours.
#pragma once

#include <memory>

#include <weft/loop/guest.hpp>

namespace weft {

/// What an adapter knows of its library, to run a host of our own.
class owned_host {
public:
    owned_host() = default;
    owned_host(const owned_host&) = delete;
    owned_host& operator=(const owned_host&) = delete;

    /// Frees the host. The guest has left; what the library does later for that is done here.
    virtual ~owned_host() = default;

    [[nodiscard]] virtual host_ops ops() = 0;

    /// The library's own run: until `quit`, or until it has nothing left to do.
    virtual void run() = 0;

    /// Makes `run` return soon. Called in a callback of the host's.
    virtual void quit() noexcept = 0;
};

/// Runs a host of its own for an event loop, which outlives it or is destroyed while it runs.
///
/// Adapters derive from it: `uv_runner` and the like. Belongs to the loop's thread, and is not
/// destroyed inside `run`.
class runner {
public:
    /// Throws as `guest` does.
    runner(event_loop& loop, std::unique_ptr<owned_host> host, budget limit = guest_budget);
    virtual ~runner();
    runner(const runner&) = delete;
    runner& operator=(const runner&) = delete;

    /// Runs the host until the event loop has no work left, or `stop`, or until somebody else has
    /// broken the host's run. May be called again.
    void run();

    /// Ends `run` soon; before `run`, the next one returns at once. From another thread `post` a
    /// call of this to the event loop.
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
