// SPDX-License-Identifier: MIT
// The scope guards of functions of a hub during which user code may run.
#pragma once

#include <memory>
#include <new>
#include <utility>

#include "hub/hub_state.hpp"

namespace weft {

/// While it exists, the hub, all subscriptions and members, and one topic may be removed, but are
/// not freed. Its destructor removes the given topic and member if they are not used any more.
class hub_state::scope_guard {
public:
    explicit scope_guard(hub_state& in, topic* which = nullptr, member* who = nullptr) noexcept
        : keep_(in.shared_from_this()), topic_(which), member_(who) {
        ++keep_->scope_guards_;
        keep_->table_.hold();
        if (topic_) ++topic_->pins;
    }
    scope_guard(const scope_guard&) = delete;
    scope_guard& operator=(const scope_guard&) = delete;
    ~scope_guard() {
        hub_state& in = *keep_;
        if (topic_) --topic_->pins;
        if (!in.closed_) {
            if (topic_) in.forget_if_unused(*topic_);
            if (member_) in.forget_if_unused(*member_);
        }
        in.table_.release();
        if (--in.scope_guards_ == 0) in.free_gone();
    }

private:
    std::shared_ptr<hub_state> keep_;
    topic* topic_;
    member* member_;
};

/// While it exists, publications that arrive are held; the destructor of the outermost one delivers
/// them. Without it, a publication could be delivered in the middle of another one, because a
/// stream, a filter or `on_loss` may call code of the application that publishes. Then some
/// subscribers would receive the two in the wrong order, or miss one. Needs a `scope_guard` that
/// outlives it.
class hub_state::delivery {
public:
    explicit delivery(hub_state& in) noexcept
        : in_(in), outermost_(!std::exchange(in.delivering_, true)) {}
    delivery(const delivery&) = delete;
    delivery& operator=(const delivery&) = delete;
    ~delivery() {
        if (outermost_) in_.deliver_held();
    }

private:
    hub_state& in_;
    bool outermost_;
};

/// Runs code of the application, whose exceptions go to the driver's `on_error`.
template <class Work>
void hub_state::guarded(Work&& work) noexcept {
    driver_.call(*this, work);
}

/// Calls the application's function with the outcome, if there is a function.
template <class T>
void hub_state::answer(completion<T>&& done, result<T> outcome) noexcept {
    if (done) guarded([&] { done(std::move(outcome)); });
}

template <class T>
completion<T> hub_state::guarded_completion(completion<T>&& done) {
    if (!done) return {};
    return [this, done = std::move(done)](result<T> outcome) mutable {
        if (closed_) return;
        const scope_guard during(*this);
        answer(std::move(done), std::move(outcome));
    };
}

template <class T, class Work>
completion<T> hub_state::for_topic(topic& which, Work work) {
    return [this, name = which.name, prefix = which.prefix, serial = which.serial,
            work = std::move(work)](result<T> outcome) mutable {
        if (closed_) return;
        topic* const found = topics_.find(name, prefix);
        if (!found || found->serial != serial) return;
        const scope_guard during(*this, found);
        try {
            work(*found, std::move(outcome));
        } catch (const std::bad_alloc&) {
            read_again(*found);
        }
    };
}

} // namespace weft
