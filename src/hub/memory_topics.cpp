// SPDX-License-Identifier: MIT
// Topics in memory: numbering, storing and reading publications.
#include "hub/memory_topics.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/stream/device_random.hpp>

namespace weft {
namespace {

constexpr int topics_looked_at = 2; // topics checked for expiry with each publication

std::uint64_t random_epoch() {
    device_random source;
    std::uint64_t drawn = 0;
    source.fill(std::as_writable_bytes(std::span(&drawn, 1)));
    return drawn;
}

void remove_from(std::vector<std::shared_ptr<memory_inbox>>& all,
                 const memory_inbox& gone) noexcept {
    std::erase_if(all, [&](const auto& one) { return one.get() == &gone; });
}

} // namespace

// --- one topic

void memory_topic::expire(time_point now) noexcept {
    while (!history.empty() && now >= later(history.front().when, age)) history.pop_front();
    while (!key_order.empty() && now >= key_order.front().until) {
        keys.erase(key_order.front().key);
        key_order.pop_front();
    }
}

void memory_topic::store(std::list<stored>& added, const history_limits& limits) noexcept {
    if (limits.messages == 0 || limits.age <= duration::zero()) {
        history.clear(); // the stored ones must end with the newest
        return;
    }
    age = limits.age;
    history.splice(history.end(), added);
    while (history.size() > limits.messages) history.pop_front();
}

history_page memory_topic::read(const history_query& query) const {
    history_page page;
    page.latest = latest;
    std::size_t first = history.size() - std::min(history.size(), query.limit);
    if (query.since) {
        const std::uint64_t stored_from = latest.offset - history.size();
        const std::uint64_t since = query.since->offset;
        page.complete =
            query.since->epoch == latest.epoch && since >= stored_from && since <= latest.offset;
        if (!page.complete) return page;
        first = static_cast<std::size_t>(since - stored_from);
    }
    auto next = std::prev(history.end(), static_cast<std::ptrdiff_t>(history.size() - first));
    for (std::size_t left = query.limit; left != 0 && next != history.end(); --left) {
        page.messages.push_back((next++)->what);
    }
    return page;
}

// --- all topics

memory_topics::memory_topics(const memory_broker_options& options)
    : options_(options), epoch_(random_epoch()) {}

std::size_t memory_topics::size() const {
    const std::lock_guard lock(mutex_);
    return topics_.size();
}

memory_topic* memory_topics::find(std::string_view name) noexcept {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &*found->second;
}

memory_topic& memory_topics::find_or_add(std::string_view name) {
    if (memory_topic* const known = find(name)) return *known;
    list added(1);
    added.front().name = name;
    by_name_.emplace(added.front().name, added.begin());
    added.front().latest = {0, ++epoch_};
    topics_.splice(topics_.begin(), added);
    return topics_.front();
}

memory_topics::list::iterator memory_topics::drop_if_unused(list::iterator which) noexcept {
    if (!which->unused()) return std::next(which);
    by_name_.erase(which->name);
    return topics_.erase(which);
}

/// Checks a few topics in each call, so that unused ones are removed in time.
void memory_topics::expire_some(time_point now) noexcept {
    for (int left = topics_looked_at; left != 0 && !topics_.empty(); --left) {
        const auto next = topics_.begin();
        next->expire(now);
        topics_.splice(topics_.end(), topics_, next);
        drop_if_unused(next);
    }
}

result<position> memory_topics::publish(std::string_view name, publication&& what,
                                        const publish_options& options,
                                        const history_limits& limits, const memory_inbox& by,
                                        time_point now, std::vector<memory_delivery>& queued) {
    const std::lock_guard lock(mutex_);
    expire_some(now);
    memory_topic& to = find_or_add(name);
    to.expire(now);
    if (const auto known = to.keys.find(options.idempotency_key); known != to.keys.end()) {
        return known->second;
    }
    collect(to, queued);
    for (const auto& one : queued) {
        if (one.to->size() > options_.pending_max) return failure(errc::queue_full);
    }
    what.at = options.transient ? position() : position{to.latest.offset + 1, to.latest.epoch};
    const auto made = std::make_shared<const publication>(std::move(what));
    for (auto& one : queued) {
        one.what.push_back({std::string(name), made});
        if (one.to.get() != &by) one.wake_up = one.to->make_wake_up();
    }
    std::list<memory_topic::stored> stored(1, {made, now});
    if (!options.idempotency_key.empty()) remember(to, options.idempotency_key, made->at, now);

    // From here on nothing fails.
    for (auto& one : queued) one.to->add(one.what);
    if (!options.transient) {
        to.store(stored, limits);
        to.latest = made->at;
    }
    drop_if_unused(by_name_.find(name)->second);
    return made->at;
}

/// Finds all sessions that subscribe to the topic, each once.
void memory_topics::collect(const memory_topic& of, std::vector<memory_delivery>& to) const {
    const auto add_all = [&](const inboxes& all) {
        for (const auto& one : all) {
            const auto is_it = [&](const memory_delivery& other) { return other.to == one; };
            if (std::ranges::none_of(to, is_it)) to.push_back({one, {}, {}});
        }
    };
    add_all(of.subscribers);
    const std::string_view name = of.name;
    auto length = lengths_.next(0, name.size());
    for (; length; length = lengths_.next(*length + 1, name.size())) {
        const auto found = prefixes_.find(name.substr(0, *length));
        if (found != prefixes_.end()) add_all(found->second);
    }
}

/// Throws std::bad_alloc; then nothing was done.
void memory_topics::remember(memory_topic& in, const std::string& key, const position& at,
                             time_point now) {
    if (options_.idempotency_keys_max == 0) return;
    std::list<memory_topic::known_key> added;
    added.push_back({key, later(now, options_.idempotency_time)});
    in.keys.emplace(key, at);
    in.key_order.splice(in.key_order.end(), added);
    if (in.key_order.size() <= options_.idempotency_keys_max) return;
    in.keys.erase(in.key_order.front().key);
    in.key_order.pop_front();
}

// --- subscriptions

position memory_topics::subscribe(std::string_view name, const std::shared_ptr<memory_inbox>& who,
                                  time_point now) {
    const std::lock_guard lock(mutex_);
    expire_some(now);
    memory_topic& to = find_or_add(name);
    auto& all = to.subscribers;
    if (std::find(all.begin(), all.end(), who) == all.end()) all.push_back(who);
    return to.latest;
}

void memory_topics::unsubscribe(std::string_view name, const memory_inbox& who) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    remove_from(found->second->subscribers, who);
    drop_if_unused(found->second);
}

