// SPDX-License-Identifier: MIT
// The state of a hub. It is freed when the last of its functions on the stack has returned, so that
// handlers may destroy the hub.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weft/hub/hub.hpp>
#include <weft/stream/driver.hpp>

#include "hub/subscription_table.hpp"
#include "hub/topic_table.hpp"

namespace weft {

/// Shared by a hub and its handles. `hub` is null once the hub has ended, which any thread may
/// test. It is dereferenced on the hub's thread only.
struct hub_handle::shared {
    std::shared_ptr<weft::mailbox> mailbox;
    std::atomic<hub_state*> hub = nullptr;
    std::atomic<std::size_t> pending = 0;
};

class hub_state final : public std::enable_shared_from_this<hub_state>,
                        public timed_work_item,
                        public driver_observer,
                        public broker_client {
public:
    using subscriber_handler = function<void(const subscriber&, std::string_view)>;
    using loss_handler = function<void(std::string_view, const position&)>;

    hub_state(weft::driver& on, hub_options&& options);
    ~hub_state() override;

    /// Opens the broker; called once.
    void start();

    /// Ends everything, and calls nothing afterwards.
    void close() noexcept;

    // --- subscriptions (hub_subscriptions.cpp)

    result<void> subscribe(connection& who, std::string_view name, subscribe_options&& options);
    bool unsubscribe(connection& who, std::string_view name, bool prefix) noexcept;
    void unsubscribe_all(connection& who) noexcept;
    void member_ended(member& gone) noexcept;
    [[nodiscard]] subscription* find(const connection& who, std::string_view name,
                                     bool prefix) const noexcept;
    [[nodiscard]] const topic_table& topics() const noexcept { return topics_; }
    [[nodiscard]] const subscription_table& subscriptions() const noexcept { return table_; }

    // --- publishing

    void publish(std::string_view name, publication&& what, const publish_options& options,
                 completion<position>&& done);
    void history(std::string_view name, const history_query& query,
                 completion<history_page>&& done);
    void presence(std::string_view name, completion<std::vector<presence_entry>>&& done);

    // --- slow readers (hub_delivery.cpp)

    void drained(member& who) noexcept;
    [[nodiscard]] std::size_t queued_bytes() const noexcept { return queued_; }

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }
    [[nodiscard]] const hub_counters& counters() const noexcept { return counters_; }
    [[nodiscard]] hub_handle handle();

    subscriber_handler on_subscribe;
    subscriber_handler on_unsubscribe;
    loss_handler on_loss;

private:
    /// A call of `on_subscribe` or `on_unsubscribe` that is due.
    struct announcement {
        bool begins;
        connection_handle who;
        std::string topic;
    };

    /// A subscription that is due to begin. If it has ended meanwhile, `ticket` no longer matches
    /// it.
    struct join {
        subscription* which;
        std::uint64_t ticket;
    };

    /// A publication that arrived while another one was delivered.
    struct held_publication {
        std::string topic;
        shared_publication what;
    };

    /// Keeps the hub and a topic while user code may run; afterwards forgets an unused topic.
    class scope_guard;

    /// Keeps publications that arrive while another one is delivered; afterwards delivers them.
    class delivery;

    // from the driver
    void run() noexcept override;
    void expire() noexcept override;
    void on_interrupt() override {}
    void on_driver_closed() noexcept override { close(); }

    // from the broker
    void on_publication(std::string_view name, const shared_publication& what) noexcept override;
    void on_interruption() noexcept override;

    // members and topics
    member& member_of(connection& who);
    void remove(subscription& gone) noexcept;
    void forget_if_unused(member& which) noexcept;
    void forget_if_unused(topic& which) noexcept;
    void free_gone() noexcept;
    template <class Action>
    void each_topic(Action&& action) noexcept;
    void retry() noexcept;
    void read_again(topic& which) noexcept;
    void begin_with(subscription& added, subscribe_options&& options);
    void announce(subscription& which, bool begins) noexcept;
    void call_announced() noexcept;
    void ask_broker(topic& which);
    void broker_subscribed(topic& which, const result<position>& at);

