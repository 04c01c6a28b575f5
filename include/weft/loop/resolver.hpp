// SPDX-License-Identifier: MIT
// The interface for name resolution: a function that a loop calls to look up a host name. Does not
// know what the name is needed for.
#pragma once

#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>

namespace weft {

/// One name to look up, as passed to a resolver.
///
/// May be kept and answered on any thread, inside the resolver's call or later. The addresses are
/// delivered in a turn of the loop; they are discarded if the caller has cancelled or the loop was
/// destroyed. Destroying the lookup has the effect of `finish`.
class lookup {
public:
    explicit lookup(std::shared_ptr<class lookup_state> asked) noexcept;
    lookup(lookup&&) noexcept = default;
    lookup& operator=(lookup&& other) noexcept;
    ~lookup();

    /// Returns the name to look up; never a numeric address. The name of a URI is in lower case.
    [[nodiscard]] const std::string& host() const noexcept;

    /// Reports addresses; may be called several times, as they become known. Ports in them are
    /// ignored.
    ///
    /// Report IPv6 and IPv4 addresses in separate calls, each as soon as it is known: connecting
    /// does not wait long for the slower family. If one call has both, the family of the first
    /// address is preferred.
    void found(const address& one);
    void found(std::vector<address> some);

    /// Ends the lookup. Nothing may be reported after this or `fail`.
    void finish();

    /// Ends the lookup with an error, which is reported only if no address was found.
    void fail(std::error_code why);

    /// Returns true if the caller no longer waits for an answer.
    [[nodiscard]] bool cancelled() const noexcept;

    /// Sets a function that is called, on the loop's thread, when the caller cancels before the
    /// lookup has ended. If the loop is destroyed first, `stop` is destroyed without a call.
    void on_cancel(function<void()> stop);

private:
    std::shared_ptr<class lookup_state> asked_;
};

/// Looks up the addresses of a name; see `event_loop::resolver`.
///
/// Called on the loop's thread, in a turn; must not block. If it throws, the exception goes to the
/// loop's `on_error`, and the name counts as not found.
using resolver = function<void(lookup)>;

} // namespace weft
