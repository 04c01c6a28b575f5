// SPDX-License-Identifier: MIT
// Delivers publications to subscribers, and queues them for slow readers.
#include <cstddef>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "hub/hub_state.hpp"
#include "hub/scope_guard.hpp"

namespace weft {
namespace {

/// With fewer subscribers than this, a topic does not use its `output_run`: its frames would not be
/// shared.
constexpr std::size_t run_size_min = 2;

slow_reader policy_of(const subscription& which) noexcept {
    return static_cast<slow_reader>(which.when_slow);
}

/// Prefetches the memory that sending to the next subscribers will need. With thousands of
/// subscribers, none of it is in the processor's cache. What was allocated together with a
/// connection, such as its stream, usually lies behind it, so that memory is included.
void fetch_ahead(const member_table<subscription>& all, const subscription& visited) noexcept {
    constexpr std::size_t line = 64; // bytes
    constexpr std::size_t used = 8 * line;
    if (const auto* const later = all.ahead_of(visited, 8)) __builtin_prefetch(later);
    if (const auto* const soon = all.ahead_of(visited, 6)) __builtin_prefetch(&soon->member->to);
    const auto* const next = all.ahead_of(visited, 4);
    if (!next || !next->member->to) return;
    const auto* const at = reinterpret_cast<const std::byte*>(next->member->to);
    for (std::size_t i = 0; i < used; i += line) __builtin_prefetch(at + i, 1);
}

} // namespace

/// Makes the message that subscribers receive, once for each publication.
const shared_outgoing& hub_state::format(std::string_view name, const shared_publication& what) {
    if (formatted_ && formatted_->what == what) return formatted_;
    message whole = what->message();
    std::string text;
    bool done = !options_.format;
    if (!done) {
        bool has_memory = true;
        guarded([&] {
            try {
                options_.format(name, *what, text);
                done = true;
            } catch (const std::bad_alloc&) {
                has_memory = false;
            }
        });
        if (!has_memory) throw std::bad_alloc(); // handled like Weft's own lack of memory
        if (!done) text.clear();
        whole = {std::as_bytes(std::span(text.data(), text.size())), what->is_text};
    }
    formatted_ = std::make_shared<outgoing>(outgoing{what, prepared_message(whole), !done});
    return formatted_;
}

/// Delivers the publication that is next in the topic's sequence, or a transient one.
void hub_state::deliver(topic& which, const shared_publication& what) {
    const shared_outgoing message = format(which.name, what);
    if (what->at.offset != 0) {
        if (which.recovering != 0) keep_recent(which, what);
        which.seen = what->at;
    }
    fan_out(which, message);
}

void hub_state::keep_recent(topic& which, const shared_publication& what) {
    which.recent.push_back(what);
    which.recent_size += what->size() + sizeof(publication);
    if (which.recent_size <= options_.reordered_max) return;
    which.recent.clear(); // subscriptions that recover read the history again
    which.recent_size = 0;
}

/// Calls `action` for each prefix of `name` that has subscribers.
template <class Action>
void hub_state::each_prefix_of(std::string_view name, Action&& action) noexcept {
    std::size_t least = 0;
    while (!closed_) {
        const auto length = topics_.lengths().next(least, name.size());
        if (!length) return;
        least = *length + 1;
        topic* const found = topics_.find(name.substr(0, *length), true);
        if (!found) continue;
        const scope_guard during(*this, found);
        action(*found);
    }
}

void hub_state::deliver_to_prefixes(std::string_view name,
                                    const shared_publication& what) noexcept {
    each_prefix_of(name, [&](topic& found) {
        try {
            const shared_outgoing message = format(name, what);
            fan_out(found, message);
        } catch (const std::bad_alloc&) {
            abort_subscribers(found);
        }
    });
}

void hub_state::abort_prefix_subscribers(std::string_view name) noexcept {
    each_prefix_of(name, [&](topic& found) { abort_subscribers(found); });
}

/// Called if there is no memory to deliver a publication that cannot be read from the history: it
/// has no position, or the subscribers use a prefix. They could not notice the loss, so it aborts
/// their connections.
void hub_state::abort_subscribers(topic& of) noexcept {
    of.subscriptions.for_each([&](const subscription& one) {
        if (!closed_ && !one.joining && one.member->to) one.member->to->abort();
    });
}

/// Delivers a message to all subscribers of a topic or prefix. Calls for one topic do not nest; see
/// `delivery`.
void hub_state::fan_out(topic& to, const shared_outgoing& message) {
    const scope_guard during(*this, &to);
    const bool sends = std::exchange(sending_, true);
    to.delivering = true;
    const bool runs = extend_run(to, *message);
    if (!runs || to.run.size() != to.subscriptions.size()) {
        to.subscriptions.for_each([&](subscription& one) {
            if (closed_ || (runs && one.member->place.run == &to.run)) return;
            fetch_ahead(to.subscriptions, one);
            if (one.joining || (runs && join_run(one))) return;
            offer(one, message);
        });
    }
    to.delivering = false;
    sending_ = sends;
    to.run.settle();
}

// --- subscribers that keep up

/// Appends a publication to the topic's run, and so to the output of all subscribers in the run.
/// Returns false if it must be sent to each subscriber separately.
bool hub_state::extend_run(topic& of, const outgoing& message) noexcept {
    if (of.subscriptions.size() < run_size_min || message.what->filter || message.withheld ||
        !output_run::takes(message.message)) {
        return false;
    }
    if (!of.run.has_room_for(message.message)) write_run(of);
    if (!of.run.append(message.message, run_memory_)) return false;
    counters_.deliveries += of.run.size();
    return true;
}

/// Makes all subscribers write the topic's run before the end of the turn, because it is full.
void hub_state::write_run(topic& of) noexcept {
    of.subscriptions.for_each([&](const subscription& one) {
        fetch_ahead(of.subscriptions, one);
        if (one.member->place.run == &of.run) output_run::write(*one.member->to);
    });
}

/// Returns true if the subscriber needs all publications from the current one on. A subscriber that
/// has recovered may already have some of them.
bool hub_state::gets_all(const subscription& which) const noexcept {
    if (!which.has_extra) return true;
    const auto& extra = *table_.extra(which);
    const position& seen = which.topic->seen;
    return extra.sent == 0 || (extra.epoch == seen.epoch && extra.sent < seen.offset);
}

/// Adds a subscriber to the run of its topic, if it keeps up and needs all publications.
bool hub_state::join_run(subscription& which) noexcept {
    member& by = *which.member;
    if (!by.to || by.behind || by.backlogs != 0 || !gets_all(which)) return false;
    if (!which.topic->run.join(*by.to, by.place)) return false;
    ++counters_.deliveries;
    return true;
}

/// Removes a subscriber from the run of its topic, and queues what was published until now.
void hub_state::leave_run(const subscription& which) noexcept {
    const member& by = *which.member;
    if (by.to && by.place.run == &which.topic->run) output_run::leave(*by.to);
}

// --- each subscriber

void hub_state::offer(subscription& to, const shared_outgoing& message) {
    const publication& what = *message->what;
    if (to.has_extra && what.at.offset != 0) {
        const auto& extra = *table_.extra(to);
        if (what.at.epoch == extra.epoch && what.at.offset <= extra.sent) return;
    }
    if (what.filter) {
        bool passes = false;
        if (to.member->to) guarded([&] { passes = what.filter(*to.member->to); });
        if (!passes || closed_ || to.ended) return;
    }
    send(to, message);
}

void hub_state::send(subscription& to, const shared_outgoing& message) noexcept {
    member& by = *to.member;
    if (!by.to || message->withheld) return;
    try {
        if (policy_of(to) == slow_reader::close) return send_or_close(to, *message);
        if (by.behind || !give(by, *message)) queue(to, message);
    } catch (const std::bad_alloc&) {
        by.to->abort(); // otherwise it would miss a message without noticing
    }
}

/// Sends to a connection; returns false if its queue is full.
bool hub_state::give(member& to, const outgoing& message) {
    const send_result answer = to.to->send(message.message);
    if (answer == send_result::backed_up || answer == send_result::dropped) to.behind = true;
    if (answer == send_result::dropped) return false;
    if (answer != send_result::closed) ++counters_.deliveries;
    return true;
}

void hub_state::send_or_close(subscription& to, const outgoing& message) {
    member& by = *to.member;
    const bool full = by.behind && by.to->is_open() &&
        by.to->buffered_amount() + message.size() > to.queue_max();
    if (!full && give(by, message)) return;
    if (!by.to->is_open()) return; // the connection's own policy has ended it
    ++counters_.closed;
    by.to->close(close_code::try_again_later, "reads too slowly");
}

void hub_state::queue(subscription& to, const shared_outgoing& message) {
    if (!to.member->to->is_open()) return;
    auto& backlog = table_.add_extra(to).backlog;
    const bool first = backlog.empty();
    const std::size_t before = backlog.size();
    const auto lost =
        backlog.push(message, policy_of(to) == slow_reader::conflate, to.queue_max());
    queued_ += backlog.size() - before;
    if (first) ++to.member->backlogs;
    counters_.dropped += lost.dropped;
    counters_.conflated += lost.conflated;
}

/// Sends what waits for a connection that reads again: one message of each subscription in turn.
void hub_state::drained(member& who) noexcept {
    who.behind = false;
    if (closed_ || who.backlogs == 0) return;
    const scope_guard during(*this);
    const delivery now(*this); // what arrives meanwhile is newer than what waits
    while (!closed_ && who.backlogs != 0 && !who.behind && who.to->is_open()) {
        subscription& next = table_.at(who.first);
        who.first = next.next;
        send_queued(next);
    }
}

void hub_state::send_queued(subscription& of) noexcept {
    const auto* const waiting = table_.extra(of);
    if (!waiting || waiting->backlog.empty()) return;
    const shared_outgoing next = waiting->backlog.front();
    try {
        if (!give(*of.member, *next)) return;
    } catch (const std::bad_alloc&) {
        of.member->to->abort();
        return;
    }
    auto* const extra = table_.extra(of);
    if (!extra) return; // the stream has called code that ended the subscription
    auto& backlog = extra->backlog;
    if (backlog.empty() || backlog.front() != next) return;
    const std::size_t before = backlog.size();
    backlog.pop();
    queued_ -= before - backlog.size();
    if (backlog.empty()) --of.member->backlogs;
}

} // namespace weft