    // how subscriptions begin (hub_recovery.cpp)
    void queue_joins(topic& which);
    void begin_joins() noexcept;
    void begin_later(const join& which) noexcept;
    [[nodiscard]] bool is_current(const join& which) const noexcept;
    void begin(const join& which);
    void stop_recovering(topic& which) noexcept;
    void enter_presence(subscription& which);
    void read_missed(const join& which);
    void missed_was_read(const join& which, result<history_page>&& page);
    void finish_join(const join& which, const subscribed& how, position from,
                     std::vector<shared_publication>&& missed);
    void go_live(subscription& which, position from,
                 const std::vector<shared_publication>& missed) noexcept;

    // the sequence of a topic (hub_sequence.cpp)
    void take_in(std::string_view name, const shared_publication& what) noexcept;
    void hold(std::string_view name, const shared_publication& what) noexcept;
    void deliver_held() noexcept;
    void accept(topic& which, const shared_publication& what);
    void keep_early(topic& which, const shared_publication& what);
    void deliver_early(topic& which);
    void catch_up(topic& which);
    void was_read(topic& which, const result<history_page>& page);
    void drop_other_epochs(topic& which) noexcept;
    void skip_gap(topic& which, position latest);
    void lose(topic& which, position now);

    // delivery (hub_delivery.cpp)
    void deliver(topic& which, const shared_publication& what);
    void deliver_to_prefixes(std::string_view name, const shared_publication& what) noexcept;
    template <class Action>
    void each_prefix_of(std::string_view name, Action&& action) noexcept;
    void abort_subscribers(topic& of) noexcept;
    void abort_prefix_subscribers(std::string_view name) noexcept;
    void keep_recent(topic& which, const shared_publication& what);
    void fan_out(topic& to, const shared_outgoing& message);
    [[nodiscard]] bool extend_run(topic& of, const outgoing& message) noexcept;
    void write_run(topic& of) noexcept;
    [[nodiscard]] bool gets_all(const subscription& which) const noexcept;
    [[nodiscard]] bool join_run(subscription& which) noexcept;
    void leave_run(const subscription& which) noexcept;
    void offer(subscription& to, const shared_outgoing& message);
    void send(subscription& to, const shared_outgoing& message) noexcept;
    bool give(member& to, const outgoing& message);
    void send_or_close(subscription& to, const outgoing& message);
    void queue(subscription& to, const shared_outgoing& message);
    void send_queued(subscription& of) noexcept;
    [[nodiscard]] const shared_outgoing& format(std::string_view name,
                                                const shared_publication& what);

    // user code
    template <class Work>
    void guarded(Work&& work) noexcept;
    template <class T>
    void answer(completion<T>&& done, result<T> outcome) noexcept;
    template <class T>
    [[nodiscard]] completion<T> guarded_completion(completion<T>&& done);
    [[nodiscard]] history_limits history_limits_of(std::string_view name) noexcept;

    /// Returns `work(topic)` as a completion that does nothing if the topic is gone. Without memory
    /// for `work`, the topic is read again.
    template <class T, class Work>
    completion<T> for_topic(topic& which, Work work);

    weft::driver& driver_;
    hub_options options_;
    subscription_table table_;
    run_memory run_memory_; // for the topics' runs
    topic_table topics_;
    member_table<member> members_;
    member* gone_ = nullptr; // a list of members to free when no scope guard is left
    std::vector<join> joins_;
    std::list<announcement> announced_;
    std::list<held_publication> held_; // in the order in which they arrived
    std::shared_ptr<broker> broker_;
    std::unique_ptr<broker_session> session_;
    std::shared_ptr<hub_handle::shared> shared_;
    hub_counters counters_;
    shared_outgoing formatted_; // the last publication that was formatted
    std::size_t queued_ = 0;
    std::uint64_t presence_prefix_ = 0;
    std::uint64_t tickets_ = 0;
    time_point check_at_ = never;
    time_point retry_at_ = never;
    std::uint32_t scope_guards_ = 0;
    bool delivering_ = false; // publications that arrive are held
    bool sending_ = false;    // a publication is being sent to the subscribers of a topic
    bool closed_ = false;
};

} // namespace weft
