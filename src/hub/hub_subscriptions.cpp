// SPDX-License-Identifier: MIT
// Adds and removes subscriptions, members and topics, and calls the handlers for that.
#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "hub/hub_state.hpp"
#include "hub/scope_guard.hpp"

namespace weft {
namespace {

constexpr std::size_t queue_kib_max = (std::size_t(1) << 24) - 1;

topic_match match_of(const topic& which) noexcept {
    return which.prefix ? topic_match::prefix : topic_match::exact;
}

} // namespace

// --- members

member::member(hub_state& in, connection& who) noexcept
    : channel_observer(&in), hub(in), to(&who) {}

void member::on_drained() noexcept {
    hub.drained(*this);
}

void member::on_end() noexcept {
    hub.member_ended(*this);
}

member& hub_state::member_of(connection& who) {
    if (auto* const known = who.observer_of(this)) return static_cast<member&>(*known);
    members_.reserve_one();
    auto made = std::make_unique<member>(*this, who);
    who.observe(*made);
    members_.add(*made);
    return *made.release();
}

/// The member may be on the stack, so it is freed at the end of the outermost scope guard.
void hub_state::forget_if_unused(member& which) noexcept {
    if (which.count != 0 || !which.to) return;
    which.to = nullptr;
    which.stop_observing();
    members_.remove(which);
    which.next_gone = std::exchange(gone_, &which);
}

void hub_state::free_gone() noexcept {
    while (gone_) delete std::exchange(gone_, gone_->next_gone);
}

void hub_state::member_ended(member& gone) noexcept {
    if (closed_) {
        gone.to = nullptr;
        return;
    }
    const scope_guard during(*this, nullptr, &gone);
    while (gone.count != 0) remove(table_.at(gone.first));
}

// --- topics

void hub_state::forget_if_unused(topic& which) noexcept {
    if (which.pins != 0 || !which.subscriptions.empty()) return;
    if (which.at != topic::state::new_topic) session_->unsubscribe(which.name, match_of(which));
    topics_.remove(which);
}

void hub_state::ask_broker(topic& which) {
    which.at = topic::state::subscribing;
    try {
        session_->subscribe(which.name, match_of(which),
                            for_topic<position>(which, [this](topic& of, result<position> at) {
                                broker_subscribed(of, at);
                            }));
    } catch (...) {
        if (which.at == topic::state::subscribing) which.at = topic::state::new_topic;
        throw;
    }
}

void hub_state::broker_subscribed(topic& which, const result<position>& at) {
    if (!at) {
        which.at = topic::state::new_topic;
        session_->unsubscribe(which.name, match_of(which));
        return retry();
    }
    const delivery now(*this);
    which.at = topic::state::live;
    which.seen = *at;
    deliver_early(which);
    if (!closed_) queue_joins(which);
}

// --- subscriptions

subscription* hub_state::find(const connection& who, std::string_view name,
                              bool prefix) const noexcept {
    const auto* const known = who.observer_of(this);
    if (!known) return nullptr;
    const topic* const what = topics_.find(name, prefix);
    return what ? table_.find(static_cast<const member&>(*known), *what) : nullptr;
}

result<void> hub_state::subscribe(connection& who, std::string_view name,
                                  subscribe_options&& options) {
    if (closed_) return failure(errc::gone);
    driver_.require_owner("hub::subscribe");
    if (!who.is_open()) return failure(errc::not_open);
    if (who.awaits_authentication()) return failure(errc::unauthenticated);
    const bool recalls = options.since || options.presence;
    if (name.empty() || (options.prefix && recalls)) return failure(errc::bad_argument);
    if (find(who, name, options.prefix)) return failure(errc::already_subscribed);

    topic& what = topics_.find_or_add(name, options.prefix);
    const scope_guard during(*this, &what); // forgets what was added, if memory runs out
    member& by = member_of(who);
    const scope_guard with_member(*this, nullptr, &by);
    subscription& added = table_.add(by, what);
    try {
        begin_with(added, std::move(options));
        if (what.at == topic::state::new_topic) ask_broker(what);
    } catch (...) {
        if (!added.ended) remove(added);
        throw;
    }
    if (!closed_ && !added.ended && !added.joining) announce(added, true);
    return {};
}

void hub_state::begin_with(subscription& added, subscribe_options&& options) {
    const std::size_t rounded_up = options.queue_max / 1024 + (options.queue_max % 1024 != 0);
    const std::size_t kib = std::min(rounded_up, queue_kib_max);
    added.queue_kib = static_cast<std::uint32_t>(kib) & queue_kib_max;
    added.when_slow = static_cast<std::uint32_t>(options.when_slow) & 3U;
    if (!options.done && !options.since && !options.presence) return;

    added.joining = 1;
    auto& extra = table_.add_extra(added);
    extra.since = options.since;
    extra.done = std::move(options.done);
    extra.presence = std::move(options.presence);
    extra.ticket = ++tickets_;
    joins_.push_back({&added, extra.ticket});
    driver_.defer(*this);
}

bool hub_state::unsubscribe(connection& who, std::string_view name, bool prefix) noexcept {
    if (closed_) return false;
    driver_.require_owner("hub::unsubscribe");
    subscription* const found = find(who, name, prefix);
    if (!found) return false;
    const scope_guard during(*this, nullptr, found->member);
    remove(*found);
    return true;
}

void hub_state::unsubscribe_all(connection& who) noexcept {
    if (closed_) return;
    driver_.require_owner("hub::unsubscribe_all");
    auto* const known = who.observer_of(this);
    if (!known) return;
    auto& by = static_cast<member&>(*known);
    const scope_guard during(*this, nullptr, &by);
    while (by.count != 0) remove(table_.at(by.first));
}

void hub_state::remove(subscription& gone) noexcept {
    topic& what = *gone.topic;
    member& by = *gone.member;
    const scope_guard during(*this, &what);
    if (gone.announced) announce(gone, false);
    leave_run(gone);
    const auto extra = table_.remove(gone); // its destructor may run code of the application
    if (!extra) return;
    if (extra->recovering) stop_recovering(what);
    if (!extra->presence_id.empty()) session_->leave(what.name, extra->presence_id);
    if (extra->backlog.empty()) return;
    queued_ -= extra->backlog.size();
    --by.backlogs;
}

// --- handlers

/// Schedules a call of the handler in the next round. Without memory for that, it is not called.
void hub_state::announce(subscription& which, bool begins) noexcept {
    if (!on_subscribe && !on_unsubscribe) return;
    try {
        announced_.push_back({begins, which.member->to->handle(), which.topic->name});
        which.announced = begins ? 1 : 0;
        driver_.defer(*this);
    } catch (const std::bad_alloc&) {
        return;
    }
}

void hub_state::call_announced() noexcept {
    auto due = std::exchange(announced_, {});
    for (auto& one : due) {
        auto& handler = one.begins ? on_subscribe : on_unsubscribe;
        const subscriber who{std::move(one.who)};
        if (!closed_ && handler) guarded([&] { handler(who, one.topic); });
    }
}

} // namespace weft
