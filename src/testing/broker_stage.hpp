// SPDX-License-Identifier: MIT
// The environment of one check of a broker: the broker, clients that note what they receive, and
// the defects found. Does not know what is checked.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/testing/broker_kit.hpp>

namespace weft::testing {

/// The outcome of one operation, and how often the completion was called.
template <class T>
struct broker_outcome {
    int calls = 0;
    std::optional<T> value;
    std::error_code error;
};

/// A client with its session.
class broker_listener final : public broker_client {
public:
    struct received {
        std::string topic;
        shared_publication what;
    };

    explicit broker_listener(broker_under_test& in)
        : session(in.broker().open(*this, in.driver())) {}

    void on_publication(std::string_view topic, const shared_publication& what) noexcept override {
        if (!session && !ending) ++late;
        all.push_back({std::string(topic), what});
        if (then) then();
    }
    void on_interruption() noexcept override {}

    [[nodiscard]] std::vector<std::string> texts() const {
        std::vector<std::string> read;
        for (const auto& one : all) read.push_back(one.what->data);
        return read;
    }

    std::vector<received> all;
    std::function<void()> then;
    bool ending = false;
    int late = 0; // calls after the session's end
    std::unique_ptr<broker_session> session;
};

class broker_stage {
public:
    broker_stage(const brokers_factory& make, const broker_kit_options& options)
        : options_(options), tested_(make()) {}

    [[nodiscard]] std::unique_ptr<broker_listener> open() {
        return std::make_unique<broker_listener>(*tested_);
    }
    [[nodiscard]] weft::driver& driver() { return tested_->driver(); }

    /// Runs turns until `holds` is true; records `otherwise` if nothing more happens before that.
    bool until(const std::function<bool()>& holds, std::string_view otherwise);

    /// Runs turns until nothing happens for a while.
    void rest();

    /// Records `otherwise` if `holds` is false.
    bool expect(bool holds, std::string_view otherwise);

    // --- operations, and waiting for their outcome

    position subscribe(broker_listener& who, std::string_view topic,
                       topic_match how = topic_match::exact);
    position publish(broker_listener& who, std::string_view topic, std::string data,
                     const publish_options& options = {}, const history_limits& limits = {});
    position publish(broker_listener& who, std::string_view topic, publication what,
                     const publish_options& options, const history_limits& limits);
    history_page history(broker_listener& who, std::string_view topic,
                         const history_query& query = {});
    std::vector<presence_entry> presence(broker_listener& who, std::string_view topic);

    [[nodiscard]] const std::vector<std::string>& findings() const { return findings_; }

private:
    template <class T>
    T outcome(const std::shared_ptr<broker_outcome<T>>& of, std::string_view name);

    broker_kit_options options_;
    std::unique_ptr<broker_under_test> tested_;
    std::vector<std::string> findings_;
};

template <class T>
completion<T> note(const std::shared_ptr<broker_outcome<T>>& to) {
    return [to](result<T> outcome) {
        ++to->calls;
        if (outcome) {
            to->value = std::move(*outcome);
        } else {
            to->error = outcome.error();
        }
    };
}

/// A check's name and function.
struct broker_check {
    std::string_view name;
    void (*play)(broker_stage& stage);
};

extern const std::vector<broker_check> broker_delivery_checks;
extern const std::vector<broker_check> broker_history_checks;
extern const std::vector<broker_check> broker_ending_checks;

} // namespace weft::testing
