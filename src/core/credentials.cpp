// SPDX-License-Identifier: MIT
// Reads credentials from the headers and the target of a request.
#include <weft/core/credentials.hpp>

#include <cstddef>
#include <utility>

#include <weft/core/base64.hpp>

namespace weft {
namespace {

/// Returns what follows the scheme in the request's only Authorization header.
std::optional<std::string_view> authorization(const http_request& request,
                                              std::string_view scheme) {
    if (request.header_count("Authorization") != 1) return std::nullopt;
    const std::string_view value = *request.header("Authorization");
    const auto space = value.find(' ');
    if (space == value.npos || !equal_ignoring_case(value.substr(0, space), scheme)) {
        return std::nullopt;
    }
    return trim(value.substr(space));
}

std::optional<std::string_view> subprotocol_with(const http_request& request,
                                                 std::string_view prefix) {
    std::optional<std::string_view> found;
    for (std::size_t i = 0; i < request.size() && !found; ++i) {
        const auto field = request.at(i);
        if (!equal_ignoring_case(field.name, "Sec-WebSocket-Protocol")) continue;
        for_each_list_item(field.value, [&](std::string_view item) {
            if (!found && item.starts_with(prefix)) found = item;
        });
    }
    return found;
}

} // namespace

std::optional<found_token> find_token(const http_request& request, const token_places& where) {
    const auto usable = [](const auto& token) { return token && !token->empty(); };
    if (where.authorization) {
        if (const auto token = authorization(request, "Bearer"); usable(token)) {
            return found_token{std::string(*token), token_place::authorization};
        }
    }
    if (!where.subprotocol.empty()) {
        const auto whole = subprotocol_with(request, where.subprotocol);
        if (whole && whole->size() > where.subprotocol.size()) {
            return found_token{std::string(whole->substr(where.subprotocol.size())),
                               token_place::subprotocol, std::string(*whole)};
        }
    }
    if (!where.cookie.empty()) {
        if (const auto token = request.cookie(where.cookie); usable(token)) {
            return found_token{std::string(*token), token_place::cookie};
        }
    }
    if (!where.query.empty()) {
        if (auto token = request.query_value(where.query); usable(token)) {
            return found_token{std::move(*token), token_place::query};
        }
    }
    return std::nullopt;
}

bool basic_credentials::equal(std::string_view expected_user,
                              std::string_view expected_password) const noexcept {
    const bool same_user = equal_in_constant_time(user, expected_user);
    const bool same_password = equal_in_constant_time(password, expected_password);
    return static_cast<unsigned>(same_user) & static_cast<unsigned>(same_password);
}

std::optional<basic_credentials> find_basic_credentials(const http_request& request) {
    const auto encoded = authorization(request, "Basic");
    if (!encoded) return std::nullopt;
    const auto decoded = base64_decode(*encoded);
    if (!decoded) return std::nullopt;
    const std::string text(reinterpret_cast<const char*>(decoded->data()), decoded->size());
    const auto colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    return basic_credentials{text.substr(0, colon), text.substr(colon + 1)};
}

} // namespace weft
