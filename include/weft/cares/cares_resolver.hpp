// SPDX-License-Identifier: MIT
// A loop's names by DNS, with the c-ares library. A component of its own: weft::cares.
#pragma once

#include <memory>
#include <string>

#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

struct cares_options {
    /// "192.0.2.1,192.0.2.2:5353,[2001:db8::1]:53"; empty for those of the system's configuration.
    std::string servers = {};

    /// For a server's first answer; each further round of tries waits longer.
    duration timeout = std::chrono::seconds(2);

    /// How often each server is asked.
    int tries = 3;
};

/// Resolves the names of one loop by DNS, on the loop's thread, without ever blocking it.
///
/// A and AAAA are asked for separately, and each answer is told when it comes. Search domains are
/// the system's. Belongs to the loop's thread; may be destroyed anywhere on it, before or after the
/// loop: names that are being looked up then fail with `resolve_error::cancelled`, and later ones
/// with `errc::no_resolver`. It is no work that keeps the loop running.
class cares_resolver {
public:
    /// Becomes the loop's resolver (see `event_loop::resolver`). Throws std::system_error when its
    /// options or the system's configuration cannot be used.
    explicit cares_resolver(event_loop& loop, const cares_options& options = {});

    /// The same with the error as a result.
    static result<cares_resolver> create(event_loop& loop, const cares_options& options = {});

    ~cares_resolver();
    cares_resolver(cares_resolver&& other) noexcept = default;
    cares_resolver& operator=(cares_resolver&& other) noexcept;

    /// The version of the library, such as "1.18.1".
    [[nodiscard]] static std::string version();

private:
    std::shared_ptr<loop_state> loop_;
    std::shared_ptr<class cares_channel> channel_;
};

} // namespace weft
