// SPDX-License-Identifier: MIT
// Checks which input events a stream delivers, and that it delivers none when it must not.
#include "testing/stream_stage.hpp"

namespace weft::testing {
namespace {

void before_start(stream_stage& here) {
    here.far().start();
    here.far().send("early");
    here.rest("before start was called");
    here.expect(here.near().asked == 0 && here.near().received.empty(),
                "the sink is called before start");
    here.near().start();
    here.until([&] { return here.near().received == "early"; },
               "what the peer wrote before start was called is not delivered after it");
}

void bytes(stream_stage& here) {
    here.start();
    const std::string text = varied_text(700'000);
    here.near().send(text);
    here.far().send(text);
    const auto complete = [&] {
        return here.near().received.size() >= text.size() &&
               here.far().received.size() >= text.size();
    };
    here.until(complete, "not all bytes that were written arrive: 700,000 in each direction, both "
                         "at once; is on_writable called when there is room again?");
    here.expect(text.starts_with(here.near().received) && text.starts_with(here.far().received),
                "other bytes arrive than were written, or in another order: bytes passed to write "
                "or on_receive are valid only until that call returns, and a sink may overwrite "
                "what it received");
    here.rest("after all bytes have arrived");
    here.expect(!here.near().noticed_end(), "an end was reported although neither side has ended");
}

void single_bytes(stream_stage& here) {
    here.start();
    const std::string text = varied_text(100);
    for (std::size_t i = 0; i < text.size(); ++i) {
        here.near().send(text.substr(i, 1));
        here.far().send(text.substr(i, 1));
        if (!here.until([&] { return here.near().received.size() == i + 1 &&
                                     here.far().received.size() == i + 1; },
                        "a single byte does not arrive before the next is written")) {
            return;
        }
    }
    here.expect(here.near().received == text && here.far().received == text,
                "single bytes change on the way");
}

void asking(stream_stage& here) {
    here.near().willing = false;
    here.start();
    here.far().send("one");
    if (!here.until([&] { return here.near().asked != 0; },
                    "wants_bytes is not called when bytes have arrived")) {
        return;
    }
    here.rest("after wants_bytes returned false");
    const std::size_t asked = here.near().asked;
    here.far().send("two");
    here.rest("after wants_bytes returned false");
    here.near().willing = true;
    here.rest("after wants_bytes returned false");
    here.expect(here.near().asked == asked && here.near().received.empty(),
                "the stream continues after wants_bytes returned false: wait for resume");
    here.near().resume();
    here.until([&] { return here.near().received == "onetwo"; },
               "bytes that the sink declined are not delivered after resume");
}

void asking_about_the_end(stream_stage& here) {
    if (!here.pair().half_closes()) return;
    here.near().willing = false;
    here.start();
    here.far().half_close();
    if (!here.until([&] { return here.near().asked != 0; },
                    "wants_bytes is not called before on_eof")) {
        return;
    }
    here.rest("after wants_bytes returned false");
    here.near().willing = true;
    here.near().resume();
    here.until([&] { return here.near().eofs == 1; },
               "an end of the input that the sink declined is not reported after resume");
}

void pausing(stream_stage& here) {
    here.start();
    here.near().pause();
    here.rest("while reading is paused");
    here.far().send("one");
    here.rest("while reading is paused");
    here.near().resume();
    here.until([&] { return here.near().received == "one"; },
               "what arrived during a pause is not delivered after resume");
    here.near().pause();
    here.near().resume();
    here.far().send("two");
    here.until([&] { return here.near().received == "onetwo"; },
               "nothing is read any more after a pause that was resumed at once");
}

void pausing_in_on_receive(stream_stage& here) {
    here.start();
    const std::string text = varied_text(400'000);
    std::size_t pauses = 0;
    here.near().on_reported = [&](event_kind what) {
        if (what != event_kind::bytes) return;
        ++pauses;
        here.near().pause();
    };
    here.far().send(text);
    while (here.near().received.size() < text.size()) {
        const std::size_t before = pauses;
        if (!here.until([&] { return pauses != before; },
                        "not all bytes arrive after a pause in on_receive and a resume")) {
            break;
        }
        here.rest("after on_receive has paused reading");
        here.near().resume();
    }
    here.near().on_reported = nullptr;
    here.expect(text.starts_with(here.near().received),
                "with pauses in between, other bytes arrive than were written");
}

void pausing_before_the_end(stream_stage& here) {
    if (!here.pair().half_closes()) return;
    here.start();
    here.near().pause();
    here.far_says_last("last");
    here.rest("while reading is paused and the peer has ended");
    here.near().resume();
    here.until([&] { return here.near().received == "last" && here.near().eofs == 1; },
               "bytes and end that arrived during a pause are not reported after resume");
}

void starting_paused(stream_stage& here) {
    here.near().start();
    here.near().pause();
    here.far().start();
    here.far().send("later");
    here.rest("while reading is paused");
    here.near().resume();
    here.until([&] { return here.near().received == "later"; },
               "a stream that was paused at once does not read after resume");
}

void writing_while_paused(stream_stage& here) {
    here.start();
    here.near().pause();
    const std::string text = varied_text(400'000);
    here.near().send(text);
    here.until([&] { return here.far().received.size() == text.size(); },
               "not all bytes that are written while reading is paused arrive: a pause concerns "
               "reading only, so still call on_writable");
    here.rest("while reading is paused");
}

void resting(stream_stage& here) {
    here.rest("before start was called");
    here.start();
    here.rest("while neither end does anything");
    here.near().resume();
    here.rest("while neither end does anything");
    here.expect(here.near().received.empty() && !here.near().noticed_end() &&
                    here.near().writables == 0,
                "an event is reported although nothing has happened");
}

} // namespace

const std::vector<stream_check> stream_reading_checks = {
    {"before_start", before_start},
    {"resting", resting},
    {"bytes", bytes},
    {"single_bytes", single_bytes},
    {"asking", asking},
    {"asking_about_the_end", asking_about_the_end},
    {"pausing", pausing},
    {"pausing_in_on_receive", pausing_in_on_receive},
    {"pausing_before_the_end", pausing_before_the_end},
    {"starting_paused", starting_paused},
    {"writing_while_paused", writing_while_paused},
};

} // namespace weft::testing
