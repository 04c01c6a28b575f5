// SPDX-License-Identifier: MIT
// Parses origins and compares them.
#include <weft/core/origin_policy.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include <weft/core/error.hpp>

namespace weft {
namespace {

/// A serialized origin (RFC 6454 §6.2), in lower case and with its port.
struct origin {
    std::string scheme;
    std::string host;
    std::string port;

    [[nodiscard]] std::string str() const { return scheme + "://" + host + ':' + port; }
};

std::string default_port(std::string_view scheme) {
    return scheme == "https" ? "443" : scheme == "http" ? "80" : "";
}

/// Splits "host:port", with `otherwise` if there is no port.
std::optional<std::pair<std::string, std::string>> split(std::string_view authority,
                                                         std::string otherwise) {
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    const bool has_port = colon != authority.npos && (bracket == authority.npos || colon > bracket);
    auto host = to_lower(authority.substr(0, has_port ? colon : authority.npos));
    auto port = has_port ? std::string(authority.substr(colon + 1)) : std::move(otherwise);
    const bool is_number =
        !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos;
    if (host.empty() || (!port.empty() && !is_number) || (has_port && port.empty())) {
        return std::nullopt;
    }
    return std::pair(std::move(host), std::move(port));
}

/// Returns whether the host has no asterisk, or only one in place of its first label.
bool may_be_listed(const origin& one) {
    const auto asterisk = one.host.rfind('*');
    if (asterisk == one.host.npos) return true;
    return asterisk == 0 && one.host.size() > 2 && one.host[1] == '.';
}

std::optional<origin> parse(std::string_view text) {
    const auto slashes = text.find("://");
    if (slashes == text.npos || slashes == 0) return std::nullopt;
    const auto authority = text.substr(slashes + 3);
    if (authority.find_first_of("/?#@\\ ,\t") != authority.npos) return std::nullopt;
    origin made{to_lower(text.substr(0, slashes)), {}, {}};
    auto parts = split(authority, default_port(made.scheme));
    if (!parts) return std::nullopt;
    made.host = std::move(parts->first);
    made.port = std::move(parts->second);
    return made;
}

bool matches(std::string_view allowed, const origin& one) {
    const auto whole = one.str();
    if (allowed == whole) return true;
    const std::string any = one.scheme + "://*.";
    if (!allowed.starts_with(any)) return false;
    const auto rest = allowed.substr(any.size() - 1); // ".example.org:443"
    const auto mine = std::string_view(whole).substr(any.size() - 2);
    return mine.size() > rest.size() && mine.ends_with(rest);
}

} // namespace

result<origin_policy> origin_policy::list(const std::vector<std::string>& allowed) {
    origin_policy made;
    made.same_host_ = false;
    for (const auto& text : allowed) {
        const auto parsed = parse(text);
        if (text != "null" && !(parsed && may_be_listed(*parsed))) {
            return failure(errc::bad_argument);
        }
        made.allowed_.push_back(parsed ? parsed->str() : text);
    }
    return made;
}

bool origin_policy::allows(const http_request& request) const {
    const auto count = request.header_count("Origin");
    if (count == 0) return missing_;
    if (count > 1) return false;
    const auto text = *request.origin();
    if (text == "null") return std::ranges::find(allowed_, "null") != allowed_.end();
    const auto from = parse(text);
    if (!from) return false;
    if (same_host_) {
        auto host = request.host();
        if (host.ends_with(':')) host.remove_suffix(1); // an empty port is the scheme's default
        const auto here = split(host, default_port(from->scheme));
        if (here && here->first == from->host && here->second == from->port) return true;
    }
    return std::ranges::any_of(allowed_, [&](const auto& one) { return matches(one, *from); });
}

} // namespace weft
