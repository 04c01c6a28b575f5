// SPDX-License-Identifier: MIT
// Topics: connections subscribe, and each publication to a topic goes to all of its subscribers.
// Knows neither who makes connections nor what carries publications between processes.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <weft/connection/connection.hpp>
#include <weft/core/function.hpp>
#include <weft/core/message.hpp>
#include <weft/core/result.hpp>
#include <weft/hub/broker.hpp>
#include <weft/hub/hub_options.hpp>

namespace weft {

/// Publishes to a hub from any thread. Copyable; may outlive the hub.
class hub_handle {
public:
    hub_handle() = default;

    /// Publishes on the hub's thread, in a later turn; see `hub::publish`. Publications of one
    /// thread keep their order. Returns false if the handle is empty, if the hub or its driver no
    /// longer exists, or if more than `pending_max` bytes of such publications would wait for the
    /// hub. If the hub is destroyed before that turn, the publication is dropped. Throws
    /// std::bad_alloc; then nothing was published.
    bool publish(std::string_view topic, message what, publish_options options = {}) const;

    /// The limit on the bytes that wait for the hub's thread.
    static constexpr std::size_t pending_max = std::size_t(64) * 1024 * 1024;

private:
    friend class hub_state;
    struct shared;

    explicit hub_handle(std::shared_ptr<shared> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<shared> state_;
};

/// The topics of the connections on one driver.
///
/// All functions must be called on the driver's thread; for other threads there is `handle()`. Any
/// of them may be called from any handler, also while a publication is delivered; even the hub may
/// be destroyed there. Topics need not be created: they exist while they are used. Two publications
/// to a topic from one thread reach each subscriber in that order. The short publications that one
/// turn delivers to a connection are written together, up to 16 KiB at a time. `driver` describes
/// turns and rounds of work. Once the hub is destroyed or its driver has ended, no handler or
/// completion is called, and calls have no effect.
class hub {
public:
    /// Creates a hub for connections on `owner`, which may be a driver, a loop or an endpoint and
    /// must outlive the connections.
    explicit hub(weft::driver& owner, hub_options options = {});
    template <class Owner>
        requires requires(Owner& owner) {
            { owner.driver() } -> std::convertible_to<weft::driver&>;
        }
    explicit hub(Owner& owner, hub_options options = {})
        : hub(static_cast<weft::driver&>(owner.driver()), std::move(options)) {}

    ~hub();
    hub(hub&&) noexcept;
    hub& operator=(hub&&) noexcept;

    // --- subscriptions

    /// Subscribes an open connection; the subscription ends with the connection.
    ///
    /// Takes effect at once; if `done`, `since` or `presence` is set, in a later round of work.
    /// Fails with `not_open`, `already_subscribed`, `unauthenticated` while the connection
    /// `awaits_authentication`, `gone` after the end of the driver, or `bad_argument` if the topic
    /// is empty, or if `prefix` is combined with `since` or `presence`.
    /// Throws std::bad_alloc; then nothing was done.
    result<void> subscribe(connection& who, std::string_view topic, subscribe_options options = {});

    /// Ends a subscription; returns false if there is none. The connection receives no publication
    /// of the topic after this, except those that it was already sent.
    bool unsubscribe(connection& who, std::string_view topic) noexcept;
    bool unsubscribe_prefix(connection& who, std::string_view prefix) noexcept;

    /// Ends all subscriptions of a connection.
    void unsubscribe_all(connection& who) noexcept;

    /// Returns whether the connection subscribes to the topic by its name. Prefixes do not count.
    [[nodiscard]] bool is_subscribed(const connection& who, std::string_view topic) const noexcept;

    /// Returns the number of this hub's connections that subscribe to the topic by its name.
    [[nodiscard]] std::size_t subscribers(std::string_view topic) const noexcept;

    /// Returns the number of all subscriptions, and of the topics and prefixes that have some.
    [[nodiscard]] std::size_t subscription_count() const noexcept;
    [[nodiscard]] std::size_t topic_count() const noexcept;

    /// Returns the bytes of publications that wait for slow readers in queues of the hub.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;

    // --- publishing

    /// Publishes a message to all subscribers of the topic, also on other loops and machines that
    /// share the broker.
    ///
    /// The bytes are copied. `done` is called once with the position or the error, possibly before
    /// this returns. The error is `bad_argument` for an empty topic, or the broker's, such as
    /// `queue_full` or `outcome_unknown`. Throws std::bad_alloc; then nothing was published.
    void publish(std::string_view topic, message what, publish_options options = {},
                 completion<position> done = {});

    /// Publishes a transient message to those subscribers for which `filter` returns true, on all
    /// loops of this process. `filter` runs on each loop's thread.
    void publish_if(std::string_view topic, message what,
                    copyable_function<bool(connection&)> filter);

    // --- reading

    /// Reads stored publications. `done` is called once, with them or with the broker's error,
    /// possibly before this returns. Throws std::bad_alloc; then `done` is not called.
    void history(std::string_view topic, const history_query& query,
                 completion<history_page> done);

    /// Reads who subscribes with `subscribe_options::presence`, on all loops and machines. `done`
    /// is called once, possibly before this returns. Throws std::bad_alloc; then `done` is not
    /// called.
    void presence(std::string_view topic, completion<std::vector<presence_entry>> done);

    // --- handlers

    /// Set the functions that are called, in a later round of work, after a subscription has begun
    /// or ended. For each subscription that has begun, both are called once, in this order. If
    /// there is no memory for a call, it is omitted.
    void on_subscribe(function<void(const subscriber&, std::string_view topic)> handler);
    void on_unsubscribe(function<void(const subscriber&, std::string_view topic)> handler);

    /// Sets the function that is called when publications to a topic were lost, because the broker
    /// lost its data or its history is too short. Deliveries continue after the position `now`. The
    /// application should inform its clients, for example with `publish_if`.
    void on_loss(function<void(std::string_view topic, const position& now)> handler);

    [[nodiscard]] const hub_counters& counters() const noexcept;
    [[nodiscard]] weft::driver& driver() const noexcept;

    /// Returns a handle for other threads.
    [[nodiscard]] hub_handle handle() const;

private:
    std::shared_ptr<class hub_state> state_;
};

} // namespace weft
