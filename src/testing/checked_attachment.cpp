// SPDX-License-Identifier: MIT
// The rules of `host_ops`, and what the author of a host reads when one is broken.
#include "testing/checked_attachment.hpp"

#include <algorithm>
#include <utility>

namespace weft::testing {

void host_complaints::add(std::string what) {
    const std::scoped_lock lock(mutex_);
    if (std::find(said_.begin(), said_.end(), what) != said_.end()) return;
    said_.push_back(std::move(what));
}

std::vector<std::string> host_complaints::all() const {
    const std::scoped_lock lock(mutex_);
    return said_;
}

checked_attachment::checked_attachment(host_ops of_host,
                                       std::shared_ptr<host_complaints> complaints)
    : host_(std::move(of_host)), complaints_(std::move(complaints)) {}

host_ops checked_attachment::ops() {
    const auto self = shared_from_this();
    host_ops seen;
    seen.watch = [self](int descriptor, function<void()> turn) {
        return self->watch(descriptor, std::move(turn));
    };
    seen.unwatch = [self](function<void()> done) { self->unwatch(std::move(done)); };
    if (host_.work) seen.work = [self](bool any) { self->host_.work(any); };
    return seen;
}

result<void> checked_attachment::watch(int descriptor, function<void()> turn) {
    turn_ = std::move(turn);
    watching_ = true;
    auto watched = host_.watch(descriptor, [weak = weak_from_this()] {
        if (const auto here = weak.lock()) here->turn();
    });
    watching_ = false;
    if (!watched) complaints_->add("watch fails: " + watched.error().message());
    return watched;
}

void checked_attachment::unwatch(function<void()> done) {
    leaving_ = true;
    done_function_ = std::move(done);
    host_.unwatch([weak = weak_from_this()] {
        if (const auto here = weak.lock()) here->done();
    });
    left_ = true;
}

bool checked_attachment::rule(bool kept, const char* otherwise) {
    if (!kept) complaints_->add(otherwise);
    return kept;
}

void checked_attachment::turn() {
    if (!rule(std::this_thread::get_id() == thread_,
              "turn is called on another thread: call it on the thread of the event loop")) {
        return;
    }
    if (!rule(!left_, "turn is called after unwatch has returned: forget it in unwatch") ||
        !rule(!leaving_, "turn is called inside unwatch") ||
        !rule(!watching_, "turn is called inside watch: call it later, from the host's loop")) {
        return;
    }
    ++turns_;
    turn_();
}

void checked_attachment::done() {
    if (!rule(std::this_thread::get_id() == thread_,
              "unwatch's done is called on another thread: call it on the event loop's")) {
        return;
    }
    ++done_;
    if (rule(done_ == 1, "unwatch's done is called more than once: call it exactly once")) {
        done_function_();
    }
}

} // namespace weft::testing
