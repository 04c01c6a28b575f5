// SPDX-License-Identifier: MIT
// HTTP heads: accessors of parsed heads, and the serializer for an application's responses.
#include <weft/core/http_head.hpp>

#include <weft/core/error.hpp>

#include "core/query_text.hpp"

#include <algorithm>

namespace weft {
namespace {

// Returns where the authority begins in an absolute target; npos for other targets.
std::size_t authority_begin(std::string_view target) noexcept {
    if (target.starts_with('/')) return target.npos;
    const auto mark = target.find("://");
    return mark == target.npos ? mark : mark + 3;
}

bool frames_response(std::string_view name) noexcept {
    return equal_ignoring_case(name, "Content-Length") ||
           equal_ignoring_case(name, "Transfer-Encoding") ||
           equal_ignoring_case(name, "Connection");
}

bool has_field(const http_fields& fields, std::string_view name) noexcept {
    return std::ranges::any_of(fields, [name](const http_field& field) {
        return equal_ignoring_case(field.name, name);
    });
}

// RFC 9110 §8.6 forbids a Content-Length in a 204; neither it nor a 304 has a body.
bool never_has_body(int status) noexcept { return status == 204 || status == 304; }

} // namespace

http_field_view http_head::at(std::size_t index) const noexcept {
    return {text(lines_[index].name), text(lines_[index].value)};
}

std::optional<std::string_view> http_head::header(std::string_view name) const noexcept {
    for (const auto& each : lines_) {
        if (equal_ignoring_case(text(each.name), name)) return text(each.value);
    }
    return std::nullopt;
}

std::size_t http_head::header_count(std::string_view name) const noexcept {
    const auto count = std::ranges::count_if(
        lines_, [&](const line& each) { return equal_ignoring_case(text(each.name), name); });
    return static_cast<std::size_t>(count);
}

std::vector<http_field_view> http_head::headers() const {
    std::vector<http_field_view> views;
    views.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) views.push_back(at(i));
    return views;
}

std::string_view http_request::resource() const noexcept {
    const auto begin = authority_begin(target());
    if (begin == std::string_view::npos) return target();
    const auto end = target().find_first_of("/?", begin);
    return end == std::string_view::npos ? std::string_view{} : target().substr(end);
}

std::string_view http_request::path() const noexcept {
    const auto path = resource().substr(0, resource().find('?'));
    return path.empty() ? std::string_view{"/"} : path;
}

std::string_view http_request::query() const noexcept {
    const auto mark = resource().find('?');
    return mark == std::string_view::npos ? std::string_view{} : resource().substr(mark + 1);
}

std::optional<std::string> http_request::query_value(std::string_view key) const {
    auto rest = query();
    while (!rest.empty()) {
        auto pair = take_until(rest, '&');
        const auto name = decode_query_part(take_until(pair, '='));
        if (name && *name == key) return decode_query_part(pair);
    }
    return std::nullopt;
}

std::string_view http_request::host() const noexcept {
    const auto begin = authority_begin(target());
    if (begin == std::string_view::npos) return header("Host").value_or(std::string_view{});
    const auto rest = target().substr(begin);
    return rest.substr(0, rest.find_first_of("/?"));
}

std::optional<std::string_view> http_request::cookie(std::string_view name) const noexcept {
    for (const auto& each : lines_) {
        if (!equal_ignoring_case(text(each.name), "Cookie")) continue;
        auto rest = text(each.value);
        while (!rest.empty()) {
            auto value = trim(take_until(rest, ';'));
            if (trim(take_until(value, '=')) != name) continue;
            value = trim(value);
            const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
            return quoted ? value.substr(1, value.size() - 2) : value;
        }
    }
    return std::nullopt;
}

std::string http_reason(int status) {
    switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 407: return "Proxy Authentication Required";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 451: return "Unavailable For Legal Reasons";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    case 511: return "Network Authentication Required";
    default: break;
    }
    switch (status / 100) {
    case 1: return "Informational";
    case 2: return "Success";
    case 3: return "Redirection";
    case 4: return "Client Error";
    case 5: return "Server Error";
    default: return "Unknown";
    }
}

std::string http_date(std::chrono::sys_seconds when) {
    constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{when - day};
    const auto two_digits = [](auto number) {
        const auto text = std::to_string(number);
        return text.size() < 2 ? '0' + text : text;
    };
    std::string text = days[std::chrono::weekday{day}.c_encoding()];
    text.append(", ").append(two_digits(static_cast<unsigned>(date.day()))).append(" ");
    text.append(months[static_cast<unsigned>(date.month()) - 1]).append(" ");
    text.append(std::to_string(static_cast<int>(date.year()))).append(" ");
    text.append(two_digits(time.hours().count())).append(":");
    text.append(two_digits(time.minutes().count())).append(":");
    return text.append(two_digits(time.seconds().count())).append(" GMT");
}

result<std::string> serialize(const http_response& response, const response_form& form) {
    if (response.status < 200 || response.status > 599) return failure{errc::bad_header};

    std::string text = "HTTP/1.1 " + std::to_string(response.status) + ' ';
    text += http_reason(response.status) + "\r\n";
    if (form.date && !has_field(response.headers, "Date")) {
        text += "Date: " + http_date(*form.date) + "\r\n";
    }
    for (const auto& [name, value] : response.headers) {
        if (!is_token(name) || !is_field_value(value)) return failure{errc::bad_header};
        if (frames_response(name)) return failure{errc::reserved_header};
        text += name + ": " + value + "\r\n";
    }
    if (!never_has_body(response.status)) {
        if (!response.body.empty() && !has_field(response.headers, "Content-Type")) {
            text += "Content-Type: text/plain; charset=utf-8\r\n";
        }
        text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    }
    // The sender of Upgrade MUST also list it in Connection (RFC 9110 §7.8).
    const bool upgrade = has_field(response.headers, "Upgrade");
    text += form.keep_alive ? "Connection: keep-alive" : "Connection: close";
    text += upgrade ? ", Upgrade\r\n\r\n" : "\r\n\r\n";
    if (!form.head_only && !never_has_body(response.status)) text += response.body;
    return text;
}

} // namespace weft
