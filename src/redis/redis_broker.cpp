// SPDX-License-Identifier: MIT
// The broker: opens sessions, and knows those of this process, for publications with a filter.
#include <weft/redis/redis_broker.hpp>

#include <hiredis/hiredis.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "loop/loop_state.hpp"
#include "redis/redis_session.hpp"

namespace weft {

/// The sessions of one broker, on any threads.
class redis_broker::session_registry {
public:
    void add(const std::shared_ptr<redis_session>& one, loop_state& on) {
        const std::lock_guard lock(mutex_);
        std::erase_if(all_, [](const auto& each) { return each.session.expired(); });
        all_.push_back({one, on.mailbox()});
    }

    /// Delivers to all sessions but `by`, on their threads. Throws std::bad_alloc; then none
    /// receives it.
    void deliver(const std::shared_ptr<redis_session>& by, std::string_view topic,
                 const shared_publication& what) {
        const std::lock_guard lock(mutex_);
        std::vector<std::list<function<void()>>> posts(all_.size());
        for (std::size_t i = 0; i < all_.size(); ++i) {
            const auto& session = all_[i].session;
            const auto is_same = !session.owner_before(by) && !by.owner_before(session);
            if (is_same) continue;
            posts[i].push_back([session, name = std::string(topic), what] {
                if (const auto to = session.lock()) to->deliver(name, what);
            });
        }
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (!posts[i].empty()) all_[i].mailbox->post_all(posts[i]);
        }
    }

private:
    struct entry {
        std::weak_ptr<redis_session> session;
        std::shared_ptr<weft::mailbox> mailbox;
    };

    std::mutex mutex_;
    std::vector<entry> all_;
};

/// Owns a session. In each of the functions, the session may be destroyed.
class redis_broker::session_handle final : public broker_session {
public:
    session_handle(std::shared_ptr<redis_session> state, std::shared_ptr<session_registry> others)
        : state_(std::move(state)), others_(std::move(others)) {}
    ~session_handle() override { state_->close(); }

    void subscribe(std::string_view topic, topic_match how, completion<position> done) override {
        state_->subscribe(topic, how, std::move(done));
    }
    void unsubscribe(std::string_view topic, topic_match how) noexcept override {
        state_->unsubscribe(topic, how);
    }
    void publish(std::string_view topic, publication what, const publish_options& options,
                 const history_limits& history, completion<position> done) override {
        if (!what.filter) {
            return state_->publish(topic, what, options, history, std::move(done));
        }
        // A function cannot be sent to other processes.
        const auto self = state_;
        if (const auto why = self->check_alive()) {
            if (done) done(failure(why));
            return;
        }
        what.at = {};
        const auto made = std::make_shared<const publication>(std::move(what));
        others_->deliver(self, topic, made);
        self->deliver(topic, made);
        if (done && self->is_open()) done(position());
    }
    void history(std::string_view topic, const history_query& query,
                 completion<history_page> done) override {
        state_->history(topic, query, std::move(done));
    }
    void enter(std::string_view topic, const presence_entry& who) override {
        state_->enter(topic, who);
    }
    void leave(std::string_view topic, std::string_view id) noexcept override {
        state_->leave(topic, id);
    }
    void presence(std::string_view topic,
                  completion<std::vector<presence_entry>> done) override {
        state_->presence(topic, std::move(done));
    }

private:
    std::shared_ptr<redis_session> state_;
    std::shared_ptr<session_registry> others_;
};

redis_broker::redis_broker(redis_options options)
    : options_(std::make_shared<const redis_options>(std::move(options))),
      sessions_(std::make_shared<session_registry>()) {}

redis_broker::~redis_broker() = default;

/// The session starts on the loop's thread, because this may be called on another thread.
std::unique_ptr<broker_session> redis_broker::open(broker_client& client, driver& on) {
    loop_state* const loop = on.as_loop();
    if (!loop) throw std::invalid_argument("weft::redis_broker needs an event loop");
    auto made = std::make_shared<redis_session>(options_, client, loop->shared_from_this());
    auto handle = std::make_unique<session_handle>(made, sessions_);
    sessions_->add(made, *loop);
    static_cast<void>(loop->mailbox()->post([state = std::weak_ptr(made)] {
        if (const auto session = state.lock()) session->start();
    }));
    return handle;
}

std::string redis_broker::version() {
    return std::to_string(HIREDIS_MAJOR) + '.' + std::to_string(HIREDIS_MINOR) + '.' +
        std::to_string(HIREDIS_PATCH);
}

} // namespace weft
