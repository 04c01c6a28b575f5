// SPDX-License-Identifier: MIT
// Resolves a loop's host names by DNS, with the c-ares library. A separate component: weft::cares.
#pragma once

#include <memory>
#include <string>

#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

struct cares_options {
    /// Such as "192.0.2.1,192.0.2.2:5353,[2001:db8::1]:53"; empty for the system's configured
    /// servers.
    std::string servers = {};

    /// The wait for a server's first answer; each further round of tries waits longer.
    duration timeout = std::chrono::seconds(2);

    /// How often each server is queried.
    int tries = 3;
};

/// Resolves the names of one loop by DNS, on the loop's thread, without blocking it.
///
/// A and AAAA records are queried separately, and each answer is reported when it arrives. Search
/// domains are the system's. Belongs to the loop's thread; may be destroyed anywhere on it, before
/// or after the loop: pending lookups then fail with `resolve_error::cancelled`, and later ones
/// with `errc::no_resolver`. Does not count as work that keeps the loop running.
class cares_resolver {
public:
    /// Becomes the loop's resolver (see `event_loop::resolver`). Throws std::system_error if its
    /// options or the system's configuration cannot be used.
    explicit cares_resolver(event_loop& loop, const cares_options& options = {});

    /// Does the same, but returns the error.
    static result<cares_resolver> create(event_loop& loop, const cares_options& options = {});

    ~cares_resolver();
    cares_resolver(cares_resolver&& other) noexcept = default;
    cares_resolver& operator=(cares_resolver&& other) noexcept;

    /// Returns the version of c-ares, such as "1.18.1".
    [[nodiscard]] static std::string version();

private:
    std::shared_ptr<loop_state> loop_;
    std::shared_ptr<class cares_channel> channel_;
};

} // namespace weft
