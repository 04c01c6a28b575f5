// SPDX-License-Identifier: MIT
// What the conformance suite talks to: an endpoint that echoes every message, as a stream of bytes.
// Knows nothing of how the endpoint is made or waits.

// To run the suite over something else, add one file: derive from `subject`, and register it as
// session_test.cpp does. A server waits for the request that comes through `write`; a client
// has written its own request by the first `read`. Bytes written while the endpoint's own output
// fills its stream must be taken all the same: keep that output for the next `read`.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include <weft/core/frame.hpp>

#include "support/frame_builder.hpp"

namespace weft::testing {

/// An echo endpoint, seen from the other end of its stream.
class subject {
public:
    virtual ~subject() = default;

    /// Gives the endpoint all of `bytes`.
    virtual void write(std::span<const std::byte> bytes) = 0;

    /// Ends the stream towards the endpoint.
    virtual void write_end() = 0;

    /// Appends what comes next from the endpoint; false when nothing more will come: the stream has
    /// ended, or the endpoint waits for bytes in vain.
    virtual bool read(byte_string& into) = 0;

    /// Whether the endpoint has ended its stream, once `read` gave false.
    [[nodiscard]] virtual bool ended() const = 0;
};

using subject_factory = std::function<std::unique_ptr<subject>(role)>;

/// Adds a test for each case, role and way to cut: "conformance.<name>/6.4.1/server/whole".
///
/// `limited` says whether the endpoint has the default limits. Returns true.
bool register_conformance(const std::string& name, subject_factory make, bool limited = true);

} // namespace weft::testing
