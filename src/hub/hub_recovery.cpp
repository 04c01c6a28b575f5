// SPDX-License-Identifier: MIT
// Begins the subscriptions that have `done`, `since` or `presence`: reads what they missed from the
// history, and then delivers live publications without a gap.
#include <charconv>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

#include "hub/hub_state.hpp"
#include "hub/scope_guard.hpp"

namespace weft {
namespace {

constexpr int reads_max = 3;

/// Returns the first of `all` with an offset after `offset`.
std::size_t first_after(const std::vector<shared_publication>& all, std::uint64_t offset) noexcept {
    std::size_t at = 0;
    while (at < all.size() && all[at]->at.offset <= offset) ++at;
    return at;
}

} // namespace

bool hub_state::is_current(const join& which) const noexcept {
    const subscription& one = *which.which;
    if (!one.member || one.ended || !one.joining) return false;
    const auto* const extra = table_.extra(one);
    return extra && extra->ticket == which.ticket;
}

/// Schedules the beginning of all subscriptions that wait for the topic to become live.
void hub_state::queue_joins(topic& which) {
    which.subscriptions.for_each([&](subscription& one) {
        const auto* const extra = one.joining ? table_.extra(one) : nullptr;
        if (extra && !extra->recovering) joins_.push_back({&one, extra->ticket});
    });
    if (!joins_.empty()) driver_.defer(*this);
}

void hub_state::begin_joins() noexcept {
    const auto due = std::exchange(joins_, {});
    for (const join& one : due) {
        if (closed_) return;
        if (!is_current(one) || table_.extra(*one.which)->recovering) continue;
        if (one.which->topic->at != topic::state::live) continue; // queued again when it is
        try {
            begin(one);
        } catch (const std::bad_alloc&) {
            begin_later(one);
        }
    }
}

/// Makes `expire` queue the subscription again.
void hub_state::begin_later(const join& which) noexcept {
    if (!is_current(which)) return;
    auto& extra = *table_.extra(*which.which);
    if (std::exchange(extra.recovering, false)) stop_recovering(*which.which->topic);
    retry();
}

void hub_state::begin(const join& which) {
    topic& what = *which.which->topic;
    const scope_guard during(*this, &what);
    auto& extra = *table_.extra(*which.which);
    extra.recovering = true;
    ++what.recovering;
    enter_presence(*which.which);
    if (extra.since) return read_missed(which);
    finish_join(which, {what.seen, false, 0}, what.seen, {});
}

void hub_state::stop_recovering(topic& which) noexcept {
    if (--which.recovering != 0) return;
    which.recent.clear();
    which.recent_size = 0;
}

void hub_state::enter_presence(subscription& which) {
    auto& extra = *table_.extra(which);
    if (!extra.presence) return;
    char id[36];
    char* at = std::to_chars(id, id + 16, presence_prefix_, 16).ptr;
    *at++ = '-';
    at = std::to_chars(at, id + sizeof id, extra.ticket).ptr;
    extra.presence_id.assign(id, at);
    session_->enter(which.topic->name, {extra.presence_id, *extra.presence});
    extra.presence.reset();
}

void hub_state::read_missed(const join& which) {
    topic& what = *which.which->topic;
    const auto& extra = *table_.extra(*which.which);
    session_->history(what.name, {extra.since, options_.recovered_max},
                      for_topic<history_page>(what, [this, which](topic&,
                                                                  result<history_page> page) {
                          if (!is_current(which)) return;
                          try {
                              missed_was_read(which, std::move(page));
                          } catch (const std::bad_alloc&) {
                              begin_later(which);
                          }
                      }));
}

void hub_state::missed_was_read(const join& which, result<history_page>&& page) {
    if (!page) return begin_later(which);
    topic& what = *which.which->topic;
    auto& extra = *table_.extra(*which.which);
    const position from = *extra.since;
    const auto& missed = page->messages;
    const position last = missed.empty() ? from : missed.back()->at;
    bool complete = page->complete && last == page->latest && last.epoch == what.seen.epoch;
    // What was published after the page was read must have been kept.
    const std::size_t later = first_after(what.recent, last.offset);
    if (complete && what.seen.offset > last.offset) {
        complete = later < what.recent.size() && what.recent[later]->at.offset == last.offset + 1;
        if (!complete && ++extra.attempts < reads_max) return read_missed(which);
    }
    if (!complete) {
        ++counters_.unrecoverable;
        return finish_join(which, {what.seen, false, 0}, what.seen, {});
    }
    ++counters_.recovered;
    const std::size_t count = missed.size() + what.recent.size() - later;
    finish_join(which, {from, true, count}, from, std::move(page->messages));
}

/// Calls the subscription's `done`, then begins to deliver.
void hub_state::finish_join(const join& which, const subscribed& how, position from,
                            std::vector<shared_publication>&& missed) {
    subscription& one = *which.which;
    const scope_guard during(*this, one.topic, one.member);
    if (one.topic->prefix) one.joining = 0; // a prefix has no position to go on from
    auto done = std::move(table_.extra(one)->done);
    if (done) guarded([&] { done(*one.member->to, how); });
    if (closed_ || one.ended || !table_.extra(one)) return;
    if (table_.extra(one)->ticket == which.ticket) go_live(one, from, missed);
}

void hub_state::go_live(subscription& which, position from,
                        const std::vector<shared_publication>& missed) noexcept {
    topic& what = *which.topic;
    const delivery now(*this); // what arrives meanwhile is newer than what was missed
    auto& extra = *table_.extra(which);
    which.joining = 0;
    extra.sent = from.offset;
    extra.epoch = from.epoch;
    // The stream may call code that ends the subscription, or the hub.
    const auto give_all = [&](const std::vector<shared_publication>& some) {
        for (std::size_t i = 0; !closed_ && !which.ended && i < some.size(); ++i) {
            const shared_publication each = some[i];
            if (each->at.epoch != extra.epoch || each->at.offset != extra.sent + 1) continue;
            extra.sent = each->at.offset;
            const shared_outgoing message = format(what.name, each);
            send(which, message);
        }
    };
    const bool nested = std::exchange(what.delivering, true);
    const bool sends = std::exchange(sending_, true);
    try {
        give_all(missed);
        give_all(what.recent);
    } catch (const std::bad_alloc&) {
        if (which.member->to) which.member->to->abort(); // otherwise the gap stays unnoticed
    }
    what.delivering = nested;
    sending_ = sends;
    if (closed_ || which.ended) return;
    if (std::exchange(extra.recovering, false)) stop_recovering(what);
    announce(which, true);
    const bool useless = extra.presence_id.empty() && extra.backlog.empty() &&
        (what.prefix || (extra.epoch == what.seen.epoch && extra.sent <= what.seen.offset));
    if (useless) table_.drop_extra(which);
}

} // namespace weft
