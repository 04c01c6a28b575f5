// SPDX-License-Identifier: MIT
// The conformance kit for brokers: checks that your broker meets every rule of `weft::broker` and
// `weft::broker_session`. Needs no test framework.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/hub/broker.hpp>

namespace weft::testing {

/// A broker that knows no topics yet, made for one check. All calls come from one thread. The
/// sessions are destroyed before this object.
class broker_under_test {
public:
    broker_under_test() = default;
    broker_under_test(const broker_under_test&) = delete;
    broker_under_test& operator=(const broker_under_test&) = delete;
    virtual ~broker_under_test() = default;

    [[nodiscard]] virtual weft::broker& broker() = 0;

    /// Returns the driver that the sessions are opened with.
    [[nodiscard]] virtual weft::driver& driver() = 0;

    /// Does what is ready, and returns true if there was anything. If nothing is ready, waits for
    /// at most `at_most`, if there is something to wait for. With a `manual_driver` this is
    /// `return driver.advance(driver.now());`.
    virtual bool turn(duration at_most) = 0;
};

using brokers_factory = std::function<std::unique_ptr<broker_under_test>()>;

/// A defect found in a broker.
struct broker_finding {
    std::string check; ///< the name of the check that found it
    std::string what;  ///< a description, for the broker's author

    bool operator==(const broker_finding&) const = default;
};

std::ostream& operator<<(std::ostream& to, const broker_finding& which);

struct broker_kit_options {
    /// How long to wait for an event that is due while nothing else happens.
    duration patience = std::chrono::seconds(2);

    /// How long to wait for an event that must not happen.
    duration silence = std::chrono::milliseconds(50);

    /// The names of the checks to run; empty for all.
    std::vector<std::string> only = {};
};

/// Returns the names of the checks, in the order in which they run.
[[nodiscard]] std::vector<std::string_view> broker_check_names();

/// Runs the checks, each on its own broker, and returns the defects found; empty if there are none.
///
/// Exceptions of the broker are passed on to the caller. Use of freed memory by a broker is
/// detected only under AddressSanitizer.
[[nodiscard]] std::vector<broker_finding> check_broker(const brokers_factory& make,
                                                       const broker_kit_options& options = {});

} // namespace weft::testing
