// SPDX-License-Identifier: MIT
// A session in the hands of a fuzzer: it is fed, its events are checked and recorded, its output is
// collected. The time stands still.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <weft/core/session.hpp>
#include <weft/core/utf8.hpp>

#include "counting_random.hpp"
#include "fuzz_input.hpp"
#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::fuzz {

/// An event, with a copy of what it showed.
struct event_record {
    event_type type = event_type::none;
    bool is_text = false;
    std::string payload = {};

    friend bool operator==(const event_record&, const event_record&) = default;
};

/// What can be seen of a session from outside.
struct trace {
    std::vector<event_record> events;
    testing::byte_string sent;
    std::string outcome;
    std::error_code error;
    session_state state;

    friend bool operator==(const trace&, const trace&) = default;
};

class session_run {
public:
    /// Called with each event while its views are good.
    using hook = std::function<void(session_run&, const event&)>;

    session_run(role ours, const session_limits& limits, hook on_event = {})
        : options_{ours, limits, {}, &random_},
          on_event_(std::move(on_event)),
          tested(options_, now) {}

private:
    counting_random random_;
    session_options options_;
    hook on_event_;
    scratch lent_;

public:
    static constexpr time_point now{std::chrono::hours(1)};

    session tested;
    std::vector<event_record> events;
    testing::byte_string sent;
    bool lends = true;    ///< whether scratch memory is lent while the session works
    bool collects = true; ///< whether output is taken after each input

    /// Announces the bodies of plain requests.
    void report_bodies() { options_.reports_bodies = true; }

    /// Makes the handshake, of which the hook hears nothing, and forgets it.
    void open() {
        auto on_event = std::exchange(on_event_, {});
        if (tested.role() == role::client) {
            (void)tested.start(*uri::parse("ws://example.org/chat"));
            collect();
            feed(testing::to_bytes(testing::canned_response(testing::to_text(sent))));
        } else {
            feed(testing::to_bytes(testing::canned_request()));
            (void)tested.accept({}, {}, now);
            pull();
            collect();
        }
        must(tested.state() == session_state::open, "the canned handshake opens a session");
        tested.forget_handshake();
        events.clear();
        sent.clear();
        on_event_ = std::move(on_event);
    }

    /// Feeds a copy that is gone afterwards.
    void feed(byte_view piece) {
        const auto memory = std::make_unique<std::byte[]>(piece.size());
        std::ranges::copy(piece, memory.get());
        if (lends) tested.borrow(lent_);
        tested.receive({memory.get(), piece.size()}, now);
        pull();
        if (collects) collect();
        if (lends) tested.settle();
    }

    void feed(byte_view bytes, cutter cuts) {
        while (!bytes.empty()) {
            const auto size = cuts.next(bytes.size());
            feed(bytes.first(size));
            bytes = bytes.subspan(size);
        }
    }

    void pull() {
        for (;;) {
            const event next = tested.next_event(now);
            if (next.type == event_type::none) return;
            record(next);
            if (on_event_) on_event_(*this, next);
        }
    }

    void collect() {
        while (tested.output_size() != 0) {
            std::size_t size = 0;
            for (const auto piece : tested.output()) {
                sent.insert(sent.end(), piece.begin(), piece.end());
                size += piece.size();
            }
            must(size == tested.output_size(), "the pieces of output are all of it");
            tested.consume_output(size, now);
        }
    }

    [[nodiscard]] trace seen() const {
        return {events, sent, to_string(tested.outcome()), tested.outcome().error, tested.state()};
    }

private:
    void record(const event& next) {
        const auto last = events.empty() ? event_type::none : events.back().type;
        must(last != event_type::closed && last != event_type::failed, "an end is the last event");
        const bool ends = next.type == event_type::closed || next.type == event_type::failed;
        must(ends == (tested.state() == session_state::closed) || !ends, "an end has ended");
        if (next.type == event_type::message && next.is_text) {
            must(is_utf8(next.payload), "text is UTF-8");
        }
        if (next.type == event_type::ping || next.type == event_type::pong) {
            must(next.payload.size() <= control_payload_max, "control frames are short");
        }
        if (next.type == event_type::body && last == event_type::body) {
            must(!next.payload.empty(), "a body is announced once, and its pieces have bytes");
            events.back().payload += testing::to_text(next.payload); // however it was cut
            return;
        }
        events.push_back({next.type, next.is_text, testing::to_text(next.payload)});
    }
};

} // namespace weft::fuzz
