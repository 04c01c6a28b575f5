// SPDX-License-Identifier: MIT
// The options of a hub and of its subscriptions, and the numbers that a hub counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <weft/connection/connection_handle.hpp>
#include <weft/core/function.hpp>
#include <weft/core/time.hpp>
#include <weft/hub/broker.hpp>

namespace weft {

class connection;

/// What happens to a subscriber that reads slower than its topic grows.
enum class slow_reader : std::uint8_t {
    close,       ///< closes the connection with 1013 when more than `queue_max` waits for it
    drop_oldest, ///< keeps the newest `queue_max` bytes of publications
    conflate     ///< keeps the newest publication for each key, within `queue_max` bytes
};

/// How a subscription began.
struct subscribed {
    /// The subscriber receives each publication after this position.
    position at = {};

    /// True if `subscribe_options::since` was set and each publication since then is delivered. If
    /// it is false although `since` was set, some are no longer stored, or more were missed than
    /// `hub_options::recovered_max`: the client must reload its state.
    bool recovered = false;

    /// The number of publications that were missed, and that follow now. `at` is the position
    /// before them.
    std::size_t missed = 0;
};

/// How one connection subscribes to one topic.
struct subscribe_options {
    slow_reader when_slow = slow_reader::close;

    /// Limit on the bytes that wait for a slow reader: in the connection's queue for `close`, in
    /// the subscription's own queue otherwise. Rounded up to KiB. The connection's own limit
    /// (`connection_options::queue_size_max`) applies, too.
    std::size_t queue_max = 1024 * 1024;

    /// Subscribes to all topics whose names begin with the given one: "prices." matches
    /// "prices.eur". Cannot be combined with `since` or `presence`. A connection that also
    /// subscribes to a matching topic by its name receives each of its publications twice.
    bool prefix = false;

    /// The position of the last publication that the client has received: publications that it
    /// missed since then are sent first.
    std::optional<position> since = {};

    /// Adds the subscriber to the topic's presence with this text.
    std::optional<std::string> presence = {};

    /// Called once, in a later round of work, when the subscription begins, before the first
    /// publication is sent. Not called if the connection ends or unsubscribes first.
    function<void(connection&, const subscribed&)> done = {};
};

/// A subscriber, for the handlers of a hub.
struct subscriber {
    connection_handle connection;
};

/// The options of a hub.
struct hub_options {
    /// Shared by the hubs that act as one. Null: the hub has a `memory_broker` of its own.
    std::shared_ptr<weft::broker> broker = {};

    /// How much history each topic keeps. If `history_of` is set, it returns the limits for a topic
    /// instead. If it throws, the driver's `on_error` receives the exception, and `history`
    /// applies.
    history_limits history = {};
    function<history_limits(std::string_view topic)> history_of = {};

    /// Writes the message that subscribers receive; called once for each publication, and again for
    /// those that are recovered. For example, it adds the position, which clients need in order to
    /// recover. Without it, subscribers receive what was published. If it throws, the driver's
    /// `on_error` receives the exception, and no subscriber the publication. Must not call the hub.
    function<void(std::string_view topic, const publication& what, std::string& message)> format =
        {};

    /// The most publications that one subscriber recovers. If it missed more, `recovered` is false.
    std::size_t recovered_max = 1000;

    /// Limit, in bytes, on the publications of one topic that wait until earlier ones have been
    /// read from the broker.
    std::size_t reordered_max = 1024 * 1024;

    /// How often the positions of all topics are compared with the broker's. Finds publications
    /// that a broker on another machine has lost on the way. Zero: never.
    duration check_interval = {};

    /// The delay before a failed read from the broker is repeated.
    duration retry_delay = std::chrono::milliseconds(500);
};

/// What a hub has done so far.
struct hub_counters {
    std::uint64_t publications = 0; ///< received from the broker
    std::uint64_t deliveries = 0;   ///< messages given to connections
    std::uint64_t dropped = 0;      ///< oldest messages dropped for slow readers
    std::uint64_t conflated = 0;    ///< messages replaced by a newer one for their key
    std::uint64_t closed = 0;       ///< connections closed because they read too slowly
    std::uint64_t recovered = 0;    ///< subscriptions that recovered
    std::uint64_t unrecoverable = 0; ///< subscriptions that could not recover
    std::uint64_t gaps = 0;         ///< gaps in a topic that were found
    std::uint64_t losses = 0;       ///< gaps that the broker's history could not fill
};

} // namespace weft
