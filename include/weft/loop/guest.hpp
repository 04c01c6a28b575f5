// SPDX-License-Identifier: MIT
// A guest: an event loop attached to a host loop that watches its descriptor. An adapter for a host
// library, or for your own loop, fills in three functions.
#pragma once

#include <memory>
#include <utility>

#include <weft/loop/event_loop.hpp>

namespace weft {

/// The operations that a host provides. See the contract at `event_loop`.
struct host_ops {
    /// Starts to call `turn` on the loop's thread whenever `descriptor` is readable.
    function<result<void>(int descriptor, function<void()> turn)> watch;

    /// Stops calling `turn`, and calls `done`, at once or later, when the host no longer holds any
    /// resource of Weft. Once `unwatch` has returned, `turn` is no longer called and the descriptor
    /// may be closed.
    function<void(function<void()> done)> unwatch;

    /// Called when the loop gets work (true) and when it has none left (false), so that the host's
    /// `run` can end at the right time. After `watch` the loop counts as having no work; before
    /// `unwatch`, false is reported if it had work. May be empty.
    function<void(bool)> work = {};

    /// Called when a function was posted to the loop: the host's `run` must then last until the
    /// next turn. Called on any thread, until `unwatch` is called; must not throw. May be empty.
    function<void()> posted = {};

    /// True if turns run on several threads, one at a time, as on a strand. The loop then belongs
    /// to no thread between turns, and the host must ensure that only one thread at a time uses it.
    bool on_strand = false;
};

/// Returns the operations of a host, implemented by the `Watch` object that they share.
///
/// `Watch` has `result<void> start(int descriptor, function<void()> turn)`; `stop()`, or
/// `stop(function<void()> done)` if the host releases its resources later; and `work(bool)` if the
/// host needs it.
template <class Watch>
host_ops ops_of(std::shared_ptr<Watch> watch) {
    host_ops ops;
    ops.watch = [watch](int descriptor, function<void()> turn) {
        return watch->start(descriptor, std::move(turn));
    };
    ops.unwatch = [watch](function<void()> done) {
        if constexpr (requires { watch->stop(std::move(done)); }) {
            watch->stop(std::move(done));
        } else {
            watch->stop();
            done();
        }
    };
    if constexpr (requires { watch->work(true); }) {
        ops.work = [watch](bool any) { watch->work(any); };
    }
    return ops;
}

/// The attachment of an event loop to a host.
///
/// The constructor attaches, the destructor detaches; the loop can then be attached again, to the
/// same host or to another. A guest neither starts nor stops the host. Belongs to the loop's
/// thread.
class guest {
public:
    /// Attaches `loop`; `limit` is the budget of each turn. On error nothing changes, and the
    /// constructor throws std::system_error with the error of `watch`, with `errc::no_descriptor`,
    /// or with `errc::already_attached`.
    guest(event_loop& loop, host_ops host, budget limit = guest_budget);

    /// Does the same, but returns the error.
    static result<guest> create(event_loop& loop, host_ops host, budget limit = guest_budget);

    ~guest();
    guest(guest&&) noexcept = default;
    guest& operator=(guest&& other) noexcept;

    /// Detaches from the host; calls `done` once, when the host no longer holds any resource of
    /// Weft. Idempotent: a later call's `done` is called at once.
    void detach(function<void()> done = {});

    [[nodiscard]] bool attached() const noexcept;

private:
    class attachment;

    explicit guest(std::shared_ptr<attachment> attached) noexcept;

    std::shared_ptr<attachment> attachment_;
};

} // namespace weft
