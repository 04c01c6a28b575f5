// SPDX-License-Identifier: MIT
// Watches an application's descriptor: registers an edge with the engine, and again after each
// call.
#include <weft/loop/watch.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {

/// The engine's target. Retired rather than deleted, since its function may be on the stack.
class watch::state final : public source {
public:
    state(loop_state& loop, int descriptor, function<void(readiness)> ready)
        : loop_(loop), descriptor_(descriptor), ready_(std::move(ready)) {}

    std::error_code set(directions wanted) noexcept {
        if (const auto why = loop_.check_alive()) return why;
        wanted_ = wanted;
        lost_ = false;
        std::error_code why;
        if (wants_any() && !registered_) why = check_pollable(descriptor_);
        if (!why) why = update();
        if (why) withdraw();
        count();
        return why;
    }

    void withdraw() noexcept {
        wanted_ = {};
        loop_.cancel(*this);
        if (std::exchange(registered_, false)) loop_.engine().remove(descriptor_);
        count();
    }

    [[nodiscard]] directions wanted() const noexcept { return wanted_; }

private:
    [[nodiscard]] bool wants_any() const noexcept { return wanted_.read || wanted_.write; }

    /// Registers again, so that the engine reports again what is ready. Edge-triggered, because a
    /// level-triggered registration would not wake an edge-triggered host again. While the function
    /// is on the stack of a nested turn, the descriptor causes no wake-up.
    std::error_code update() noexcept {
        if (!wants_any() || suspended_) {
            if (std::exchange(registered_, false)) loop_.engine().remove(descriptor_);
            return {};
        }
        const interest in{wanted_.read, wanted_.write, false};
        auto& engine = loop_.engine();
        const auto why = registered_ ? engine.modify(descriptor_, *this, in)
                                     : engine.add(descriptor_, *this, in);
        if (!why) registered_ = true;
        return as_pollable_error(why);
    }

    void count() noexcept {
        if (wants_any() == counted_) return;
        counted_ = !counted_;
        counted_ ? loop_.work_started() : loop_.work_finished();
    }

    void ready(readiness what) noexcept override {
        found_ = what;
        loop_.defer(*this);
    }

    void run() noexcept override {
        if (calling_) return; // a nested turn inside its own function
        readiness what = std::exchange(found_, {});
        what.read &= wanted_.read;
        what.write &= wanted_.write;
        const bool lost = std::exchange(lost_, false);
        if (lost || (wants_any() && (what.read || what.write || what.hangup))) call(what);
    }

    void call(readiness what) noexcept {
        calling_ = true;
        loop_.call(*this, [&] {
            if (ready_) ready_(what);
        });
        calling_ = false;
        suspended_ = false;
        if (loop_.closed() || !update()) return; // what the function has left is reported again
        withdraw();
        found_.hangup = lost_ = true;
        loop_.defer(*this);
    }

    void suspend() noexcept override {
        suspended_ = true;
        static_cast<void>(update());
    }

    loop_state& loop_;
    int descriptor_;
    function<void(readiness)> ready_;
    directions wanted_;
    readiness found_;
    bool registered_ = false;
    bool counted_ = false;
    bool calling_ = false;
    bool suspended_ = false;
    bool lost_ = false; // the engine cannot watch it any more
};

watch::watch(event_loop& loop, int descriptor, function<void(readiness)> ready)
    : loop_(loop.state()), state_(new state(*loop_, descriptor, std::move(ready))) {}

watch::~watch() {
    if (!state_) return;
    state_->withdraw();
    loop_->retire(state_);
}

watch::watch(watch&& other) noexcept
    : loop_(std::move(other.loop_)), state_(std::exchange(other.state_, nullptr)) {}

watch& watch::operator=(watch&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(state_, other.state_);
    return *this;
}

result<void> watch::set(directions wanted) noexcept {
    loop_->require_owner("watch::set");
    if (const auto why = state_->set(wanted)) return failure(why);
    return {};
}

watch::directions watch::wanted() const noexcept {
    return state_->wanted();
}

} // namespace weft
