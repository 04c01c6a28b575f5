// SPDX-License-Identifier: MIT
// The interface of brokers: a broker numbers, stores and passes on the publications of topics,
// between the hubs of one process or of many machines. Knows no connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/hub/publication.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

/// Receives the outcome of one operation of a broker.
template <class T>
using completion = function<void(result<T>)>;

/// How the name in a subscription selects topics.
enum class topic_match : std::uint8_t {
    exact, ///< the topic of that name
    prefix ///< all topics whose names begin with it
};

/// How much of a topic a broker stores: nothing if either limit is zero.
struct history_limits {
    std::size_t messages = 0;              ///< the newest publications to keep
    duration age = std::chrono::minutes(5); ///< drops publications that are older
};

/// How to publish.
struct publish_options {
    /// See `publication::key`.
    std::string key = {};

    /// Delivers to current subscribers only: the publication has no position and is not stored.
    bool transient = false;

    /// A second publication to the topic with the same key is not delivered; its outcome is the
    /// position of the first one. For publishers that repeat a call whose outcome they do not know.
    /// Brokers remember a key for a limited time. Empty: no check.
    std::string idempotency_key = {};
};

/// What to read from a topic's history.
struct history_query {
    /// Reads what came after this position, oldest first. Empty: reads the newest publications.
    std::optional<position> since = {};

    /// The most publications to return.
    std::size_t limit = 100;
};

using shared_publication = std::shared_ptr<const publication>;

/// What was read from a topic's history.
struct history_page {
    /// The position of the topic's newest publication when the page was read.
    position latest = {};

    /// False if publications after `history_query::since` are no longer stored, or if its epoch is
    /// not the topic's. True without `since`.
    bool complete = true;

    /// In order and without a gap, at most `history_query::limit`. Empty if not `complete`. With
    /// `since`, further ones exist if the last one is older than `latest`.
    std::vector<shared_publication> messages = {};
};

/// A subscriber as others see it.
struct presence_entry {
    std::string id;   ///< unique for each subscription
    std::string data; ///< what the subscriber wants others to see

    bool operator==(const presence_entry&) const = default;
};

/// Receives what a broker delivers: implemented by `hub`.
class broker_client {
public:
    /// Called with each publication to a topic that is subscribed to: once, even if the name and
    /// prefixes match. Publications of a topic arrive in the order of their offsets, unless the
    /// broker has lost some of them.
    virtual void on_publication(std::string_view topic,
                                const shared_publication& what) noexcept = 0;

    /// Called when publications may have been lost, for example because the broker's connection
    /// broke and was restored. The hub then compares the positions of all topics.
    virtual void on_interruption() noexcept = 0;

protected:
    ~broker_client() = default;
};

/// A hub's access to a broker.
///
/// All functions are called on the thread of the driver that the session was opened with. The
/// broker calls the client and all completions on that thread, possibly before the function has
/// returned. Each completion is called exactly once. If the session is destroyed first, the
/// completion is destroyed without a call. After the session's destructor has begun, nothing is
/// called. Destroying a session ends its subscriptions and its presence.
///
/// Functions that are not noexcept may throw std::bad_alloc; then they have done nothing, and the
/// completion is not called. A completion must not throw.
class broker_session {
public:
    virtual ~broker_session() = default;

    /// From now on, delivers the publications of all topics that match. The outcome is the topic's
    /// position: `on_publication` is called for each later publication. With `prefix`, the outcome
    /// has no meaning. A second subscription to the same topic or prefix has no further effect.
    /// After an error, the subscription may exist nevertheless, until `unsubscribe` is called.
    virtual void subscribe(std::string_view topic, topic_match how, completion<position> done) = 0;

    /// Ends a subscription. A publication on its way may still be delivered.
    virtual void unsubscribe(std::string_view topic, topic_match how) noexcept = 0;

    /// Numbers and stores `what`, unless it is transient, and delivers it to all sessions, this one
    /// included. The outcome is its position. If it fails with `errc::outcome_unknown`, the
    /// publication may have been delivered; with any other error it was not, and never will be.
    virtual void publish(std::string_view topic, publication what, const publish_options& options,
                         const history_limits& history, completion<position> done) = 0;

    /// Reads stored publications.
    virtual void history(std::string_view topic, const history_query& query,
                         completion<history_page> done) = 0;

    /// Adds a subscriber to the topic's presence; replaces an entry with the same id.
    virtual void enter(std::string_view topic, const presence_entry& who) = 0;

    /// Removes a subscriber from the topic's presence.
    virtual void leave(std::string_view topic, std::string_view id) noexcept = 0;

    /// Returns the subscribers that have entered, of all sessions, in no particular order.
    virtual void presence(std::string_view topic, completion<std::vector<presence_entry>> done) = 0;
};

/// Carries publications between hubs.
class broker {
public:
    virtual ~broker() = default;

    /// Opens a session for `client`, which must outlive it; may be called on any thread. The
    /// session may outlive the broker object. Throws std::bad_alloc.
    [[nodiscard]] virtual std::unique_ptr<broker_session> open(broker_client& client,
                                                               driver& on) = 0;
};

} // namespace weft
