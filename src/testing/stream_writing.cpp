// SPDX-License-Identifier: MIT
// Checks what a stream does with the bytes written to it, above all when it has no room for them.
#include "testing/stream_stage.hpp"

namespace weft::testing {
namespace {

void pieces(stream_stage& here) {
    here.start();
    here.rest("while neither end does anything");
    here.expect(here.near().write(std::span<const std::span<const std::byte>>()) == 0,
                "write returns a number above zero for an empty list");
    const std::string text = varied_text(4'000);
    std::vector<std::span<const std::byte>> list;
    for (std::size_t i = 0; i < 40; ++i) {
        list.push_back(std::as_bytes(std::span(text).subspan(i * 100, 100)));
        if (i % 3 == 0) list.emplace_back();
    }
    const std::size_t taken = here.near().write(list);
    here.near().send(text.substr(taken)); // at once, or when there is room
    if (!here.until([&] { return here.far().received.size() == text.size(); },
                    "a list of many pieces does not arrive whole: accept what a write did not "
                    "accept again after on_writable")) {
        return;
    }
    here.expect(here.far().received == text,
                "a list of many pieces arrives in another order, or bytes are written twice: write "
                "returns how many bytes it accepted from the beginning of the list");
}

void full(stream_stage& here) {
    here.start();
    here.far().pause();
    std::string text = here.fill();
    here.rest("while the peer does not read");
    here.far().resume();
    if (!here.until([&] { return here.near().writables != 0; },
                    "on_writable is not called when the peer has read, after a write that "
                    "accepted only a part")) {
        return;
    }
    text += "and more";
    here.near().send("and more");
    here.until([&] { return here.far().received.size() >= text.size(); },
               "not all accepted bytes arrive");
    here.expect(here.far().received == text, "other bytes arrive than were accepted");
    here.rest("after a full stream was emptied");
}

void full_in_both_directions(stream_stage& here) {
    here.start();
    here.near().pause();
    here.far().pause();
    const std::string text = varied_text(here.fill().size());
    here.far().send(text + text);
    here.rest("while neither peer reads");
    here.near().resume();
    here.until([&] { return here.near().received.size() == 2 * text.size(); },
               "a stream that is full does not read: reading must continue while output waits");
    here.far().resume();
    here.until([&] { return !here.near().blocked(); },
               "on_writable is not called when the peer has read at last");
}

void writing_in_on_receive(stream_stage& here) {
    here.start();
    here.near().on_reported = [&](event_kind what) {
        if (what == event_kind::bytes) here.near().send(std::exchange(here.near().received, {}));
    };
    const std::string text = varied_text(300'000);
    here.far().send(text);
    here.until([&] { return here.far().received.size() == text.size(); },
               "not all bytes that are written in on_receive arrive");
    here.near().on_reported = nullptr;
    here.expect(here.far().received == text, "an echo from on_receive differs from what was sent");
}

void a_peer_that_is_gone(stream_stage& here) {
    here.start();
    here.far().destroy();
    here.until(
        [&] {
            if (here.near().error) return true;
            here.near().write("is anybody there?");
            return here.near().write_failed;
        },
        "writing to a peer that is gone never fails: return an error, or call on_error");
    here.rest("after writing has failed");
}

void a_full_stream_whose_peer_goes(stream_stage& here) {
    here.start();
    here.far().pause();
    here.fill();
    here.far().destroy();
    here.until([&] { return here.near().writables != 0 || here.near().noticed_end(); },
               "a write that accepted a part waits for ever when the peer goes: call on_writable, "
               "so that the next write fails, or on_eof or on_error");
}

void after_close(stream_stage& here) {
    here.start();
    here.near().close();
    here.near().write("too late");
    here.expect(here.near().write_failed,
                "write accepts bytes after close: return std::errc::broken_pipe");
    here.near().pause();
    here.near().resume();
    here.near().half_close();
    here.near().close();
    static_cast<void>(here.near().checked().local_address());
    static_cast<void>(here.near().checked().remote_address());
    here.rest("after close");
}

} // namespace

const std::vector<stream_check> stream_writing_checks = {
    {"pieces", pieces},
    {"full", full},
    {"full_in_both_directions", full_in_both_directions},
    {"writing_in_on_receive", writing_in_on_receive},
    {"a_peer_that_is_gone", a_peer_that_is_gone},
    {"a_full_stream_whose_peer_goes", a_full_stream_whose_peer_goes},
    {"after_close", after_close},
};

} // namespace weft::testing
