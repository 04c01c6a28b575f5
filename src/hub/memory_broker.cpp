// SPDX-License-Identifier: MIT
// The sessions of a memory broker.
#include <weft/hub/memory_broker.hpp>

#include <utility>

#include "hub/memory_topics.hpp"

namespace weft {
namespace {

/// In each of the functions, a completion or the client may destroy the session.
class memory_session final : public broker_session {
public:
    memory_session(std::shared_ptr<memory_topics> topics, broker_client& client, driver& on)
        : topics_(std::move(topics)), inbox_(std::make_shared<memory_inbox>(client, on)) {}
    ~memory_session() override {
        inbox_->close();
        topics_->forget(*inbox_);
    }

    void subscribe(std::string_view topic, topic_match how, completion<position> done) override {
        position at;
        if (how == topic_match::prefix) {
            topics_->subscribe_prefix(topic, inbox_);
        } else {
            at = topics_->subscribe(topic, inbox_, now());
        }
        if (done) done(at);
    }

    void unsubscribe(std::string_view topic, topic_match how) noexcept override {
        if (how == topic_match::prefix) return topics_->unsubscribe_prefix(topic, *inbox_);
        topics_->unsubscribe(topic, *inbox_);
    }

    void publish(std::string_view topic, publication what, const publish_options& options,
                 const history_limits& history, completion<position> done) override {
        std::vector<memory_delivery> queued;
        const auto at =
            topics_->publish(topic, std::move(what), options, history, *inbox_, now(), queued);
        const auto own = inbox_;
        if (at) {
            for (auto& one : queued) {
                if (one.to != own) one.to->wake(one.wake_up);
            }
            own->deliver();
        }
        if (done && own->is_open()) done(at);
    }

    void history(std::string_view topic, const history_query& query,
                 completion<history_page> done) override {
        if (done) done(topics_->read(topic, query, now()));
    }

    void enter(std::string_view topic, const presence_entry& who) override {
        topics_->enter(topic, who, *inbox_);
    }

    void leave(std::string_view topic, std::string_view id) noexcept override {
        topics_->leave(topic, id);
    }

    void presence(std::string_view topic,
                  completion<std::vector<presence_entry>> done) override {
        if (done) done(topics_->presence(topic));
    }

private:
    [[nodiscard]] time_point now() const noexcept { return inbox_->driver().now(); }

    std::shared_ptr<memory_topics> topics_;
    std::shared_ptr<memory_inbox> inbox_;
};

} // namespace

memory_broker::memory_broker(const memory_broker_options& options)
    : topics_(std::make_shared<memory_topics>(options)) {}

memory_broker::~memory_broker() = default;

std::unique_ptr<broker_session> memory_broker::open(broker_client& client, driver& on) {
    return std::make_unique<memory_session>(topics_, client, on);
}

std::size_t memory_broker::topic_count() const {
    return topics_->size();
}

} // namespace weft
