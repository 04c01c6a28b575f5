// SPDX-License-Identifier: MIT
// A broker on the other side of a bad line, in virtual time: publications are lost, late, doubled
// and reordered, answers are late, and the broker restarts without its data.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <weft/hub/memory_broker.hpp>
#include <weft/testing/dice.hpp>

#include "forwarding_session.hpp"

namespace weft::testing {

/// Calls functions at given times, on a driver.
class schedule final : public timed_work_item {
public:
    explicit schedule(weft::driver& on) : driver_(on) {}

    void at(time_point when, function<void()> what) {
        due_.emplace(when, std::move(what));
        driver_.arm(*this, due_.begin()->first);
    }
    void clear() { due_.clear(); }

private:
    void expire() noexcept override {
        while (!due_.empty() && due_.begin()->first <= driver_.now()) {
            auto next = due_.extract(due_.begin());
            next.mapped()();
        }
        if (!due_.empty()) driver_.arm(*this, due_.begin()->first);
    }

    weft::driver& driver_;
    std::multimap<time_point, function<void()>> due_;
};

class unreliable_broker final : public broker {
public:
    explicit unreliable_broker(dice& chance) : chance_(chance) {}

    std::size_t lost_one_in = 0;
    std::size_t doubled_one_in = 0;
    duration delay_max = std::chrono::milliseconds(20);

    std::unique_ptr<broker_session> open(broker_client& client, weft::driver& on) override {
        return std::make_unique<session>(*this, client, on);
    }

    /// Forgets everything and begins new epochs.
    void restart() {
        server_ = std::make_shared<memory_broker>();
        for (session* one : sessions_) one->reconnect();
    }

private:
    class session final : public forwarding_session, public broker_client {
    public:
        session(unreliable_broker& to, broker_client& client, weft::driver& on)
            : to_(to), client_(client), events_(on), driver_(on) {
            inner_ = to_.server_->open(*this, on);
            to_.sessions_.insert(this);
        }
        ~session() override {
            inner_.reset(); // it may call this session
            to_.sessions_.erase(this);
        }

        void reconnect() {
            inner_ = to_.server_->open(*this, driver_);
            for (const auto& topic : topics_) inner_->subscribe(topic, topic_match::exact, {});
            client_.on_interruption();
        }

        void subscribe(std::string_view topic, topic_match how,
                       completion<position> done) override {
            topics_.insert(std::string(topic));
            later([this, name = std::string(topic), how, done = std::move(done)]() mutable {
                inner_->subscribe(name, how, answer(std::move(done)));
            });
        }
        void unsubscribe(std::string_view topic, topic_match how) noexcept override {
            topics_.erase(std::string(topic));
            later([this, name = std::string(topic), how] {
                if (!topics_.contains(name)) inner_->unsubscribe(name, how);
            });
        }
        void publish(std::string_view topic, publication what, const publish_options& options,
                     const history_limits& limits, completion<position> done) override {
            inner_->publish(topic, std::move(what), options, limits, answer(std::move(done)));
        }
        void history(std::string_view topic, const history_query& query,
                     completion<history_page> done) override {
            later([this, name = std::string(topic), query, done = std::move(done)]() mutable {
                inner_->history(name, query, answer(std::move(done)));
            });
        }

        void on_publication(std::string_view topic,
                            const shared_publication& what) noexcept override {
            if (to_.chance_.one_in(to_.lost_one_in)) return;
            const int times = to_.chance_.one_in(to_.doubled_one_in) ? 2 : 1;
            for (int i = 0; i < times; ++i) {
                later([this, name = std::string(topic), what] {
                    client_.on_publication(name, what);
                });
            }
        }
        void on_interruption() noexcept override { client_.on_interruption(); }

    private:
        template <class Work>
        void later(Work work) {
            events_.at(driver_.now() + to_.chance_.between(duration::zero(), to_.delay_max),
                       std::move(work));
        }
        template <class T>
        completion<T> answer(completion<T> done) {
            if (!done) return {};
            return [this, done = std::move(done)](result<T> outcome) mutable {
                later([done = std::move(done), outcome = std::move(outcome)]() mutable {
                    done(std::move(outcome));
                });
            };
        }

        unreliable_broker& to_;
        broker_client& client_;
        schedule events_;
        weft::driver& driver_;
        std::set<std::string> topics_;
    };

    dice& chance_;
    std::shared_ptr<memory_broker> server_ = std::make_shared<memory_broker>();
    std::set<session*> sessions_;
};

} // namespace weft::testing
