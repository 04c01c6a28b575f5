// SPDX-License-Identifier: MIT
// A session of a broker that passes every call on: brokers of tests override what they change.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/hub/broker.hpp>

namespace weft::testing {

class forwarding_session : public broker_session {
public:
    void subscribe(std::string_view topic, topic_match how, completion<position> done) override {
        inner_->subscribe(topic, how, std::move(done));
    }
    void unsubscribe(std::string_view topic, topic_match how) noexcept override {
        inner_->unsubscribe(topic, how);
    }
    void publish(std::string_view topic, publication what, const publish_options& options,
                 const history_limits& limits, completion<position> done) override {
        inner_->publish(topic, std::move(what), options, limits, std::move(done));
    }
    void history(std::string_view topic, const history_query& query,
                 completion<history_page> done) override {
        inner_->history(topic, query, std::move(done));
    }
    void enter(std::string_view topic, const presence_entry& who) override {
        inner_->enter(topic, who);
    }
    void leave(std::string_view topic, std::string_view id) noexcept override {
        inner_->leave(topic, id);
    }
    void presence(std::string_view topic, completion<std::vector<presence_entry>> done) override {
        inner_->presence(topic, std::move(done));
    }

protected:
    std::unique_ptr<broker_session> inner_;
};

} // namespace weft::testing
