// SPDX-License-Identifier: MIT
// The kit for brokers: the memory broker passes, and each fault that a broker can have is found.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <weft/hub/memory_broker.hpp>
#include <weft/stream/manual_driver.hpp>
#include <weft/testing/broker_kit.hpp>

namespace weft::testing {
namespace {

/// What a broker does wrong.
enum class fault {
    none,
    loses_some,
    doubles,
    reorders,
    forgets_the_publisher,
    mixes_topics,
    numbers_from_zero,
    changes_the_epoch,
    delivers_another_position,
    cuts_at_nul,
    sends_binary_as_text,
    drops_the_key,
    completes_twice,
    never_completes,
    fails,
    ignores_unsubscribe,
    ignores_prefixes,
    numbers_transient,
    history_one_too_many,
    history_one_too_few,
    history_always_complete,
    history_backwards,
    stores_all,
    stores_nothing,
    ignores_idempotency,
    ignores_leave,
    keeps_the_dead,
    calls_the_dead,
    completes_for_the_dead,
    nests,
};

/// A memory broker with one fault.
class faulty_broker final : public broker {
public:
    explicit faulty_broker(fault which) : which_(which) {}

    std::unique_ptr<broker_session> open(broker_client& client, driver& on) override {
        return std::make_unique<session>(*this, client, on);
    }

private:
    class session final : public broker_session, public broker_client {
    public:
        session(faulty_broker& to, broker_client& client, driver& on)
            : to_(to), client_(&client), driver_(on), inner_(to.broker_.open(*this, on)) {}
        ~session() override {
            if (has(fault::calls_the_dead)) {
                auto what = std::make_shared<publication>();
                client_->on_publication("a", what);
            }
            if (has(fault::completes_for_the_dead) && pending_) pending_(position());
        }

        void subscribe(std::string_view topic, topic_match how,
                       completion<position> done) override {
            if (has(fault::never_completes)) done = {};
            if (has(fault::ignores_prefixes) && how == topic_match::prefix) {
                return inner_->subscribe(topic, topic_match::exact, std::move(done));
            }
            if (has(fault::mixes_topics)) inner_->subscribe("", topic_match::prefix, {});
            inner_->subscribe(topic, how, std::move(done));
        }
        void unsubscribe(std::string_view topic, topic_match how) noexcept override {
            if (!has(fault::ignores_unsubscribe)) inner_->unsubscribe(topic, how);
        }
        void publish(std::string_view topic, publication what, const publish_options& options,
                     const history_limits& limits, completion<position> done) override {
            publish_options changed = options;
            history_limits kept = limits;
            if (has(fault::numbers_transient)) changed.transient = false;
            if (has(fault::ignores_idempotency)) changed.idempotency_key.clear();
            if (has(fault::stores_all)) kept.messages = 100;
            if (has(fault::stores_nothing)) kept.messages = 0;
            if (has(fault::cuts_at_nul)) what.data = what.data.c_str();
            if (has(fault::sends_binary_as_text)) what.is_text = true;
            if (has(fault::drops_the_key)) what.key.clear();
            if (has(fault::fails) && done)
                return done(failure(std::make_error_code(std::errc::io_error)));
            const auto publishing = publishing_;
            const bool own = !std::exchange(*publishing, true);
            inner_->publish(topic, std::move(what), changed, kept,
                            changed_outcome(std::move(done)));
            if (own) *publishing = false;
        }
        void history(std::string_view topic, const history_query& query,
                     completion<history_page> done) override {
            history_query changed = query;
            if (has(fault::history_one_too_many) && changed.since && changed.since->offset != 0) {
                --changed.since->offset;
            }
            if (has(fault::history_one_too_few) && changed.since) ++changed.since->offset;
            inner_->history(topic, changed, [this, done = std::move(done)](auto page) mutable {
                if (has(fault::history_always_complete)) page->complete = true;
                if (has(fault::history_backwards)) {
                    std::reverse(page->messages.begin(), page->messages.end());
                }
                done(std::move(page));
            });
        }
        void enter(std::string_view topic, const presence_entry& who) override {
            present().enter(topic, who);
        }
        void leave(std::string_view topic, std::string_view id) noexcept override {
            if (!has(fault::ignores_leave)) present().leave(topic, id);
        }
        void presence(std::string_view topic,
                      completion<std::vector<presence_entry>> done) override {
            inner_->presence(topic, std::move(done));
        }

        void on_publication(std::string_view topic,
                            const shared_publication& what) noexcept override {
            const int number = ++count_;
            const fault which = to_.which_; // the client may destroy this session
            broker_client& client = *client_;
            if (which == fault::loses_some && number % 3 == 2) return;
            if (which == fault::forgets_the_publisher && *publishing_) return;
            if (which == fault::reorders && number % 2 == 1 && what->data != "x") {
                held_ = what;
                return;
            }
            auto changed = std::make_shared<publication>(*what);
            if (which == fault::delivers_another_position) ++changed->at.offset;
            const auto held = std::exchange(held_, nullptr);
            if (which == fault::nests && what->data == "1" && !std::exchange(nested_, true)) {
                publication early;
                early.data = "2";
                client.on_publication(topic, std::make_shared<publication>(early));
            }
            client.on_publication(topic, changed);
            if (which == fault::doubles) client.on_publication(topic, changed);
            if (held) client.on_publication(topic, held);
        }
        void on_interruption() noexcept override {}

