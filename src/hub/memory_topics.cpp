// SPDX-License-Identifier: MIT
// Topics in memory: numbering, storing and reading publications.
#include "hub/memory_topics.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/stream/device_random.hpp>

#include "hub/memory_inbox.hpp"

namespace weft {
namespace {

constexpr int topics_looked_at = 2; // topics checked for expiry with each publication

std::uint64_t random_epoch() {
    device_random source;
    std::uint64_t drawn = 0;
    source.fill(std::as_writable_bytes(std::span(&drawn, 1)));
    return drawn;
}

} // namespace

// --- one topic

void memory_topic::expire(time_point now) {
    while (!history.empty() && now >= later(history.front().when, age)) history.pop_front();
    while (!key_order.empty() && now >= key_order.front().until) {
        keys.erase(key_order.front().key);
        key_order.pop_front();
    }
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
    topics_.emplace_front().name = name;
    const auto added = topics_.begin();
    added->latest = {0, ++epoch_};
    try {
        by_name_.emplace(added->name, added);
    } catch (...) {
        topics_.pop_front();
        throw;
    }
    return *added;
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
                                        const history_limits& limits, time_point now,
                                        std::vector<std::shared_ptr<memory_inbox>>& queued) {
    const std::lock_guard lock(mutex_);
    expire_some(now);
    memory_topic& to = find_or_add(name);
    to.expire(now);
    if (const auto known = to.keys.find(options.idempotency_key); known != to.keys.end()) {
        return known->second;
    }
    collect(to, queued);
    for (const auto& one : queued) {
        if (one->size() > options_.pending_max) return failure(errc::queue_full);
    }
    what.at = options.transient ? position() : position{to.latest.offset + 1, to.latest.epoch};
    const auto made = std::make_shared<const publication>(std::move(what));
    std::size_t added = 0;
    try {
        for (; added < queued.size(); ++added) queued[added]->add(name, made);
        if (!options.idempotency_key.empty()) remember(to, options.idempotency_key, now);
        if (!options.transient) store(to, made, limits, now);
    } catch (...) { // nothing was published
        while (added != 0) queued[--added]->take_back();
        to.keys.erase(options.idempotency_key);
        throw;
    }
    if (!options.transient) to.latest = made->at;
    if (!options.idempotency_key.empty()) to.keys[options.idempotency_key] = made->at;
    drop_if_unused(by_name_.find(name)->second);
    return made->at;
}

/// Finds all sessions that subscribe to the topic, each once.
void memory_topics::collect(const memory_topic& of, inboxes& to) {
    to = of.subscribers;
    if (prefixes_.empty()) return;
    for (const auto& [length, count] : prefix_lengths_) {
        if (length > of.name.size()) break;
        const auto found = prefixes_.find(of.name.substr(0, length));
        if (found == prefixes_.end()) continue;
        for (const auto& one : found->second) {
            if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
        }
    }
}

void memory_topics::store(memory_topic& in, const shared_publication& what,
                          const history_limits& limits, time_point now) {
    if (limits.messages == 0 || limits.age <= duration::zero()) {
        in.history.clear(); // the stored ones must end with the newest
        return;
    }
    in.age = limits.age;
    in.history.push_back({what, now});
    while (in.history.size() > limits.messages) in.history.pop_front();
}

void memory_topics::remember(memory_topic& in, const std::string& key, time_point now) {
    in.keys.emplace(key, position());
    in.key_order.push_back({key, later(now, options_.idempotency_time)});
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
    std::erase_if(found->second->subscribers, [&](const auto& one) { return one.get() == &who; });
    drop_if_unused(found->second);
}

void memory_topics::subscribe_prefix(std::string_view prefix,
                                     const std::shared_ptr<memory_inbox>& who) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = prefix_lengths_[prefix.size()];
    inboxes& all = prefixes_[std::string(prefix)];
    if (std::find(all.begin(), all.end(), who) != all.end()) return;
    all.push_back(who);
    if (all.size() == 1) ++count;
}

void memory_topics::unsubscribe_prefix(std::string_view prefix, const memory_inbox& who) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(prefixes_.begin(), prefixes_.end(),
                                    [&](const auto& one) { return one.first == prefix; });
    if (found == prefixes_.end()) return;
    std::erase_if(found->second, [&](const auto& one) { return one.get() == &who; });
    if (!found->second.empty()) return;
    const auto length = prefix_lengths_.find(prefix.size());
    if (length != prefix_lengths_.end() && --length->second == 0) prefix_lengths_.erase(length);
    prefixes_.erase(found);
}

void memory_topics::forget(const memory_inbox& who) noexcept {
    const std::lock_guard lock(mutex_);
    for (auto next = topics_.begin(); next != topics_.end();) {
        std::erase_if(next->subscribers, [&](const auto& one) { return one.get() == &who; });
        std::erase_if(next->present, [&](const auto& one) { return one.second.first == &who; });
        next = drop_if_unused(next);
    }
    for (auto next = prefixes_.begin(); next != prefixes_.end();) {
        std::erase_if(next->second, [&](const auto& one) { return one.get() == &who; });
        const auto length = prefix_lengths_.find(next->first.size());
        const bool empty = next->second.empty();
        if (empty && length != prefix_lengths_.end() && --length->second == 0) {
            prefix_lengths_.erase(length);
        }
        next = empty ? prefixes_.erase(next) : std::next(next);
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
