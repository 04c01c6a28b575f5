// SPDX-License-Identifier: MIT
// Checks of a broker's deliveries: who receives what, in which order, and with which numbers.
#include <algorithm>
#include <string>
#include <vector>

#include "testing/broker_stage.hpp"

namespace weft::testing {
namespace {

using texts = std::vector<std::string>;

void reaches_subscribers(broker_stage& stage) {
    const auto one = stage.open();
    const auto two = stage.open();
    const auto three = stage.open();
    stage.subscribe(*one, "a");
    stage.subscribe(*two, "a");
    stage.subscribe(*three, "b");
    stage.publish(*one, "a", "x");
    stage.until([&] { return !one->all.empty(); },
                "a session that subscribes does not receive what it publishes itself");
    stage.until([&] { return !two->all.empty(); },
                "a session that subscribes does not receive what another session publishes");
    stage.rest();
    stage.expect(one->all.size() <= 1 && two->all.size() <= 1,
                 "a publication is delivered more than once to one session");
    stage.expect(three->all.empty(),
                 "a session receives publications of a topic to which it "
                 "does not subscribe");
    if (!one->all.empty()) {
        stage.expect(one->all[0].topic == "a", "on_publication names another topic");
    }
}

void keeps_order(broker_stage& stage) {
    const auto publisher = stage.open();
    const auto one = stage.open();
    stage.subscribe(*one, "a");
    texts expected;
    for (int i = 0; i < 100; ++i) {
        expected.push_back(std::to_string(i));
        publication what;
        what.data = expected.back();
        publisher->session->publish("a", std::move(what), {}, {}, {});
    }
    stage.until([&] { return one->all.size() >= expected.size(); },
                "of 100 publications without a pause, some are not delivered");
    stage.expect(one->texts() == expected || one->all.size() < expected.size(),
                 "publications of one session arrive in another order, or doubled");
}

void numbers_publications(broker_stage& stage) {
    const auto one = stage.open();
    const position begin = stage.subscribe(*one, "a");
    const position first = stage.publish(*one, "a", "x");
    const position second = stage.publish(*one, "a", "y");
    stage.publish(*one, "b", "z");
    stage.until([&] { return one->all.size() >= 2; }, "a publication is not delivered");
    stage.expect(begin.offset == 0, "a topic without publications has a position other than 0");
    stage.expect(begin.epoch == first.epoch && first.epoch == second.epoch,
                 "the epoch of a topic changes although the broker has lost nothing");
    stage.expect(first.offset == 1 && second.offset == 2,
                 "the offsets of the first two publications to a topic are not 1 and 2");
    if (one->all.size() < 2) return;
    stage.expect(one->all[0].what->at == first && one->all[1].what->at == second,
                 "a publication is delivered with another position than publish reports");
    const auto late = stage.open();
    stage.expect(stage.subscribe(*late, "a") == second,
                 "subscribe does not report the position of the newest publication");
}

void carries_content(broker_stage& stage) {
    const auto one = stage.open();
    const std::string topic = "caf\xc3\xa9 *?[a]{b} \n:";
    stage.subscribe(*one, topic);
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    const texts contents{bytes, "", std::string(100'000, 'x')};
    for (const auto& each : contents) {
        publication what;
        what.data = each;
        what.is_text = false;
        what.key = "k" + bytes;
        stage.publish(*one, topic, std::move(what), {}, {});
    }
    stage.until([&] { return one->all.size() >= contents.size(); },
                "binary, empty or large publications, or those to a topic with unusual characters, "
                "are not delivered");
    if (one->all.size() < contents.size()) return;
    stage.expect(one->texts() == contents, "the bytes of a publication change on the way");
    stage.expect(one->all[0].topic == topic, "the name of a topic changes on the way");
    stage.expect(!one->all[0].what->is_text, "a binary publication arrives as text");
    stage.expect(one->all[0].what->key == "k" + bytes, "the key of a publication is lost");
}

void subscribes_without_a_gap(broker_stage& stage) {
    const auto publisher = stage.open();
    const auto one = stage.open();
    const auto begin = std::make_shared<broker_outcome<position>>();
    for (int i = 0; i < 60; ++i) {
        if (i == 20) one->session->subscribe("a", topic_match::exact, note(begin));
        publisher->session->publish("a", {}, {}, {}, {});
        if (i % 7 == 0) stage.until([] { return true; }, "");
    }
    stage.until([&] { return begin->calls != 0; }, "the completion of subscribe is never called");
    const position last = stage.publish(*publisher, "a", "last");
    if (!begin->value) return;
    const auto received_last = [&] {
        return !one->all.empty() && one->all.back().what->at == last;
    };
    stage.until(received_last, "after subscribe, a publication is not delivered");
    std::uint64_t next = begin->value->offset + 1;
    for (const auto& each : one->all) {
        if (each.what->at.offset <= begin->value->offset) continue;
        if (!stage.expect(each.what->at.offset == next++,
                          "a publication after the position that subscribe reports is missing")) {
            return;
        }
    }
}

void stops_after_unsubscribe(broker_stage& stage) {
    const auto one = stage.open();
    const auto two = stage.open();
    stage.subscribe(*one, "a");
    stage.subscribe(*one, "a");
    stage.subscribe(*two, "a");
    one->session->unsubscribe("a", topic_match::exact);
    one->session->unsubscribe("never", topic_match::exact);
    stage.rest();
    stage.publish(*two, "a", "x");
    stage.until([&] { return !two->all.empty(); },
                "unsubscribe ends the subscription of another session, too");
    stage.rest();
    stage.expect(one->all.empty(), "publications are delivered long after unsubscribe");
}

void matches_prefixes(broker_stage& stage) {
    const auto one = stage.open();
    stage.subscribe(*one, "a.", topic_match::prefix);
    stage.subscribe(*one, "a.b");
    for (const char* topic : {"a.b", "a.c", "a", "b.a."}) stage.publish(*one, topic, topic);
    stage.until([&] { return one->all.size() >= 2; },
                "a topic that begins with a subscribed prefix is not delivered");
    stage.rest();
    auto read = one->texts();
    stage.expect(std::count(read.begin(), read.end(), "a.b") == 1,
                 "a publication is delivered twice if its topic matches by name and by prefix");
    stage.expect(std::count(read.begin(), read.end(), "a.c") == 1 && read.size() <= 3,
                 "a prefix matches the wrong topics");
    stage.expect(std::count(read.begin(), read.end(), "a") == 0 &&
                     std::count(read.begin(), read.end(), "b.a.") == 0,
                 "a prefix matches topics that do not begin with it");
    one->session->unsubscribe("a.", topic_match::prefix);
    stage.rest();
    const std::size_t before = one->all.size();
    stage.publish(*one, "a.c", "y");
    stage.publish(*one, "a.b", "z");
    stage.until([&] { return one->all.size() > before; },
                "unsubscribing from a prefix ends the subscription by name, too");
    stage.rest();
    stage.expect(one->all.size() <= before + 1, "a prefix matches after unsubscribe");
}

void passes_transient_publications(broker_stage& stage) {
    const auto one = stage.open();
    stage.subscribe(*one, "a");
    publish_options transient;
    transient.transient = true;
    const history_limits limits{10, std::chrono::minutes(1)};
    stage.publish(*one, "a", "x", {}, limits);
    stage.publish(*one, "a", "typing", transient, limits);
    const position next = stage.publish(*one, "a", "y", {}, limits);
    stage.until([&] { return one->all.size() >= 3; }, "a transient publication is not delivered");
    if (one->all.size() < 3) return;
    stage.expect(one->all[1].what->at.offset == 0,
                 "a transient publication is delivered with a position");
    stage.expect(next.offset == 2, "a transient publication takes up an offset");
    stage.expect(stage.history(*one, "a").messages.size() == 2,
                 "a transient publication is stored in the history");
}

} // namespace

const std::vector<broker_check> broker_delivery_checks = {
    {"reaches_subscribers", reaches_subscribers},
    {"keeps_order", keeps_order},
    {"numbers_publications", numbers_publications},
    {"carries_content", carries_content},
    {"subscribes_without_a_gap", subscribes_without_a_gap},
    {"stops_after_unsubscribe", stops_after_unsubscribe},
    {"matches_prefixes", matches_prefixes},
    {"passes_transient_publications", passes_transient_publications},
};

} // namespace weft::testing
