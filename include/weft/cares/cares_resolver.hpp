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
    /// The name servers, such as "192.0.2.1,192.0.2.2:5353,[2001:db8::1]:53"; empty for those of
    /// the system's configuration.
    std::string servers = {};

    /// How long to wait for an answer in the first round of queries; each further round waits
    /// longer.
    duration timeout = std::chrono::seconds(2);

    /// How many times each server is queried.
    int tries = 3;
};

/// Resolves the names of one loop by DNS, on the loop's thread, without blocking it.
///
/// A and AAAA records are queried separately, and each answer is reported when it arrives. Search
/// domains are the system's. Belongs to the loop's thread; may be destroyed at any point, before or
/// after the loop. Pending lookups then fail with `resolve_error::cancelled`, and later ones with
/// `errc::no_resolver`. Does not count as work that keeps the loop running.
class cares_resolver {
public:
    /// Sets itself as the loop's resolver (see `event_loop::resolver`). Throws std::system_error if
    /// its options or the system's configuration cannot be used.
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
