// SPDX-License-Identifier: MIT
// Parses the URL of a proxy.
#include "endpoint/proxy.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/http_fields.hpp>

#include "core/percent_encoding.hpp"

namespace weft {
namespace {

constexpr std::size_t url_size_max = 2048;

/// RFC 1929 §2 uses one byte for the length of the user name, and one for the password's.
constexpr std::size_t socks_credential_max = 255;

/// Removes the scheme; returns nothing if it is not supported.
std::optional<proxy::kind> take_scheme(std::string_view& url) {
    const auto end = url.find("://");
    if (end == url.npos) return proxy::kind::http;
    const auto scheme = to_lower(url.substr(0, end));
    url.remove_prefix(end + 3);
    if (scheme == "http") return proxy::kind::http;
    if (scheme == "socks5" || scheme == "socks5h") return proxy::kind::socks5;
    return std::nullopt;
}

/// RFC 7617 §2: the user name must not contain a colon; neither it nor the password may contain
/// control characters.
bool take_credentials(std::string_view& url, proxy& into) {
    const auto end = url.rfind('@');
    if (end == url.npos) return true;
    const auto given = url.substr(0, end);
    url.remove_prefix(end + 1);
    const auto colon = given.find(':');
    auto user = percent_decoded(given.substr(0, colon));
    auto password = percent_decoded(colon == given.npos ? "" : given.substr(colon + 1));
    if (!user || !password || user->empty()) return false;
    into.user = std::move(*user);
    into.password = std::move(*password);
    if (into.speaks == proxy::kind::socks5) {
        return into.user.size() <= socks_credential_max &&
            into.password.size() <= socks_credential_max;
    }
    const auto is_control = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
    return into.user.find(':') == std::string::npos &&
        std::ranges::none_of(into.user, is_control) &&
        std::ranges::none_of(into.password, is_control);
}

bool take_port(std::string_view digits, std::uint16_t& port) {
    if (digits.empty()) return true;
    const auto* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, port);
    return parsed.ec == std::errc{} && parsed.ptr == end && port != 0;
}

} // namespace

result<proxy> proxy::parse(std::string_view url) {
    proxy parsed;
    const auto scheme = url.size() > url_size_max ? std::nullopt : take_scheme(url);
    if (!scheme) return failure(errc::bad_proxy);
    parsed.speaks = *scheme;
    parsed.port = parsed.speaks == kind::http ? 80 : 1080;
    if (url.ends_with('/')) url.remove_suffix(1);
    if (!take_credentials(url, parsed)) return failure(errc::bad_proxy);

    // The rest is parsed as the authority of a URI, which has the same rules for hosts.
    const auto colon = url.rfind(':');
    const bool has_port = colon != url.npos && url.find(']', colon) == url.npos;
    const auto host = url.substr(0, has_port ? colon : url.npos);
    if (has_port && !take_port(url.substr(colon + 1), parsed.port)) return failure(errc::bad_proxy);
    if (host.find_first_of("/?#") != host.npos) return failure(errc::bad_proxy);
    const auto place = uri::parse("ws://" + std::string(host));
    if (!place) return failure(errc::bad_proxy);
    parsed.host = place->host();
    return parsed;
}

} // namespace weft
