// SPDX-License-Identifier: MIT
// What every kind of connection shares: observers, its end, memory budgets, pausing and resuming,
// deadlines that wait for input, and exceptions of handlers.
#include <weft/connection/channel.hpp>

#include <algorithm>
#include <utility>

#include <weft/core/memory_account.hpp>

#include "connection/channel_extra.hpp"

namespace weft {

channel::channel(weft::driver& owner, std::unique_ptr<extra> outbound)
    : extra_(std::move(outbound)), connecting_(extra_ && extra_->pending) {
    owner.take_place(*this);
    if (connecting_) pending().belong_to(*this);
}

channel::~channel() = default;

channel::extra& channel::some_extra() {
    if (!extra_) extra_ = make_extra();
    return *extra_;
}

address channel::local_address() const {
    return stream_ ? stream_->local_address() : address();
}

any_value& channel::data() {
    return some_extra().data;
}

// --- observers

void channel::observe(channel_observer& added) {
    added.due_ = false;
    added.insert_before(some_extra().observers);
}

channel_observer* channel::observer_of(const void* owner) const noexcept {
    if (!extra_) return nullptr;
    const weft::list_link& head = extra_->observers;
    for (weft::list_link* at = head.next(); at != &head; at = at->next()) {
        auto& one = static_cast<channel_observer&>(*at);
        if (one.owner_ == owner) return &one;
    }
    return nullptr;
}

/// An observer may send, and so call a write handler (`io_stream::write_handler`) that adds or
/// removes observers. Each one is moved to the end of the list before it is called, so that those
/// that are still due are always at the beginning.
void channel::notify_drained() noexcept {
    if (dead_ || !extra_) return;
    weft::list_link& head = extra_->observers;
    for (weft::list_link* at = head.next(); at != &head; at = at->next()) {
        static_cast<channel_observer&>(*at).due_ = true;
    }
    while (head.linked() && !dead_) {
        auto& one = static_cast<channel_observer&>(*head.next());
        if (!std::exchange(one.due_, false)) return;
        one.unlink();
        one.insert_before(head);
        one.on_drained();
    }
}

void channel::end_observers() noexcept {
    while (extra_ && extra_->observers.linked()) {
        auto& one = static_cast<channel_observer&>(*extra_->observers.next());
        one.unlink();
        one.on_end();
    }
}

// --- the memory budget

void channel::keep_budget(memory_account& account) noexcept {
    while (account.exceeded()) {
        const auto* const most = account.largest();
        if (!most || !static_cast<channel*>(most->owner())->give_up_memory()) return;
    }
}

// --- the end

std::shared_ptr<report_facts> channel::take_facts(const address& remote) {
    auto facts = std::make_shared<report_facts>();
    if (extra_ && extra_->pending) *facts = pending().take_facts();
    if (!stream_) return facts;
    facts->local = local_address();
    facts->remote = remote;
    return facts;
}

/// Ends the connection at once; no handler is called afterwards.
void channel::dismiss() noexcept {
    ended_ = true;
    if (connecting_) pending().cancel();
    die();
}

void channel::die() noexcept {
    if (std::exchange(dead_, true)) return;
    if (stream_) stream_->close();
    driver().disarm(*this);
    end_handles();
    driver().work_finished();
    leave();
    driver().retire(this);
}

/// Ends this connection because of the exception that is being handled.
void channel::handler_threw() noexcept {
    auto what = std::current_exception();
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return run_out_of_memory();
    } catch (...) {
        const bool reported = end_for_exception(what);
        driver().handler_threw(std::move(what), reported);
    }
}

// --- output

bool channel::queue_is_full(std::size_t more) const noexcept {
    const std::size_t posted = has_handles() ? extra_->shared->posted() : 0;
    const queue_limit most = limit();
    return exceeds_queue(queued() + posted, more, most.size_max,
                         most.when_full == queue_policy::pause);
}

send_result channel::refuse_to_queue() noexcept {
    writable_due_ = true;
    if (limit().when_full == queue_policy::close) end_for_full_queue();
    return send_result::dropped;
}

/// Returns whether the peer's input is held back: from when more than half of the limit is queued
/// until the queue has drained, and only if the queue holds answers to that input. Otherwise two
/// sides that both send much would both stop reading, and wait for each other forever.
bool channel::full_queue_pauses() noexcept {
    const queue_limit most = limit();
    const bool applies =
        answers_wait_ && takes_output() && most.when_full == queue_policy::pause;
    held_back_ = applies && (held_back_ || queued() > most.size_max / 2);
    return held_back_;
}

// --- reading

/// Starts or stops reading. A stream that `wants_bytes` refused is resumed only when all events
/// that came from its earlier input have been handled.
void channel::set_reading(bool wanted, bool may_resume) noexcept {
    if (!stream_) return;
    if (!wanted) return suspend_reading();
    if (reading_ == reading::on) return;
    if (reading_ == reading::refused && (continues_ || !may_resume)) return;
    reading_ = reading::on;
    stream_->resume();
}

void channel::suspend_reading() noexcept {
    if (!stream_ || reading_ == reading::paused) return;
    reading_ = reading::paused;
    stream_->pause();
}

// --- deadlines

/// Returns whether input that had arrived when the deadline was first checked is still unread. The
/// stream gets further turns to read it, up to a limit that is high enough for a busy loop.
bool channel::input_is_due() noexcept {
    if (!stream_ || reading_ == reading::paused) return false;
    const std::size_t arrived = stream_->input_pending();
    if (!looked_) {
        owed_ = static_cast<std::uint32_t>(std::min<std::size_t>(arrived, UINT32_MAX));
        looks_ = 0;
    }
    looked_ = arrived != 0 && owed_ != 0 && looks_ != UINT8_MAX;
    if (looked_) ++looks_;
    return looked_;
}

void channel::input_came(std::size_t size) noexcept {
    if (!looked_) return;
    owed_ -= static_cast<std::uint32_t>(std::min<std::size_t>(owed_, size));
    looks_ = 0;
}

/// Schedules another check of the deadline: in the next round `run` clears `postponed_`, and the
/// timer is set again.
void channel::postpone() noexcept {
    postponed_ = true;
    driver().defer(*this);
}

} // namespace weft
