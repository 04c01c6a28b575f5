// SPDX-License-Identifier: MIT
// One session with a test around it, which plays its peer and its caller: it feeds bytes, records
// the events, collects the output and moves the time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <weft/core/error.hpp>
#include <weft/core/session.hpp>
#include <weft/testing/dice.hpp>

#include "guard_page.hpp"
#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {

/// An event, with a copy of what it showed.
struct event_record {
    event_type type = event_type::none;
    bool is_text = false;
    std::string payload = {};
    bool is_first = false;
    bool is_last = false;

    friend bool operator==(const event_record&, const event_record&) = default;
};

inline event_record text_event(std::string_view payload) {
    return {event_type::message, true, std::string(payload)};
}
inline event_record binary_event(std::string_view payload) {
    return {event_type::message, false, std::string(payload)};
}

class session_probe {
public:
    explicit session_probe(role ours, const session_limits& limits = {},
                           const session_timeouts& timeouts = {})
        : options{ours, limits, timeouts, &random},
          now(time_point{} + std::chrono::hours(1)),
          peer(ours == role::server ? role::client : role::server),
          tested(options, now) {}

    /// One that begins open.
    session_probe(role ours, const session_limits& limits, const session_timeouts& timeouts,
                  agreed_handshake agreed)
        : options{ours, limits, timeouts, &random},
          now(time_point{} + std::chrono::hours(1)),
          peer(ours == role::server ? role::client : role::server),
          tested(options, std::move(agreed), now) {}

    session_options options;
    dice random{7};
    time_point now;
    frame_builder peer;
    session tested;
    std::vector<event_record> events;
    byte_string sent;
    bool lends = true; ///< whether scratch memory is lent while the session works

    /// Plays the opening handshake and forgets it.
    session_probe& open() {
        if (tested.role() == role::client) {
            (void)tested.start(*uri::parse("ws://example.org/chat"));
            collect();
            feed(to_bytes(canned_response(to_text(take_sent()))));
        } else {
            feed(to_bytes(canned_request()));
            (void)tested.accept({}, {}, now);
            pull();
            collect();
            take_sent();
        }
        tested.forget_handshake();
        events.clear();
        return *this;
    }

    /// Does what a caller does with bytes: they end against a guard page and are gone afterwards.
    void feed(std::span<const std::byte> bytes) {
        guard_page memory{bytes};
        feed_in_place(memory.last(bytes.size()));
    }

    void feed_in_place(std::span<std::byte> bytes) {
        if (lends) tested.borrow(lent_);
        tested.receive(bytes, now);
        pull();
        collect();
        tested.settle();
    }

    /// Feeds in pieces of the sizes given.
    void feed(std::span<const std::byte> bytes, const std::vector<std::size_t>& sizes) {
        for (const auto size : sizes) {
            feed(bytes.first(size));
            bytes = bytes.subspan(size);
        }
    }

    void feed_eof() {
        tested.receive_eof(now);
        pull();
        collect();
    }

    /// Pulls events until there is none.
    void pull() {
        for (;;) {
            const event next = tested.next_event(now);
            if (next.type == event_type::none) return;
            events.push_back({next.type, next.is_text, to_text(next.payload), next.is_first,
                              next.is_last});
        }
    }

    /// Moves all output to `sent`.
    void collect() {
        while (tested.output_size() != 0) {
            std::size_t size = 0;
            for (const auto piece : tested.output()) {
                sent.insert(sent.end(), piece.begin(), piece.end());
                size += piece.size();
            }
            tested.consume_output(size, now);
        }
    }

    byte_string take_sent() { return std::exchange(sent, {}); }
    std::vector<read_frame> sent_frames() { return read_frames(take_sent()); }

    [[nodiscard]] std::error_code error() const { return tested.outcome().error; }

    /// The code of the last close frame that was sent; 0 for none.
    [[nodiscard]] unsigned sent_close_code() const {
        unsigned code = 0;
        for (const auto& frame : read_frames(sent)) {
            if (frame.code() == opcode::close) code = frame.close_code();
        }
        return code;
    }

    void advance(duration by) { now += by; }

    /// Moves the time to the next deadline and handles it; false when there is none.
    bool pass_deadline() {
        if (tested.next_deadline() == never) return false;
        now = std::max(now, tested.next_deadline());
        tested.handle_deadline(now);
        pull();
        collect();
        return true;
    }

private:
    scratch lent_;
};

inline std::string name_of(role which) {
    return which == role::server ? "server" : "client";
}

/// Names the tests of a suite that is run for both roles.
inline std::string name_of_role(const ::testing::TestParamInfo<role>& each) {
    return name_of(each.param);
}

/// Both roles, for suites that are run for each.
inline constexpr role both_roles[] = {role::server, role::client};

} // namespace weft::testing
