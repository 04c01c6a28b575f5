// SPDX-License-Identifier: MIT
// The parser for the URL of a Redis server. Strict: what it does not understand is an error.
#include <weft/redis/redis_url.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <weft/core/http_fields.hpp>
#include <weft/core/uri.hpp>
#include <weft/redis/redis_error.hpp>

#include "core/percent_encoding.hpp"

namespace weft {
namespace {

constexpr std::size_t socket_path_max = 107; // the system's limit

bool is_plain(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char byte) { return byte > ' ' && byte < '\x7f'; });
}

/// Decodes a part that may not contain the bytes of `delimiters`, nor a zero byte once decoded.
std::optional<std::string> decoded(std::string_view part, std::string_view delimiters) {
    if (part.find_first_of(delimiters) != part.npos) return {};
    auto text = percent_decoded(part);
    if (text && text->find('\0') != text->npos) return {};
    return text;
}

bool read_database(std::string_view text, redis_options& to) noexcept {
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, to.database);
    return read.ec == std::errc() && read.ptr == end;
}

/// Reads `[[user]:password@]` at the beginning of an authority, and removes it.
bool read_credentials(std::string_view& authority, redis_options& to) {
    const auto at = authority.rfind('@');
    if (at == authority.npos) return true;
    const auto credentials = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    const auto colon = credentials.find(':');
    if (colon == credentials.npos) return false;
    auto user = decoded(credentials.substr(0, colon), "/?#[]@");
    auto password = decoded(credentials.substr(colon + 1), ":/?#[]@");
    if (!user || !password || password->empty()) return false;
    to.user = std::move(*user);
    to.password = std::move(*password);
    return true;
}

/// Reads `host[:port]` as in a URI of a WebSocket.
bool read_host(std::string_view authority, redis_options& to) {
    const auto read = uri::parse("ws://" + std::string(authority) + '/');
    if (!read || authority.find('%') != authority.npos) return false;
    to.host = read->host();
    const bool has_port = authority.rfind(':') != authority.npos && !authority.ends_with(']');
    if (has_port) to.port = read->port();
    return !authority.ends_with(':');
}

bool read_tcp(std::string_view rest, redis_options& to) {
    const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
    auto authority = rest.substr(0, slash);
    const auto path = rest.substr(slash);
    if (!read_credentials(authority, to) || !read_host(authority, to)) return false;
    return path.empty() || path == "/" || (path[0] == '/' && read_database(path.substr(1), to));
}

bool read_unix(std::string_view rest, redis_options& to) {
    if (rest.starts_with("//")) {
        rest.remove_prefix(2);
        auto authority = rest.substr(0, std::min(rest.find('/'), rest.size()));
        rest.remove_prefix(authority.size());
        if (!read_credentials(authority, to) || !authority.empty()) return false;
    }
    const auto question = std::min(rest.find('?'), rest.size());
    auto path = decoded(rest.substr(0, question), "#");
    if (!path || path->size() < 2 || path->front() != '/') return false;
    if (path->size() > socket_path_max) return false;
    to.socket = std::move(*path);
    const auto query = rest.substr(question);
    return query.empty() || (query.starts_with("?db=") && read_database(query.substr(4), to));
}

/// Removes the scheme, in any case, and returns true if it is this one.
bool take_scheme(std::string_view& url, std::string_view scheme) noexcept {
    if (!equal_ignoring_case(url.substr(0, scheme.size()), scheme)) return false;
    url.remove_prefix(scheme.size());
    return true;
}

} // namespace

result<redis_options> parse_redis_url(std::string_view url, std::shared_ptr<secure_layer> tls) {
    if (url.size() > uri::size_max || !is_plain(url)) return failure(redis_error::bad_url);
    redis_options made;
    if (take_scheme(url, "rediss://")) {
        if (!tls) return failure(redis_error::no_tls);
        made.tls = std::move(tls);
        if (read_tcp(url, made)) return made;
    } else if (take_scheme(url, "redis://")) {
        if (read_tcp(url, made)) return made;
    } else if (take_scheme(url, "unix:")) {
        if (read_unix(url, made)) return made;
    }
    return failure(redis_error::bad_url);
}

} // namespace weft
