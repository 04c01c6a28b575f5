// SPDX-License-Identifier: MIT
// The two ends of a lookup: the resolver's, and its caller's.
#include <utility>

#include "loop/lookup_state.hpp"

namespace weft {

// --- the resolver's end

lookup::lookup(std::shared_ptr<lookup_state> asked) noexcept : asked_(std::move(asked)) {}

lookup& lookup::operator=(lookup&& other) noexcept {
    std::swap(asked_, other.asked_);
    return *this;
}

lookup::~lookup() {
    try {
        finish();
    } catch (const std::bad_alloc&) {
        // The end is not reported, and the caller times out.
    }
}

const std::string& lookup::host() const noexcept {
    static const std::string none;
    return asked_ ? asked_->host() : none;
}

void lookup::found(const address& one) {
    found(std::vector{one});
}

void lookup::found(std::vector<address> some) {
    if (asked_) asked_->found(std::move(some));
}

void lookup::finish() {
    fail({});
}

void lookup::fail(std::error_code why) {
    if (const auto asked = std::exchange(asked_, nullptr)) asked->finish(why);
}

bool lookup::cancelled() const noexcept {
    return !asked_ || asked_->cancelled();
}

void lookup::on_cancel(function<void()> stop) {
    if (asked_) asked_->on_cancel(std::move(stop));
}

// --- the shared state

void lookup_state::found(std::vector<address> some) {
    mailbox_->post([self = shared_from_this(), some = std::move(some)] {
        if (self->sink_) self->sink_->on_found(some);
    });
}

void lookup_state::finish(std::error_code why) {
    mailbox_->post([self = shared_from_this(), why] {
        self->stop_ = nullptr;
        self->cancelled_ = true;
        if (auto* sink = std::exchange(self->sink_, nullptr)) sink->on_no_more(why);
    });
}

void lookup_state::on_cancel(function<void()> stop) {
    mailbox_->post([self = shared_from_this(), stop = std::move(stop)]() mutable {
        if (!self->sink_) return stop();
        self->stop_ = std::move(stop);
    });
}

void lookup_state::cancel() noexcept {
    sink_ = nullptr;
    cancelled_.store(true, std::memory_order_release);
    try {
        // Posted, not called here: the caller may be in its destructor.
        if (stop_) mailbox_->post(std::exchange(stop_, nullptr));
    } catch (const std::bad_alloc&) {
        // The resolver is not stopped, and its answer is dropped.
    }
}

} // namespace weft
