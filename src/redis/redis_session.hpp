// SPDX-License-Identifier: MIT
// The state of a session: its two connections, its operations, its subscriptions and its presence.
// It is freed when the last of its functions on the stack has returned.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <weft/hub/broker.hpp>
#include <weft/redis/redis_options.hpp>

#include "redis/redis_link.hpp"
#include "redis/redis_names.hpp"
#include "redis/redis_operation.hpp"
#include "redis/redis_queue.hpp"
#include "redis/redis_subscriptions.hpp"

namespace weft {

class loop_state;

class redis_session final : public std::enable_shared_from_this<redis_session>,
                            public timed_work_item,
                            public driver_observer,
                            public redis_link_owner {
public:
    /// May be called on any thread.
    redis_session(std::shared_ptr<const redis_options> options, broker_client& client,
                  std::shared_ptr<loop_state> loop);
    ~redis_session() override;

    /// Begins to connect, on the loop's thread.
    void start();

    /// Ends presence and everything else, and calls nothing afterwards. Idempotent.
    void close() noexcept;

    // as in broker_session
    void subscribe(std::string_view topic, topic_match how, completion<position>&& done);
    void unsubscribe(std::string_view topic, topic_match how) noexcept;
    void publish(std::string_view topic, const publication& what, const publish_options& options,
                 const history_limits& history, completion<position>&& done);
    void history(std::string_view topic, const history_query& query,
                 completion<history_page>&& done);
    void enter(std::string_view topic, const presence_entry& who);
    void leave(std::string_view topic, std::string_view id) noexcept;
    void presence(std::string_view topic, completion<std::vector<presence_entry>>&& done);

    /// Delivers a publication that does not go through Redis, if the session subscribes to it.
    void deliver(std::string_view topic, const shared_publication& what) noexcept;

    [[nodiscard]] bool is_open() const noexcept { return client_ != nullptr; }

    /// Returns why operations fail at once: the loop has ended, or this is a forked child.
    [[nodiscard]] std::error_code check_alive() const noexcept;

private:
    using present_entries = std::map<std::string, std::string, std::less<>>; // data by id

    // from the connections
    void on_ready(redis_link& which) noexcept override;
    void on_lost(redis_link& which, std::error_code why, std::string_view text) noexcept override;
    void on_answer(const redisReply& answer) noexcept override;
    void on_pushed(const redisReply& what) noexcept override;
    std::shared_ptr<void> hold() noexcept override { return shared_from_this(); }

    // from the driver
    void expire() noexcept override;
    void run() noexcept override;
    void on_interrupt() override {}
    void on_driver_closed() noexcept override { close(); }

    void submit(redis_operations&& one) noexcept;
    void report(std::error_code why, std::string_view text) noexcept;
    [[nodiscard]] std::uint64_t new_epoch() const noexcept;

    // subscriptions (redis_session_subscriptions.cpp)
    void begin(std::string_view name, redis_subscription& which) noexcept;
    void begin_all() noexcept;
    void withdraw(std::string_view name, topic_match how, std::error_code why) noexcept;
    void was_confirmed(std::string_view name, topic_match how) noexcept;
    void was_published(std::string_view channel, topic_match how, std::string_view pattern,
                       std::string_view payload) noexcept;
    void end_waiting_subscriptions(std::error_code why, time_point due) noexcept;
    void interrupt_if_complete() noexcept;
    void forget_connection() noexcept;
    bool was_refused(std::string_view text) noexcept;
    time_point try_refused_again(time_point now) noexcept;

    // presence and time (redis_session_upkeep.cpp)
    void refresh_presence() noexcept;
    void refresh_presence_of(const std::string& topic, const present_entries& entries);
    void refresh_topics() noexcept;
    void renew(redis_operations&& one, std::size_t& unanswered);
    void renew_all() noexcept;
    void remove_presence() noexcept;
    void arm_until(time_point due) noexcept;

    std::shared_ptr<const redis_options> options_;
    std::shared_ptr<loop_state> loop_;
    broker_client* client_; // null after the end
    redis_names names_;
    redis_commands commands_;
    redis_link link_;   // for commands
    redis_link pushes_; // for subscriptions
    redis_queue queue_;
    redis_subscriptions subscriptions_;
    std::error_code why_no_pushes_; // as in the queue, for the connection with subscriptions
    std::map<std::string, present_entries, std::less<>> present_;
    std::size_t unconfirmed_ = 0; // commands about subscriptions without an answer
    std::uint64_t asked_ = 0;     // commands about subscriptions, on this connection
    std::size_t entering_ = 0; // commands that refresh presence, without an answer
    std::size_t keeping_ = 0;  // commands that refresh topics, without an answer
    time_point presence_at_ = never;
    time_point topics_at_ = never;
    bool started_ = false;
    bool gap_ = false; // publications may have been lost
};

} // namespace weft
