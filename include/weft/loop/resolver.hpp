// SPDX-License-Identifier: MIT
// The seam to whatever knows the addresses of names: a function that a loop is given. What a name
// is wanted for it does not know.
#pragma once

#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>

namespace weft {

/// One name whose addresses somebody wants, as a resolver is handed it.
///
/// Any thread may hold and answer it, from inside the resolver's call or later; who has asked hears
/// of it in a turn of the loop, and of nothing once it has given up or the loop is gone. Destroying
/// it says that there is no more to come.
class lookup {
public:
    explicit lookup(std::shared_ptr<class lookup_state> asked) noexcept;
    lookup(lookup&&) noexcept = default;
    lookup& operator=(lookup&& other) noexcept;
    ~lookup();

    /// As it stands in the URI: in lower case, without brackets, not a numeric address.
    [[nodiscard]] const std::string& host() const noexcept;

    /// Tells addresses as soon as they are known; ports in them mean nothing.
    ///
    /// The IPv6 ones are told best in a portion of their own: connecting does not wait long for the
    /// slower family. Among addresses of one call the first one's family is preferred.
    void found(const address& one);
    void found(std::vector<address> some);

    /// There is no more to come. Nothing can be told after this and `fail`.
    void finish();

    /// There is no more to come because of `why`, which is heard if nothing was found.
    void fail(std::error_code why);

    /// Whether nobody waits for an answer any more.
    [[nodiscard]] bool cancelled() const noexcept;

    /// Calls `stop` on the loop's thread when nobody waits any more and the end was not told yet;
    /// if the loop dies first it is only destroyed.
    void on_cancel(function<void()> stop);

private:
    std::shared_ptr<class lookup_state> asked_;
};

/// Finds the addresses of names; see `event_loop::resolver`.
///
/// Called on the loop's thread, in a turn, and must not block. An exception goes to the loop's
/// `on_error`, and the name counts as not found.
using resolver = function<void(lookup)>;

} // namespace weft
