// SPDX-License-Identifier: MIT
// The operations of a session, and what its connections report.
#include "redis/redis_session.hpp"

#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/redis/redis_error.hpp>

#include "loop/loop_state.hpp"

namespace weft {

redis_session::redis_session(std::shared_ptr<const redis_options> options, broker_client& client,
                             std::shared_ptr<loop_state> loop)
    : options_(std::move(options)), loop_(std::move(loop)), client_(&client), names_(*options_),
      commands_(*options_, names_),
      link_(*loop_, *this, *options_, redis_role::commands, names_.idle_channel()),
      pushes_(*loop_, *this, *options_, redis_role::subscriptions, names_.idle_channel()),
      queue_(link_, *options_) {}

redis_session::~redis_session() {
    close();
}

void redis_session::start() {
    if (!client_ || loop_->check_alive()) return;
    loop_->take_place(*this);
    link_.start();
    pushes_.start();
    loop_->enroll(*this);
    started_ = true;
    presence_at_ = later(loop_->now(), options_->presence_time / 3);
    topics_at_ = later(loop_->now(), options_->topic_time / 4);
    arm_until(loop_->now());
}

void redis_session::close() noexcept {
    if (!std::exchange(client_, nullptr)) return;
    const bool connected = started_ && loop_->alive() && link_.ready();
    if (started_) {
        loop_->leave(*this);
        loop_->disarm(*this);
        loop_->cancel(*this);
    }
    pushes_.close();
    if (connected) {
        remove_presence();
        link_.finish();
    } else {
        link_.close();
    }
    queue_.close();
    redis_operations dropped;
    for (const auto how : {topic_match::exact, topic_match::prefix}) {
        for (auto& [name, one] : subscriptions_.of(how)) {
            dropped.splice(dropped.end(), one.waiting);
        }
    }
}

// --- operations

std::error_code redis_session::check_alive() const noexcept {
    return loop_->check_alive();
}

void redis_session::submit(redis_operations&& one) noexcept {
    const auto self = shared_from_this();
    if (const auto why = loop_->check_alive()) return redis_queue::end(std::move(one), why);
    const auto now = loop_->now();
    queue_.submit(std::move(one), now);
    if (client_ && !link_.ready()) arm_until(deadline_after(now, options_->wait_max));
}

std::uint64_t redis_session::new_epoch() const noexcept {
    std::uint64_t made = 0;
    while (made == 0) loop_->random().fill(std::as_writable_bytes(std::span(&made, 1)));
    return made;
}

void redis_session::publish(std::string_view topic, const publication& what,
                            const publish_options& options, const history_limits& history,
                            completion<position>&& done) {
    submit(commands_.publish(topic, what, options, history, new_epoch(), std::move(done)));
}

/// A read creates a topic that Redis does not know, with a new epoch, only if this session
/// subscribes to it. If such a read did not, subscribers would see two losses after Redis has lost
/// the topic: one with this read, and one with the next publication.
void redis_session::history(std::string_view topic, const history_query& query,
                            completion<history_page>&& done) {
    const bool is_used = subscriptions_.find(names_.channel(topic), topic_match::exact) != nullptr;
    submit(commands_.history(topic, query, new_epoch(), is_used, std::move(done)));
}

void redis_session::presence(std::string_view topic,
                             completion<std::vector<presence_entry>>&& done) {
    submit(commands_.presence(topic, std::move(done)));
}

// --- the connections

void redis_session::on_ready(redis_link& which) noexcept {
    if (!client_) return;
    if (&which == &pushes_) {
        why_no_pushes_ = {};
        return begin_all();
    }
    queue_.connected();
    renew_all(); // first, because a command that waits may ask who is present
    if (client_) queue_.send_waiting();
}

void redis_session::on_lost(redis_link& which, std::error_code why,
                            std::string_view text) noexcept {
    const bool pushes = &which == &pushes_;
    if (pushes && client_ && why == redis_error::no_permission && was_refused(text)) return;
    report(why, text);
    if (!client_) return;
    if (!pushes) return queue_.lost(why);
    why_no_pushes_ = why;
    forget_connection();
    if (refusal(*options_, why)) end_waiting_subscriptions(why, never);
}

void redis_session::on_answer(const redisReply& answer) noexcept {
    if (!client_) return;
    if (const auto why = queue_.answered(answer)) report(why, {answer.str, answer.len});
    if (!client_ || !queue_.must_reconnect()) return;
    // Another Redis may be the primary by now.
    link_.fail(redis_error::read_only, "Redis has become a replica");
}

void redis_session::report(std::error_code why, std::string_view text) noexcept {
    if (!client_ || !options_->on_trouble) return;
    const auto options = options_; // the function may be destroyed with the broker
    options->on_trouble(why, text);
}

} // namespace weft
