// SPDX-License-Identifier: MIT
// What all guests share: an event loop attached to a host that watches its descriptor. An adapter
// for a host library, or for your own loop, fills in three functions.
#pragma once

#include <memory>
#include <utility>

#include <weft/loop/event_loop.hpp>

namespace weft {

/// What a host has to be able to do. See the contract at `event_loop`.
struct host_ops {
    /// Call `turn` on the loop's thread whenever `descriptor` is readable, from now on.
    function<result<void>(int descriptor, function<void()> turn)> watch;

    /// Stop that, and call `done` when the host holds nothing of ours any more: at once, or later.
    /// When this returns the descriptor may be closed and `turn` is no longer called.
    function<void(function<void()> done)> unwatch;

    /// The loop has work (true) or none (false), so that the host's own `run` can end when it
    /// should. A stay begins and ends with no work: after `watch`, before `unwatch`. May be empty.
    function<void(bool)> work = {};

    /// Something was posted to the loop: the host's own `run` lasts until the turn in which that is
    /// heard. Called on any thread, until `unwatch` is; throws nothing. May be empty.
    function<void()> posted = {};

    /// Turns come on several threads, one at a time: between them the loop belongs to no thread,
    /// and the host sees to it that nobody else is on the strand.
    bool on_strand = false;
};

/// What a host can do through a `Watch` that its operations share.
///
/// It has `result<void> start(int descriptor, function<void()> turn)`, `stop()`, or
/// `stop(function<void()> done)` if the host lets go later, and `work(bool)` if it is to know.
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

/// An event loop's stay in a host.
///
/// Attached when it is made, detached when it is destroyed; a loop can be attached again, also to
/// another host. It neither starts nor stops the host. Belongs to the loop's thread.
class guest {
public:
    /// Attaches `loop`. Throws std::system_error with what `watch` says, with
    /// `errc::no_descriptor`, or with `errc::already_attached`; then nothing has happened.
    guest(event_loop& loop, host_ops host, budget limit = guest_budget);

    /// The same with the error as a result.
    static result<guest> create(event_loop& loop, host_ops host, budget limit = guest_budget);

    ~guest();
    guest(guest&&) noexcept = default;
    guest& operator=(guest&& other) noexcept;

    /// Leaves the host; `done` is called once when nothing of ours is left there. Idempotent: a
    /// later call's `done` is called at once.
    void detach(function<void()> done = {});

    [[nodiscard]] bool attached() const noexcept;

private:
    class stay;

    explicit guest(std::shared_ptr<stay> attached) noexcept;

    std::shared_ptr<stay> stay_;
};

} // namespace weft
