// SPDX-License-Identifier: MIT
// One question for the addresses of a name: to the hosts file, and then to the loop's resolver.
// Knows not what they are wanted for.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <weft/core/result.hpp>
#include <weft/stream/work_item.hpp>

#include "loop/lookup_state.hpp"

namespace weft {

class loop_state;

class name_query {
public:
    /// The addresses in the hosts file; or none, when the resolver has been asked, of which
    /// `asker` hears in later turns. The resolver is called on behalf of `which`, and may end that.
    ///
    /// Fails with `errc::no_resolver`, or with why the hosts file cannot be read.
    result<std::vector<address>> ask(loop_state& loop, std::string_view host, std::uint16_t port,
                                     address_sink& asker, work_item& which);

    /// Nobody is told any more.
    void cancel() noexcept {
        if (asked_) asked_->cancel();
    }

private:
    std::shared_ptr<lookup_state> asked_;
};

/// The same address at another port; what has no ports stays as it is.
[[nodiscard]] address with_port(const address& of, std::uint16_t port);

/// Those of `found` that can be connected to, with `port`.
[[nodiscard]] std::vector<address> usable(std::span<const address> found, std::uint16_t port);

} // namespace weft