void memory_topics::subscribe_prefix(std::string_view prefix,
                                     const std::shared_ptr<memory_inbox>& who) {
    const std::lock_guard lock(mutex_);
    const auto known = prefixes_.find(prefix);
    if (known != prefixes_.end()) {
        auto& all = known->second;
        if (std::ranges::find(all, who) == all.end()) all.push_back(who);
        return;
    }
    const auto added = prefixes_.emplace(std::string(prefix), inboxes{who}).first;
    try {
        lengths_.add(prefix.size());
    } catch (const std::bad_alloc&) {
        prefixes_.erase(added);
        throw;
    }
}

void memory_topics::unsubscribe_prefix(std::string_view prefix, const memory_inbox& who) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = prefixes_.find(prefix);
    if (found == prefixes_.end()) return;
    remove_from(found->second, who);
    drop_if_unused(found);
}

/// Removes a prefix that no session subscribes to any more; returns the next one.
memory_topics::prefix_table::iterator
memory_topics::drop_if_unused(prefix_table::iterator which) noexcept {
    if (!which->second.empty()) return std::next(which);
    lengths_.remove(which->first.size());
    return prefixes_.erase(which);
}

void memory_topics::forget(const memory_inbox& who) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto next = topics_.begin(); next != topics_.end();) {
        remove_from(next->subscribers, who);
        std::erase_if(next->present, [&](const auto& one) { return one.second.first == &who; });
        next = drop_if_unused(next);
    }
    for (auto next = prefixes_.begin(); next != prefixes_.end();) {
        remove_from(next->second, who);
        next = drop_if_unused(next);
    }
}

// --- reading

history_page memory_topics::read(std::string_view name, const history_query& query,
                                 time_point now) {
    const std::lock_guard lock(mutex_);
    memory_topic* const found = find(name);
    if (!found) return {{}, !query.since, {}};
    found->expire(now);
    return found->read(query);
}

void memory_topics::enter(std::string_view name, const presence_entry& entry,
                          const memory_inbox& who) {
    const std::lock_guard lock(mutex_);
    find_or_add(name).present.insert_or_assign(entry.id, std::pair(&who, entry));
}

void memory_topics::leave(std::string_view name, std::string_view id) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return;
    auto& present = found->second->present;
    if (const auto entry = present.find(id); entry != present.end()) present.erase(entry);
    drop_if_unused(found->second);
}

std::vector<presence_entry> memory_topics::presence(std::string_view name) {
    const std::lock_guard lock(mutex_);
    std::vector<presence_entry> all;
    if (const memory_topic* const found = find(name)) {
        for (const auto& [id, one] : found->present) all.push_back(one.second);
    }
    return all;
}

} // namespace weft
