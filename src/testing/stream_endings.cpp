// SPDX-License-Identifier: MIT
// Checks how a stream ends: in one direction or both, by its owner or its peer, at any moment.
#include "testing/stream_stage.hpp"

#include <functional>
#include <utility>

namespace weft::testing {
namespace {

void half_closing(stream_stage& here) {
    if (!here.pair().half_closes()) return;
    here.start();
    const std::string text = varied_text(200'000);
    here.near().send(text);
    here.until([&] { return here.near().all_sent(); },
               "not all bytes can be written although the peer reads");
    here.near().half_close();
    if (!here.until([&] { return here.far().eofs == 1; },
                    "the peer does not notice the end after half_close")) {
        return;
    }
    here.expect(here.far().received == text,
                "after half_close the peer gets the end before all accepted bytes have arrived");
    here.far().send(text);
    here.until([&] { return here.near().received.size() == text.size(); },
               "after half_close the other direction does not continue");
    here.far().half_close();
    here.until([&] { return here.near().eofs == 1; },
               "on_eof is not called when the peer has ended its output, too");
    here.rest("after both directions have ended");
    here.expect(!here.near().error,
                "on_error is called although both directions have ended properly");
}

void half_closing_at_once(stream_stage& here) {
    if (!here.pair().half_closes()) return;
    here.start();
    here.far().pause();
    const std::string text = here.fill();
    here.near().half_close();
    here.rest("while the peer does not read");
    here.far().resume();
    here.until([&] { return here.far().eofs == 1; },
               "the peer does not notice the end after a half_close with much data in transit");
    here.expect(here.far().received == text,
                "not all bytes that write accepted before half_close arrive: deliver them");
}

void the_end_of_the_input(stream_stage& here) {
    if (!here.pair().half_closes()) return;
    here.start();
    here.far_says_last("last");
    here.until([&] { return here.near().eofs == 1; },
               "on_eof is not called at the end of the input");
    here.expect(here.near().received == "last",
                "on_eof is called before all earlier bytes were delivered");
    here.rest("after the end of the input");
    const std::string text = varied_text(200'000);
    here.near().send(text);
    here.until([&] { return here.far().received.size() == text.size(); },
               "nothing can be written any more after the end of the input");
}

void closing(stream_stage& here) {
    here.start();
    here.far().send("ignored");
    here.near().close();
    here.near().close();
    here.rest("after close");
    here.expect(here.near().received.empty() && here.near().eofs == 0,
                "an event is reported after close");
    here.until(
        [&] {
            if (here.far().noticed_end()) return true;
            here.far().write("?");
            return here.far().noticed_end();
        },
        "the peer does not notice a close: neither by on_eof, nor on_error, nor a failing write");
}

void destroying(stream_stage& here) {
    here.start();
    here.near().send("last words");
    here.far().send("ignored");
    here.near().destroy();
    here.until([&] { return here.far().noticed_end(); },
               "destroying a stream does not close it: the peer gets no end");
    here.rest("after the stream was destroyed");
}

void destroying_before_start(stream_stage& here) {
    here.far().start();
    here.far().send("ignored");
    here.near().destroy();
    here.until([&] { return here.far().noticed_end(); },
               "a stream that was never started does not close when it is destroyed");
}

void destroying_a_full_one(stream_stage& here) {
    here.start();
    here.far().pause();
    here.fill();
    here.far().send(varied_text(50'000));
    here.near().destroy();
    here.rest("after a stream with much data in transit was destroyed");
    here.far().resume();
    here.until([&] { return here.far().noticed_end(); },
               "the peer of a full stream does not notice that it was destroyed");
}

/// An action inside an event; a rule of every check is that no event follows it.
using stream_ending = void (*)(stream_end& own, stream_end& other);

void close_it(stream_end& own, stream_end&) {
    own.close();
}

void destroy_it(stream_end& own, stream_end&) {
    own.destroy();
}

void destroy_the_peer(stream_end&, stream_end& other) {
    other.destroy();
}

void destroy_both(stream_end& own, stream_end& other) {
    own.destroy();
    other.destroy();
}

/// Calls `end` in the first event of this kind, which `provoke` causes.
void end_in(stream_stage& here, event_kind kind, stream_ending end,
            const std::function<void()>& provoke) {
    bool done = false;
    here.near().on_reported = [&](event_kind what) {
        if (what != kind || std::exchange(done, true)) return;
        end(here.near(), here.far());
    };
    here.start();
    provoke();
    here.until([&] { return done; },
               "the event in which the check ends the stream is not reported");
    here.rest("after a stream has ended in an event");
    if (end == destroy_the_peer) {
        here.until([&] { return here.near().noticed_end(); },
                   "a stream whose peer is destroyed in an event does not notice it");
    }
    here.near().on_reported = nullptr;
}

template <stream_ending End>
void ending_in_on_receive(stream_stage& here) {
    end_in(here, event_kind::bytes, End, [&] { here.far().send(varied_text(200'000)); });
}

template <stream_ending End>
void ending_in_on_eof(stream_stage& here) {
    if (!here.pair().half_closes()) return;
    end_in(here, event_kind::eof, End, [&] { here.far_says_last("last"); });
}

template <stream_ending End>
void ending_in_on_writable(stream_stage& here) {
    end_in(here, event_kind::writable, End, [&] {
        here.far().pause();
        here.fill();
        here.far().send("and bytes");
        here.far().resume();
    });
}

} // namespace

const std::vector<stream_check> stream_ending_checks = {
    {"half_closing", half_closing},
    {"half_closing_at_once", half_closing_at_once},
    {"the_end_of_the_input", the_end_of_the_input},
    {"closing", closing},
    {"destroying", destroying},
    {"destroying_before_start", destroying_before_start},
    {"destroying_a_full_one", destroying_a_full_one},
    {"closing_in_on_receive", ending_in_on_receive<close_it>},
    {"destroying_in_on_receive", ending_in_on_receive<destroy_it>},
    {"destroying_the_peer_in_on_receive", ending_in_on_receive<destroy_the_peer>},
    {"destroying_both_in_on_receive", ending_in_on_receive<destroy_both>},
    {"closing_in_on_eof", ending_in_on_eof<close_it>},
    {"destroying_in_on_eof", ending_in_on_eof<destroy_it>},
    {"destroying_the_peer_in_on_eof", ending_in_on_eof<destroy_the_peer>},
    {"destroying_both_in_on_eof", ending_in_on_eof<destroy_both>},
    {"closing_in_on_writable", ending_in_on_writable<close_it>},
    {"destroying_in_on_writable", ending_in_on_writable<destroy_it>},
    {"destroying_the_peer_in_on_writable", ending_in_on_writable<destroy_the_peer>},
    {"destroying_both_in_on_writable", ending_in_on_writable<destroy_both>},
};

} // namespace weft::testing
