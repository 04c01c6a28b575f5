// SPDX-License-Identifier: MIT
// The host names that a server answers to: a page whose name an attacker has pointed to this
// machine (DNS rebinding) must not read from it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/connection/handlers.hpp>
#include <weft/stream/address.hpp>

namespace weft_tool {

class own_names {
public:
    /// Answers to names without a dot, names below `localhost`, loopback addresses, and these names
    /// and addresses.
    explicit own_names(const std::vector<std::string>& more);

    /// Whether `requested` is an own name for a request that arrived at `here`. The address `here`
    /// is one, too. All names are accepted through a Unix-domain socket, which no browser can
    /// reach, and so is a request without Host, which no browser sends.
    [[nodiscard]] bool include(std::string_view requested, const weft::address& here) const;

private:
    std::vector<std::string> names_;
};

/// Returns the configured name of this machine; empty if it has none.
[[nodiscard]] std::string machine_name();

/// Returns the handlers with a check of the request's Host before them, which answers 421 (RFC 9110
/// §15.5.20). Without names, all are accepted.
[[nodiscard]] weft::handlers answering_to(std::shared_ptr<const own_names> names,
                                          weft::handlers inner);

} // namespace weft_tool
