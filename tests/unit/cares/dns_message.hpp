// SPDX-License-Identifier: MIT
// DNS messages (RFC 1035 §4) as far as the tests need them. Knows no socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::testing::dns {

enum type : std::uint16_t { a = 1, cname = 5, aaaa = 28 };
enum rcode : std::uint8_t {
    form_error = 1,
    server_failure = 2,
    no_such_name = 3,
    not_implemented = 4,
    refused = 5
};

struct query {
    std::string name;
    std::uint16_t type = 0;
    std::string id;       // as on the wire
    std::string question; // likewise
};

[[nodiscard]] std::string two_bytes(std::size_t number);
[[nodiscard]] query parse_query(std::string_view bytes);

/// A response with those of `addresses` that are of the type asked for, behind a CNAME if there is
/// one.
[[nodiscard]] std::string reply(const query& to, const std::vector<std::string>& addresses,
                                std::string_view cname = {});
[[nodiscard]] std::string error_reply(const query& to, rcode why);

/// Says that the answer is too long for UDP.
[[nodiscard]] std::string truncated_reply(const query& to);

} // namespace weft::testing::dns
