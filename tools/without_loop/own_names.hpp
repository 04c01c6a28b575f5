// SPDX-License-Identifier: MIT
// Which names a server answers to: a page whose name an attacker has made to mean this machine (DNS
// rebinding) must not read from it.
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
    /// Names without a dot, names below `localhost`, addresses of the loopback, and these names and
    /// addresses.
    explicit own_names(const std::vector<std::string>& more);

    /// Whether the Host `requested` is ours where a request has arrived at `here`. So is that
    /// address, and whatever comes through a Unix-domain socket, which no browser reaches; and a
    /// request without a Host, which a browser does not send.
    [[nodiscard]] bool include(std::string_view requested, const weft::address& here) const;

private:
    std::vector<std::string> names_;
};

/// What the operator calls this machine; empty if nobody has named it.
[[nodiscard]] std::string machine_name();

/// The same handlers behind a check of the request's Host, which answers 421 (RFC 9110 §15.5.20).
/// Without names all are ours.
[[nodiscard]] weft::handlers answering_to(std::shared_ptr<const own_names> names,
                                          weft::handlers inner);

} // namespace weft_tool
