// SPDX-License-Identifier: MIT
// The topics of a memory broker: numbers, histories, idempotency keys, presence and subscribers.
// All of it is used under one mutex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <weft/hub/memory_broker.hpp>

#include "hub/memory_inbox.hpp"
#include "hub/prefix_lengths.hpp"

namespace weft {

/// A publication on its way to a session.
struct memory_delivery {
    std::shared_ptr<memory_inbox> to;
    memory_inbox::entries what;
    std::list<function<void()>> wake_up; // for `memory_inbox::wake`
};

/// One topic of a memory broker.
struct memory_topic {
    struct stored {
        shared_publication what;
        time_point when;
    };
    struct known_key {
        std::string key;
        time_point until;
    };

    std::string name;
    position latest = {};
    std::list<stored> history; // lists, because empty ones own no memory
    duration age = {};
    std::vector<std::shared_ptr<memory_inbox>> subscribers;
    std::unordered_map<std::string, position> keys;
    std::list<known_key> key_order; // oldest first
    std::map<std::string, std::pair<const memory_inbox*, presence_entry>, std::less<>> present;

    void expire(time_point now) noexcept;
    [[nodiscard]] bool unused() const noexcept {
        return history.empty() && subscribers.empty() && keys.empty() && present.empty();
    }
    [[nodiscard]] history_page read(const history_query& query) const;

    /// Stores `added`, one publication, as far as `limits` allow.
    void store(std::list<stored>& added, const history_limits& limits) noexcept;
};

class memory_topics {
public:
    explicit memory_topics(const memory_broker_options& options);

    /// Numbers, stores and queues a publication of the session `by`. Returns in `queued` the
    /// sessions to wake, except that one. Throws std::bad_alloc; then nothing was published.
    result<position> publish(std::string_view name, publication&& what,
                             const publish_options& options, const history_limits& limits,
                             const memory_inbox& by, time_point now,
                             std::vector<memory_delivery>& queued);

    /// Subscribing throws std::bad_alloc; then nothing was done.
    position subscribe(std::string_view name, const std::shared_ptr<memory_inbox>& who,
                       time_point now);
    void unsubscribe(std::string_view name, const memory_inbox& who) noexcept;
    void subscribe_prefix(std::string_view prefix, const std::shared_ptr<memory_inbox>& who);
    void unsubscribe_prefix(std::string_view prefix, const memory_inbox& who) noexcept;

    history_page read(std::string_view name, const history_query& query, time_point now);

    void enter(std::string_view name, const presence_entry& entry, const memory_inbox& who);
    void leave(std::string_view name, std::string_view id) noexcept;
    std::vector<presence_entry> presence(std::string_view name);

    /// Ends all subscriptions and the presence of a session.
    void forget(const memory_inbox& who) noexcept;

    [[nodiscard]] std::size_t size() const;

private:
    using list = std::list<memory_topic>;
    using inboxes = std::vector<std::shared_ptr<memory_inbox>>;

    struct name_hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using prefix_table = std::unordered_map<std::string, inboxes, name_hash, std::equal_to<>>;

    memory_topic* find(std::string_view name) noexcept;
    memory_topic& find_or_add(std::string_view name);
    list::iterator drop_if_unused(list::iterator which) noexcept;
    prefix_table::iterator drop_if_unused(prefix_table::iterator which) noexcept;
    void expire_some(time_point now) noexcept;
    void collect(const memory_topic& of, std::vector<memory_delivery>& to) const;
    void remember(memory_topic& in, const std::string& key, const position& at, time_point now);

    mutable std::mutex mutex_;
    memory_broker_options options_;
    list topics_; // the next one to check for expiry first
    std::unordered_map<std::string_view, list::iterator> by_name_;
    prefix_table prefixes_; // each with a subscriber
    prefix_lengths lengths_;
    std::uint64_t epoch_;
};

} // namespace weft
