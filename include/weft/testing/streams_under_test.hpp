// SPDX-License-Identifier: MIT
// The interface through which the conformance kit drives a pair of streams: implement it to check
// your stream.
#pragma once

#include <functional>
#include <memory>

#include <weft/stream/stream.hpp>

namespace weft::testing {

/// Two streams connected to each other, made for one check. All calls come from one thread.
///
/// They may be of different kinds, such as the two sides of a TLS session, and may be on one driver
/// or on two. The near one is checked, the far one is its peer; to check both, write a second
/// factory that swaps them. `near` and `far` are each called once, before any `turn`; the streams
/// are destroyed before this object.
class streams_under_test {
public:
    streams_under_test() = default;
    streams_under_test(const streams_under_test&) = delete;
    streams_under_test& operator=(const streams_under_test&) = delete;
    virtual ~streams_under_test() = default;

    /// Returns the stream that is checked, not started yet.
    [[nodiscard]] virtual std::unique_ptr<stream> near() = 0;

    /// Returns the stream at the other end.
    [[nodiscard]] virtual std::unique_ptr<stream> far() = 0;

    /// Does what is ready for either stream, and returns true if there was anything. If nothing is
    /// ready, waits for at most `at_most`, if there is something to wait for. With a
    /// `manual_driver` this is `return driver.advance(driver.now());`.
    virtual bool turn(duration at_most) = 0;

    /// Returns true if one direction can be ended while the other continues.
    [[nodiscard]] virtual bool half_closes() const { return true; }
};

using streams_factory = std::function<std::unique_ptr<streams_under_test>()>;

} // namespace weft::testing
