// SPDX-License-Identifier: MIT
// The data of a hub: topics, members (connections with subscriptions), and the subscriptions that
// join the two. A subscription costs about 56 bytes, its places in tables included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/connection/channel_observer.hpp>
#include <weft/connection/connection.hpp>
#include <weft/hub/hub_options.hpp>

#include "connection/output_run.hpp"
#include "hub/backlog.hpp"
#include "stream/member_table.hpp"

namespace weft {

class hub_state;
struct topic;
struct member;

/// State that only some subscriptions need: those with `since`, `done`, `presence` or a backlog.
struct subscription_extra {
    hub_backlog backlog; // for slow readers
    std::optional<position> since;
    function<void(connection&, const subscribed&)> done;
    std::optional<std::string> presence; // the data to enter with, then empty
    std::string presence_id;
    std::uint64_t sent = 0; // the client has, or was sent, all publications up to this offset
    std::uint64_t epoch = 0; // of `sent`
    std::uint64_t ticket = 0; // for completions: unique in the hub
    int attempts = 0;         // reads of the history
    bool recovering = false;  // counted in `topic::recovering`
};

/// One connection's subscription to one topic.
struct subscription {
    static constexpr std::uint32_t none = UINT32_MAX;

    weft::topic* topic = nullptr;
    weft::member* member = nullptr; // null: not in use
    std::uint32_t index_ = 0;       // in the topic's table
    std::uint32_t next = none;      // in the member's circular list
    std::uint32_t previous = none;
    std::uint32_t chain = none;     // in the hash bucket, or in the list of free ones
    std::uint32_t queue_kib : 24 = 0;
    std::uint32_t when_slow : 2 = 0; // a slow_reader
    std::uint32_t joining : 1 = 0;   // receives nothing yet
    std::uint32_t ended : 1 = 0;     // removed while a publication is delivered
    std::uint32_t has_extra : 1 = 0;
    std::uint32_t announced : 1 = 0; // `on_subscribe` is due or was called

    [[nodiscard]] std::size_t queue_max() const noexcept { return std::size_t(queue_kib) * 1024; }
};

/// A topic or a prefix, while it has subscriptions.
struct topic {
    enum class state : std::uint8_t { new_topic, subscribing, live };

    std::string name;
    bool prefix = false;
    state at = state::new_topic;
    bool reading = false;        // a read from the history is under way, or waits for the timer
    bool retry = false;          // the read waits for the timer
    bool delivering = false;     // publications are being sent to subscribers
    std::uint32_t pins = 0;      // functions on the stack that use it
    std::uint32_t recovering = 0; // subscriptions that read the history
    std::uint32_t reads_without_progress = 0; // consecutive
    std::uint64_t serial = 0;    // for completions: unique in the hub
    topic* next = nullptr;       // in the list of all topics and prefixes
    topic* previous = nullptr;
    position seen = {};          // of the last publication that was delivered
    member_table<subscription> subscriptions;

    // publications that wait for earlier ones, by epoch and offset
    std::map<std::pair<std::uint64_t, std::uint64_t>, shared_publication> early;
    std::size_t early_size = 0;

    std::vector<shared_publication> recent; // delivered while subscriptions recover
    std::size_t recent_size = 0;

    output_run run; // this turn's publications, for subscribers whose output does not wait
};

/// A connection with subscriptions in this hub.
struct member final : channel_observer {
    member(hub_state& in, connection& who) noexcept;

    void on_drained() noexcept override;
    void on_end() noexcept override;

    bool behind = false;                        // output waits; `on_drained` will be called
    hub_state& hub;
    connection* to;                             // null after its end
    std::uint32_t first = subscription::none;   // of its circular list of subscriptions
    std::uint32_t count = 0;
    std::uint32_t backlogs = 0;                 // subscriptions with a backlog that is not empty
    std::uint32_t index_ = 0;                   // in the hub's table
    member* next_gone = nullptr;
    run_place place;                            // in the run of a topic
};

} // namespace weft
