// SPDX-License-Identifier: MIT
// A pair of streams as the conformance kit sees it: what you write to have your stream checked.
#pragma once

#include <functional>
#include <memory>

#include <weft/stream/stream.hpp>

namespace weft::testing {

/// Two streams joined to each other, made for one check. All calls come from one thread.
///
/// They may be of two kinds, such as the two sides of a TLS session, and live on one driver or on
/// two. The near one is checked and the far one helps; to check both, make a second factory that
/// swaps them. Each is asked for once, before any `turn`, and is destroyed before this is.
class streams_under_test {
public:
    streams_under_test() = default;
    streams_under_test(const streams_under_test&) = delete;
    streams_under_test& operator=(const streams_under_test&) = delete;
    virtual ~streams_under_test() = default;

    /// The stream that is checked, not started yet.
    [[nodiscard]] virtual std::unique_ptr<stream> near() = 0;

    /// The stream at its other end.
    [[nodiscard]] virtual std::unique_ptr<stream> far() = 0;

    /// Does what is ready for either, and says whether that was anything; with nothing ready it
    /// waits for at most so long, where there is something to wait for. A `manual_driver` does
    /// `return driver.advance(driver.now());`.
    virtual bool turn(duration at_most) = 0;

    /// Whether one direction can be ended while the other goes on.
    [[nodiscard]] virtual bool half_closes() const { return true; }
};

using streams_factory = std::function<std::unique_ptr<streams_under_test>()>;

} // namespace weft::testing
