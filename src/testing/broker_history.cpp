// SPDX-License-Identifier: MIT
// Checks of what a broker remembers: histories and idempotency keys.
#include <string>
#include <vector>

#include "testing/broker_stage.hpp"

namespace weft::testing {
namespace {

using texts = std::vector<std::string>;

texts texts_of(const history_page& page) {
    texts all;
    for (const auto& one : page.messages) all.push_back(one->data);
    return all;
}

/// Publishes "1" to "6" with a history of four, and returns the last position.
position publish_six(broker_stage& stage, broker_listener& by) {
    position last;
    for (int i = 1; i <= 6; ++i) {
        last = stage.publish(by, "a", std::to_string(i), {}, {4, std::chrono::minutes(1)});
    }
    return last;
}

void reads_what_came_since(broker_stage& stage) {
    const auto one = stage.open();
    const position last = publish_six(stage, *one);
    const auto page = stage.history(*one, "a", {position{4, last.epoch}, 100});
    stage.expect(page.complete,
                 "history with a position says that publications are missing, "
                 "although all of them are stored");
    stage.expect(texts_of(page) == texts{"5", "6"},
                 "history with a position does not return exactly the later publications in order");
    stage.expect(page.latest == last, "history does not report the newest position");
    if (!page.messages.empty()) {
        stage.expect(page.messages.back()->at == last,
                     "a stored publication has another position than publish reported");
    }
    const auto some = stage.history(*one, "a", {position{2, last.epoch}, 3});
    stage.expect(some.complete && texts_of(some) == texts{"3", "4", "5"},
                 "history with a limit does not return the oldest of the later publications");
    const auto none = stage.history(*one, "a", {last, 100});
    stage.expect(none.complete && none.messages.empty(),
                 "history since the newest position is not empty and complete");
    const auto compare = stage.history(*one, "a", {last, 0});
    stage.expect(compare.complete && compare.latest == last && compare.messages.empty(),
                 "history with a limit of 0 does not report the position");
}

void says_what_is_missing(broker_stage& stage) {
    const auto one = stage.open();
    const position last = publish_six(stage, *one);
    const auto old = stage.history(*one, "a", {position{1, last.epoch}, 100});
    stage.expect(!old.complete,
                 "history says that nothing is missing, although publications "
                 "after the position are no longer stored");
    stage.expect(old.messages.empty(), "history that is not complete returns publications");
    const auto other = stage.history(*one, "a", {position{4, last.epoch + 1}, 100});
    stage.expect(!other.complete, "history accepts a position of another epoch");
    const auto future = stage.history(*one, "a", {position{last.offset + 1, last.epoch}, 100});
    stage.expect(!future.complete, "history accepts a position that the topic has not reached");
    const auto unknown = stage.history(*one, "unknown", {position{3, 17}, 100});
    stage.expect(!unknown.complete, "history accepts a position of an unknown topic");
    stage.publish(*one, "bare", "x");
    stage.subscribe(*one, "bare");
    const position bare = stage.publish(*one, "bare", "y");
    const auto kept = stage.history(*one, "bare", {position{bare.offset - 1, bare.epoch}, 100});
    stage.expect(!kept.complete, "history of a topic without history says that nothing is missing");
}

void reads_the_newest(broker_stage& stage) {
    const auto one = stage.open();
    publish_six(stage, *one);
    stage.expect(texts_of(stage.history(*one, "a", {std::nullopt, 2})) == texts{"5", "6"},
                 "history without a position does not return the newest publications in order");
    stage.expect(stage.history(*one, "a", {std::nullopt, 100}).messages.size() == 4,
                 "more, or fewer, publications are stored than the limit says");
    const auto unknown = stage.history(*one, "unknown");
    stage.expect(unknown.messages.empty() && unknown.latest.offset == 0,
                 "an unknown topic has a history");
}

void stores_content(broker_stage& stage) {
    const auto one = stage.open();
    publication what;
    what.data = std::string("\0\xff\r\n", 4);
    what.is_text = false;
    what.key = "k";
    stage.publish(*one, "a", std::move(what), {}, {4, std::chrono::minutes(1)});
    const auto page = stage.history(*one, "a");
    if (!stage.expect(page.messages.size() == 1, "a publication is not stored")) return;
    const publication& stored = *page.messages[0];
    stage.expect(stored.data == std::string("\0\xff\r\n", 4) && !stored.is_text &&
                     stored.key == "k",
                 "a stored publication differs from what was published");
}

void publishes_a_key_once(broker_stage& stage) {
    const auto one = stage.open();
    const auto two = stage.open();
    stage.subscribe(*one, "a");
    publish_options once;
    once.idempotency_key = "k";
    const history_limits limits{10, std::chrono::minutes(1)};
    const position first = stage.publish(*one, "a", "x", once, limits);
    stage.publish(*one, "a", "y", {}, limits);
    const position again = stage.publish(*two, "a", "x", once, limits);
    stage.publish(*one, "b", "x", once, limits);
    stage.rest();
    stage.expect(first == again,
                 "a second publication with the same idempotency key has another position");
    stage.expect(one->texts() == texts{"x", "y"},
                 "a second publication with the same idempotency key is delivered");
    stage.expect(stage.history(*one, "a").messages.size() == 2,
                 "a second publication with the same idempotency key is stored");
    stage.expect(stage.history(*one, "b").messages.size() == 1,
                 "an idempotency key counts for another topic, too");
}

} // namespace

const std::vector<broker_check> broker_history_checks = {
    {"reads_what_came_since", reads_what_came_since},
    {"says_what_is_missing", says_what_is_missing},
    {"reads_the_newest", reads_the_newest},
    {"stores_content", stores_content},
    {"publishes_a_key_once", publishes_a_key_once},
};

} // namespace weft::testing
