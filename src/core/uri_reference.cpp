// SPDX-License-Identifier: MIT
// Resolves relative URI references, for redirects. RFC 3986 §5.
#include <weft/core/uri.hpp>

#include <algorithm>

#include <weft/core/error.hpp>
#include <weft/core/http_fields.hpp>

namespace weft {
namespace {

/// Returns the scheme, in front of the colon; empty for a relative reference.
std::string_view scheme_of(std::string_view reference) noexcept {
    const auto end = reference.find_first_of(":/?#");
    const bool has_one = end != reference.npos && reference[end] == ':';
    return has_one ? reference.substr(0, end) : std::string_view{};
}

/// Returns "ws" for "http" and "wss" for "https"; other schemes unchanged.
std::string_view websocket_scheme(std::string_view scheme) noexcept {
    if (equal_ignoring_case(scheme, "http")) return "ws";
    return equal_ignoring_case(scheme, "https") ? "wss" : scheme;
}

/// Removes the segments "." and "..". RFC 3986 §5.2.4.
std::string without_dot_segments(std::string_view path) {
    std::string kept;
    while (!path.empty()) {
        const auto next = path.find('/', 1);
        const auto segment = path.substr(0, next);
        path.remove_prefix(segment.size());
        if (segment == "/." || segment == "/..") {
            if (segment == "/..") kept.erase(std::min(kept.rfind('/'), kept.size()));
            if (path.empty()) kept.push_back('/');
        } else {
            kept.append(segment);
        }
    }
    return kept;
}

} // namespace

result<uri> uri::redirected(std::string_view location) const {
    location = location.substr(0, location.find('#'));
    const auto scheme = scheme_of(location);
    if (location.empty() || location.starts_with(':') || location.size() > size_max) {
        return failure(errc::bad_redirect);
    }

    std::string text{scheme.empty() ? this->scheme() : websocket_scheme(scheme)};
    text += "://";
    if (!scheme.empty()) location.remove_prefix(scheme.size() + 1);
    std::string_view rest = location; // path and query
    if (location.starts_with("//")) {
        rest.remove_prefix(2);
        const auto host_end = std::min(rest.find_first_of("/?"), rest.size());
        text += rest.substr(0, host_end);
        rest.remove_prefix(host_end);
    } else if (!scheme.empty()) {
        return failure(errc::bad_redirect);
    } else {
        text += full_authority();
    }
    const auto question = std::min(rest.find('?'), rest.size());
    auto named = std::string(rest.substr(0, question));
    if (rest.data() == location.data() && !named.starts_with('/')) { // relative to this path
        const auto here = path();
        named = named.empty() ? std::string(here)
                              : std::string(here.substr(0, here.rfind('/') + 1)) + named;
    }
    text += without_dot_segments(named);
    text += rest.substr(question);

    auto target = parse(text);
    if (!target) return failure(errc::bad_redirect);
    if (secure_ && !target->secure_) return failure(errc::insecure_redirect);
    return target;
}

} // namespace weft
