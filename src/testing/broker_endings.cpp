// SPDX-License-Identifier: MIT
// Checks of a broker's presence, and of what remains when a session ends.
#include <algorithm>
#include <string>
#include <vector>

#include "testing/broker_stage.hpp"

namespace weft::testing {
namespace {

std::vector<std::string> present(broker_stage& stage, broker_listener& who) {
    std::vector<std::string> all;
    for (const auto& one : stage.presence(who, "a")) all.push_back(one.id + "=" + one.data);
    std::sort(all.begin(), all.end());
    return all;
}

using texts = std::vector<std::string>;

void knows_who_is_present(broker_stage& stage) {
    const auto one = stage.open();
    auto two = stage.open();
    stage.expect(present(stage, *one).empty(), "somebody is present in an unknown topic");
    one->session->enter("a", {"1", "ann"});
    two->session->enter("a", {"2", "bob"});
    two->session->enter("b", {"3", "cid"});
    stage.rest();
    stage.expect(present(stage, *one) == texts{"1=ann", "2=bob"},
                 "presence does not return exactly those that have entered, of all sessions");
    one->session->enter("a", {"1", "eve"});
    stage.rest();
    stage.expect(present(stage, *two) == texts{"1=eve", "2=bob"},
                 "entering again with the same id does not replace the entry");
    one->session->leave("a", "1");
    one->session->leave("a", "unknown");
    stage.rest();
    stage.expect(present(stage, *one) == texts{"2=bob"}, "leave does not remove the entry");
    two->session.reset();
    stage.rest();
    stage.expect(present(stage, *one).empty(), "the end of a session does not end its presence");
}

void is_silent_after_the_end(broker_stage& stage) {
    const auto publisher = stage.open();
    const auto one = stage.open();
    stage.subscribe(*one, "a");
    const auto at = std::make_shared<broker_outcome<position>>();
    const auto page = std::make_shared<broker_outcome<history_page>>();
    for (int i = 0; i < 20; ++i) publisher->session->publish("a", {}, {}, {}, {});
    one->session->publish("a", {}, {}, {}, note(at));
    one->session->history("a", {}, note(page));
    const int completed = at->calls + page->calls;
    one->session.reset();
    stage.rest();
    stage.publish(*publisher, "a", "x");
    stage.rest();
    stage.expect(one->late == 0, "on_publication is called after the session's end");
    stage.expect(at->calls + page->calls == completed,
                 "a completion is called after the session's end");
}

void may_end_in_a_publication(broker_stage& stage) {
    const auto publisher = stage.open();
    const auto one = stage.open();
    stage.subscribe(*one, "a");
    one->then = [&] { one->session.reset(); };
    for (int i = 0; i < 5; ++i) publisher->session->publish("a", {}, {}, {}, {});
    stage.until([&] { return !one->all.empty(); }, "a publication is not delivered");
    stage.rest();
    stage.expect(one->all.size() == 1,
                 "on_publication is called after the session was destroyed in it");
    const auto own = stage.open();
    stage.subscribe(*own, "b");
    own->then = [&] { own->session.reset(); };
    const auto at = std::make_shared<broker_outcome<position>>();
    own->session->publish("b", {}, {}, {}, note(at));
    stage.rest();
    stage.expect(own->all.size() == 1, "a publication is not delivered to its publisher");
}

void may_end_in_a_completion(broker_stage& stage) {
    const auto one = stage.open();
    bool called = false;
    one->session->subscribe("a", topic_match::exact, [&](result<position>) {
        one->session.reset();
        called = true;
    });
    stage.until([&] { return called; }, "the completion of subscribe is never called");
    const auto two = stage.open();
    called = false;
    two->session->history("a", {}, [&](result<history_page>) {
        two->session.reset();
        called = true;
    });
    stage.until([&] { return called; }, "the completion of history is never called");
    stage.rest();
}

void publishes_inside_a_publication(broker_stage& stage) {
    const auto one = stage.open();
    const auto two = stage.open();
    stage.subscribe(*one, "a");
    stage.subscribe(*two, "a");
    bool first = true;
    one->then = [&] {
        if (!std::exchange(first, false)) return;
        publication what;
        what.data = "2";
        one->session->publish("a", std::move(what), {}, {}, {});
    };
    stage.publish(*one, "a", "1");
    stage.until([&] { return one->all.size() >= 2 && two->all.size() >= 2; },
                "what is published inside on_publication is not delivered");
    stage.expect(two->texts() == texts{"1", "2"} && one->texts() == texts{"1", "2"},
                 "what is published inside on_publication arrives in the wrong order");
}

} // namespace

const std::vector<broker_check> broker_ending_checks = {
    {"knows_who_is_present", knows_who_is_present},
    {"is_silent_after_the_end", is_silent_after_the_end},
    {"may_end_in_a_publication", may_end_in_a_publication},
    {"may_end_in_a_completion", may_end_in_a_completion},
    {"publishes_inside_a_publication", publishes_inside_a_publication},
};

} // namespace weft::testing
