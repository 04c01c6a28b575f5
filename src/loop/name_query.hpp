// SPDX-License-Identifier: MIT
// Looks up one name: in the hosts file, then with the loop's resolver. Does not know what the
// addresses are for.
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
    /// Returns the addresses in the hosts file. If it has none, calls the resolver, which reports
    /// to `sink` in later turns, and returns no addresses. The resolver is called on behalf of
    /// `which`, and may end `which`.
    ///
    /// Fails with `errc::no_resolver`, or with the error of reading the hosts file.
    result<std::vector<address>> ask(loop_state& loop, std::string_view host, std::uint16_t port,
                                     address_sink& sink, work_item& which);

    /// Cancels the lookup. Nothing is reported after this.
    void cancel() noexcept {
        if (asked_) asked_->cancel();
    }

private:
    std::shared_ptr<lookup_state> asked_;
};

/// Returns the address with another port; an address without ports is unchanged.
[[nodiscard]] address with_port(const address& of, std::uint16_t port);

/// Returns the addresses of `found` that can be connected to, with `port`.
[[nodiscard]] std::vector<address> usable(std::span<const address> found, std::uint16_t port);

} // namespace weft
