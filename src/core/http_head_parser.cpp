// SPDX-License-Identifier: MIT
// The incremental parser of HTTP heads. Stores each byte once and parses each line once, when it is
// complete. Strict, to prevent request smuggling.
#include <weft/core/error.hpp>
#include <weft/core/http_head.hpp>

#include "core/authority.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <utility>

namespace weft {
namespace {

// Visible ASCII except '#'. RFC 3986 allows less, but the other bytes do no harm here.
bool is_target_byte(char byte) noexcept { return byte > ' ' && byte < 0x7F && byte != '#'; }

// Scheme, "://" and an authority without user information (RFC 9110 §4.2.4).
bool is_absolute_form(std::string_view target) noexcept {
    const auto mark = target.find("://");
    if (mark == target.npos) return false;
    const auto scheme = to_lower(target.substr(0, mark));
    const auto rest = target.substr(mark + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    return (scheme == "ws" || scheme == "wss" || scheme == "http" || scheme == "https") &&
           is_host_and_port(authority);
}

// RFC 9112 §3.2, except the authority form, which only CONNECT uses.
bool is_target(std::string_view target, std::string_view method) noexcept {
    if (target.empty() || !std::ranges::all_of(target, is_target_byte)) return false;
    if (target == "*") return method == "OPTIONS";
    return target.front() == '/' || is_absolute_form(target);
}

bool is_head_byte(char byte) noexcept {
    return is_field_byte(byte) || byte == '\r' || byte == '\n';
}

/// The most empty lines to skip before a request: old clients sent one after a body.
constexpr int blank_lines_max = 8;

} // namespace

http_head_parser::http_head_parser(http_kind kind, http_limits limits)
    : limits_(limits), kind_(kind) {
    // Positions in the text are stored in 32 bits.
    limits_.bytes = std::min<std::size_t>(limits_.bytes, std::numeric_limits<std::uint32_t>::max());
}

std::size_t http_head_parser::feed(std::span<const std::byte> bytes) {
    const std::string_view all{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    std::size_t used = 0;
    while (state_ == state::more && used < all.size()) {
        const auto end = all.find('\n', used);
        const bool whole = end != all.npos;
        const auto chunk = all.substr(used, whole ? end + 1 - used : end);
        used += chunk.size();
        receive(chunk, whole);
    }
    return used;
}

// Adds a piece of a line; `whole` marks its last piece. Rejects invalid bytes before the line is
// complete, as a peer that speaks another protocol may never complete it.
void http_head_parser::receive(std::string_view chunk, bool whole) {
    // The first invalid byte determines the error, however the input was split.
    const auto fits = chunk.substr(0, limits_.bytes - head_.text_.size());
    if (!std::ranges::all_of(fits, is_head_byte)) return fail(malformed());
    if (fits.size() < chunk.size()) return fail(errc::header_too_large);
    const auto line_begin = line_begin_;
    head_.text_ += chunk;
    if (!whole) return;

    auto line = std::string_view{head_.text_}.substr(line_begin);
    if (!line.ends_with("\r\n")) return fail(malformed());
    line.remove_suffix(2);
    if (line.empty() && line_begin == 0) return skip_blank_line();
    line_begin_ = head_.text_.size();
    if (line.empty()) {
        state_ = state::done;
    } else if (const auto why = parse_line(line)) {
        fail(why);
    }
}

// RFC 9112 §2.2: a server should ignore an empty line before a request line.
void http_head_parser::skip_blank_line() {
    if (kind_ == http_kind::response || ++blank_lines_ > blank_lines_max) return fail(malformed());
    head_.text_.clear();
}

std::error_code http_head_parser::parse_line(std::string_view line) {
    // Only the first line begins where the text begins, as skipped empty lines are not stored.
    const bool continues = line.front() == ' ' || line.front() == '\t';
    if (line.data() != head_.text_.data()) return continues ? unfold(line) : parse_field(line);
    return kind_ == http_kind::request ? parse_request_line(line) : parse_status_line(line);
}

// RFC 9112 §3: method SP request-target SP HTTP-version.
std::error_code http_head_parser::parse_request_line(std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || first == last) return malformed();
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, last - first - 1);
    if (const auto why = parse_version(line.substr(last + 1))) return why;
    if (!is_token(method) || !is_target(target, method)) return malformed();
    head_.first_ = range_of(method);
    head_.second_ = range_of(target);
    return {};
}

// RFC 9112 §4: HTTP-version SP status-code SP [ reason-phrase ]. The second space may be missing:
// many servers omit it if there is no reason phrase.
std::error_code http_head_parser::parse_status_line(std::string_view line) {
    constexpr std::size_t digits = 3;
    const auto version = line.substr(0, line.find(' '));
    if (const auto why = parse_version(version)) return why;
    line.remove_prefix(std::min(version.size() + 1, line.size()));
    const auto status = line.substr(0, digits);
    if (status.size() != digits || !std::ranges::all_of(status, is_digit) || status[0] == '0') {
        return malformed();
    }
    head_.status_ = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
    line.remove_prefix(digits);
    if (line.empty()) return {};
    if (line[0] != ' ' || !is_field_value(line)) return malformed();
    head_.first_ = range_of(line.substr(1));
    return {};
}

std::error_code http_head_parser::parse_version(std::string_view version) {
    const auto whole = range_of(version);
    constexpr std::string_view prefix = "HTTP/";
    version.remove_prefix(version.starts_with(prefix) ? prefix.size() : version.size());
    const bool numbers = version.size() == 3 && is_digit(version[0]) && version[1] == '.' &&
                         is_digit(version[2]);
    if (!numbers) return malformed();
    if (version[0] != '1') {
        version_ = whole;
        return make_error_code(errc::bad_http_version);
    }
    head_.minor_ = version[2] - '0';
    return {};
}

// RFC 9112 §5.2: a client replaces each fold by spaces; a server may reject it, and this one does.
// Examines only the bytes after the fold, so that many folds do not cost quadratic time.
std::error_code http_head_parser::unfold(std::string_view line) {
    constexpr std::string_view line_end = "\r\n";
    if (kind_ == http_kind::request || head_.lines_.empty()) return malformed();
    const auto more = trim(line);
    if (!is_field_value(more)) return malformed();
    if (more.empty()) return {};
    auto& value = head_.lines_.back().value;
    const auto at = range_of(more);
    if (value.size == 0) {
        value = at;
        return {};
    }
    const auto fold_begin = value.begin + value.size;
    for (auto i = fold_begin; i < at.begin; ++i) {
        if (line_end.find(head_.text_[i]) != line_end.npos) head_.text_[i] = ' ';
    }
    value.size = at.begin + at.size - value.begin;
    return {};
}

// RFC 9112 §5: a name directly followed by a colon.
std::error_code http_head_parser::parse_field(std::string_view line) {
    if (head_.lines_.size() >= limits_.count) return make_error_code(errc::too_many_headers);
    const auto colon = line.find(':');
    if (colon == line.npos) return malformed();
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (!is_token(name) || !is_field_value(value)) return malformed();
    head_.lines_.push_back({range_of(name), range_of(value)});
    return {};
}

// A client of HTTP/2 that does not upgrade from HTTP/1.1 begins with a preface. RFC 9113 §3.4.
std::string_view http_head_parser::error_detail() const noexcept {
    constexpr std::string_view preface = "PRI * HTTP/2.0\r\n";
    if (kind_ == http_kind::request && error_ && head_.text_.starts_with(preface)) {
        return "HTTP/2 with prior knowledge, not by an upgrade from HTTP/1.1";
    }
    return head_.text(version_);
}

http_head::range http_head_parser::range_of(std::string_view part) const noexcept {
    return {static_cast<std::uint32_t>(part.data() - head_.text_.data()),
            static_cast<std::uint32_t>(part.size())};
}

std::error_code http_head_parser::malformed() const noexcept {
    return kind_ == http_kind::request ? errc::bad_request : errc::bad_response;
}

void http_head_parser::fail(std::error_code why) {
    state_ = state::failed;
    error_ = why;
}

/// Writes the request as a head and parses that, so that only valid requests can be made.
result<http_request> http_request::make(std::string_view method, std::string_view target,
                                        const http_fields& headers, int version_minor) {
    if (version_minor < 0 || version_minor > 9) return failure{errc::bad_http_version};
    if (!is_token(method) || !is_field_value(target)) return failure{errc::bad_request};
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.");
    text.append(std::to_string(version_minor)).append("\r\n");
    for (const auto& [name, value] : headers) {
        if (!is_token(name) || !is_field_value(value)) return failure{errc::bad_request};
        text.append(name).append(": ").append(value).append("\r\n");
    }
    text += "\r\n";
    http_head_parser parser{http_kind::request, {SIZE_MAX, SIZE_MAX}};
    static_cast<void>(parser.feed(std::as_bytes(std::span{text})));
    if (parser.status() != http_head_parser::state::done) {
        return failure{parser.error() ? parser.error() : make_error_code(errc::bad_request)};
    }
    return parser.take_request();
}

http_request http_head_parser::take_request() {
    http_request request;
    static_cast<http_head&>(request) = std::exchange(head_, {});
    return request;
}

http_response_head http_head_parser::take_response() {
    http_response_head response;
    static_cast<http_head&>(response) = std::exchange(head_, {});
    return response;
}

} // namespace weft
