// SPDX-License-Identifier: MIT
// The list of checks for brokers, how each is run, and the operations that they are made of.
#include <weft/testing/broker_kit.hpp>

#include <algorithm>
#include <functional>
#include <ostream>

#include "testing/broker_stage.hpp"

namespace weft::testing {
namespace {

std::vector<broker_check> all_broker_checks() {
    std::vector<broker_check> all;
    for (const auto* some :
         {&broker_delivery_checks, &broker_history_checks, &broker_ending_checks}) {
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

} // namespace

std::ostream& operator<<(std::ostream& to, const broker_finding& which) {
    return to << which.check << ": " << which.what;
}

std::vector<std::string_view> broker_check_names() {
    std::vector<std::string_view> names;
    for (const auto& one : all_broker_checks()) names.push_back(one.name);
    return names;
}

std::vector<broker_finding> check_broker(const brokers_factory& make,
                                         const broker_kit_options& options) {
    std::vector<broker_finding> findings;
    const auto& only = options.only;
    for (const auto& one : all_broker_checks()) {
        if (!only.empty() && std::find(only.begin(), only.end(), one.name) == only.end()) continue;
        broker_stage stage(make, options);
        one.play(stage);
        for (const auto& what : stage.findings()) findings.push_back({std::string(one.name), what});
    }
    return findings;
}

// --- the stage

bool broker_stage::expect(bool holds, std::string_view otherwise) {
    if (!holds) findings_.emplace_back(otherwise);
    return holds;
}

bool broker_stage::until(const std::function<bool()>& holds, std::string_view otherwise) {
    auto last = std::chrono::steady_clock::now();
    for (;;) {
        if (holds()) return true;
        if (tested_->turn(options_.silence)) last = std::chrono::steady_clock::now();
        if (holds()) return true;
        const auto idle = std::chrono::steady_clock::now() - last;
        if (!tested_->turn(duration::zero()) && idle >= options_.patience) {
            return expect(false, otherwise);
        }
    }
}

void broker_stage::rest() {
    const auto end = std::chrono::steady_clock::now() + options_.silence;
    while (tested_->turn(options_.silence) || std::chrono::steady_clock::now() < end) {
        if (std::chrono::steady_clock::now() > end + options_.patience) return;
    }
}

template <class T>
T broker_stage::outcome(const std::shared_ptr<broker_outcome<T>>& of, std::string_view name) {
    const std::string what(name);
    if (!until([&] { return of->calls != 0; }, "the completion of " + what + " is never called")) {
        return {};
    }
    expect(of->calls == 1, "the completion of " + what + " is called more than once");
    if (!expect(of->value.has_value(), what + " fails: " + of->error.message())) return {};
    return *of->value;
}

position broker_stage::subscribe(broker_listener& who, std::string_view topic, topic_match how) {
    const auto at = std::make_shared<broker_outcome<position>>();
    who.session->subscribe(topic, how, note(at));
    return outcome(at, "subscribe");
}

position broker_stage::publish(broker_listener& who, std::string_view topic, std::string data,
                               const publish_options& options, const history_limits& limits) {
    publication what;
    what.data = std::move(data);
    return publish(who, topic, std::move(what), options, limits);
}

position broker_stage::publish(broker_listener& who, std::string_view topic, publication what,
                               const publish_options& options, const history_limits& limits) {
    const auto at = std::make_shared<broker_outcome<position>>();
    who.session->publish(topic, std::move(what), options, limits, note(at));
    return outcome(at, "publish");
}

history_page broker_stage::history(broker_listener& who, std::string_view topic,
                                   const history_query& query) {
    const auto page = std::make_shared<broker_outcome<history_page>>();
    who.session->history(topic, query, note(page));
    return outcome(page, "history");
}

std::vector<presence_entry> broker_stage::presence(broker_listener& who, std::string_view topic) {
    const auto all = std::make_shared<broker_outcome<std::vector<presence_entry>>>();
    who.session->presence(topic, note(all));
    return outcome(all, "presence");
}

} // namespace weft::testing