    private:
        [[nodiscard]] bool has(fault which) const noexcept { return to_.which_ == which; }

        /// The session that presence goes through.
        broker_session& present() {
            if (!has(fault::keeps_the_dead)) return *inner_;
            if (!to_.undead_) to_.undead_ = to_.broker_.open(to_.nobody_, driver_);
            return *to_.undead_;
        }

        completion<position> changed_outcome(completion<position>&& done) {
            if (!done) return {};
            if (has(fault::completes_for_the_dead)) {
                pending_ = std::move(done);
                return {};
            }
            return [this, done = std::move(done)](result<position> at) mutable {
                const bool twice = has(fault::completes_twice);
                if (at && has(fault::numbers_from_zero)) --at->offset;
                if (at && has(fault::changes_the_epoch)) at->epoch += ++count_;
                done(at);
                if (twice) done(at);
            };
        }

        faulty_broker& to_;
        broker_client* client_;
        driver& driver_;
        std::unique_ptr<broker_session> inner_;
        completion<position> pending_;
        shared_publication held_;
        int count_ = 0;
        std::shared_ptr<bool> publishing_ = std::make_shared<bool>(false);
        bool nested_ = false;
    };

    struct silent final : broker_client {
        void on_publication(std::string_view, const shared_publication&) noexcept override {}
        void on_interruption() noexcept override {}
    };

    fault which_;
    memory_broker broker_;
    silent nobody_;
    std::unique_ptr<broker_session> undead_; // ends with the broker
};

class on_manual_driver final : public broker_under_test {
public:
    explicit on_manual_driver(std::unique_ptr<weft::broker> tested) : tested_(std::move(tested)) {}

    weft::broker& broker() override { return *tested_; }
    weft::driver& driver() override { return driver_; }
    bool turn(duration) override { return driver_.advance(driver_.now()); }

private:
    manual_driver driver_;
    std::unique_ptr<weft::broker> tested_;
};

std::vector<broker_finding> findings_of(fault which) {
    broker_kit_options options;
    options.patience = std::chrono::milliseconds(20);
    options.silence = std::chrono::milliseconds(1);
    return check_broker(
        [=] { return std::make_unique<on_manual_driver>(std::make_unique<faulty_broker>(which)); },
        options);
}

TEST(broker_kit, passes_the_memory_broker) {
    broker_kit_options options;
    options.silence = std::chrono::milliseconds(1);
    const auto findings = check_broker(
        [] { return std::make_unique<on_manual_driver>(std::make_unique<memory_broker>()); },
        options);
    EXPECT_EQ(findings, std::vector<broker_finding>{});
    EXPECT_EQ(findings_of(fault::none), std::vector<broker_finding>{});
}

TEST(broker_kit, says_what_each_broken_broker_does_wrong) {
    const auto io_error = std::make_error_code(std::errc::io_error).message(); // differs in musl
    const std::map<fault, std::string> expected = {
        {fault::loses_some, "of 100 publications without a pause, some are not delivered"},
        {fault::doubles, "a publication is delivered more than once to one session"},
        {fault::reorders, "publications of one session arrive in another order, or doubled"},
        {fault::forgets_the_publisher,
         "a session that subscribes does not receive what it publishes itself"},
        {fault::mixes_topics,
         "a session receives publications of a topic to which it does not subscribe"},
        {fault::numbers_from_zero,
         "the offsets of the first two publications to a topic are not 1 and 2"},
        {fault::changes_the_epoch,
         "the epoch of a topic changes although the broker has lost nothing"},
        {fault::delivers_another_position,
         "a publication is delivered with another position than publish reports"},
        {fault::cuts_at_nul, "the bytes of a publication change on the way"},
        {fault::sends_binary_as_text, "a binary publication arrives as text"},
        {fault::drops_the_key, "the key of a publication is lost"},
        {fault::completes_twice, "the completion of publish is called more than once"},
        {fault::never_completes, "the completion of subscribe is never called"},
        {fault::fails, "publish fails: " + io_error},
        {fault::ignores_unsubscribe, "publications are delivered long after unsubscribe"},
        {fault::ignores_prefixes, "a topic that begins with a subscribed prefix is not delivered"},
        {fault::numbers_transient, "a transient publication is delivered with a position"},
        {fault::history_one_too_many,
         "history with a position does not return exactly the later "
         "publications in order"},
        {fault::history_one_too_few,
         "history with a position does not return exactly the later "
         "publications in order"},
        {fault::history_always_complete, "history accepts a position of another epoch"},
        {fault::history_backwards,
         "history without a position does not return the newest publications in order"},
        {fault::stores_all, "more, or fewer, publications are stored than the limit says"},
        {fault::stores_nothing, "a publication is not stored"},
        {fault::ignores_idempotency,
         "a second publication with the same idempotency key is delivered"},
        {fault::ignores_leave, "leave does not remove the entry"},
        {fault::keeps_the_dead, "the end of a session does not end its presence"},
        {fault::calls_the_dead, "on_publication is called after the session's end"},
        {fault::completes_for_the_dead, "the completion of publish is never called"},
        {fault::nests, "what is published inside on_publication arrives in the wrong order"},
    };
    for (const auto& [which, what] : expected) {
        const auto findings = findings_of(which);
        const bool found =
            std::any_of(findings.begin(), findings.end(),
                        [&sentence = what](const auto& one) { return one.what == sentence; });
        EXPECT_TRUE(found) << what;
    }
}

} // namespace
} // namespace weft::testing
