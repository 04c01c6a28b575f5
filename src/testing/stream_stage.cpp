// SPDX-License-Identifier: MIT
// Runs a pair of streams until a condition holds or a limit is reached.
#include "testing/stream_stage.hpp"

#include <chrono>
#include <functional>

namespace weft::testing {

using namespace std::chrono_literals;

namespace {

/// The limit for a pair without anything to wait for: more idle turns would not change anything.
constexpr int idle_turns_max = 5'000;

/// A pair is at rest after this many consecutive turns without work.
constexpr int idle_turns_of_rest = 3;

/// Streams may have some work left; more turns than this mean that it never ends.
constexpr int busy_turns_max = 20'000;

} // namespace

stream_stage::stream_stage(const streams_factory& make, const stream_kit_options& options)
    : options_(options), pair_(make()), near_(pair_->near(), complaints_),
      far_(pair_->far(), complaints_) {}

void stream_stage::start() {
    near_.start();
    far_.start();
}

bool stream_stage::until(const std::function<bool()>& holds, std::string_view otherwise) {
    const auto now = std::chrono::steady_clock::now;
    auto end = now() + options_.patience;
    for (int idle = 0; !holds();) {
        if (now() > end || idle > idle_turns_max) return expect(false, otherwise);
        if (pair_->turn(5ms)) {
            idle = 0;
        } else {
            ++idle;
        }
    }
    return true;
}

bool stream_stage::expect(bool holds, std::string_view otherwise) {
    if (!holds) complaints_.add(otherwise);
    return holds;
}

void stream_stage::rest(std::string_view when) {
    int busy = 0;
    for (int idle = 0; idle < idle_turns_of_rest;) {
        if (pair_->turn(1ms)) {
            idle = 0;
            if (++busy > busy_turns_max) break;
        } else {
            ++idle;
        }
    }
    expect(busy <= busy_turns_max,
           "there is always something to do " + std::string(when) +
               ": defer no work until something happens");
}

void stream_stage::far_says_last(const std::string& text) {
    far_.send(text);
    until([&] { return far_.all_sent(); }, "a few bytes cannot be written");
    far_.half_close();
}

std::string stream_stage::fill() {
    const std::string text = varied_text(100'000);
    std::string taken;
    while (near_.usable() && !near_.blocked()) {
        taken.append(text, 0, near_.write(text));
        if (!expect(taken.size() <= options_.in_flight_max,
                    "write accepts everything although the peer does not read: accept only a part "
                    "when much is in transit, and call on_writable later")) {
            break;
        }
        pair_->turn(0ms);
    }
    return taken;
}

const std::vector<std::string>& stream_stage::end() {
    near_.destroy();
    far_.destroy();
    rest("after both streams were destroyed");
    return complaints_.all();
}

} // namespace weft::testing
