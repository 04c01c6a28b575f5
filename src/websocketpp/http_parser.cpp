// SPDX-License-Identifier: MIT
// Requests and responses that programs parse, set and write.
#include <websocketpp/detail/translate.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/http_fields.hpp>
#include <weft/core/http_head.hpp>

namespace websocketpp::http {

std::string status_code::get_string(value code) {
    if (code == uninitialized) return "Uninitialized";
    return weft::http_reason(code);
}

status_code::value error::get_status_code(error::value which) {
    switch (which) {
    case body_too_large: return status_code::request_entity_too_large;
    case request_header_fields_too_large: return status_code::request_header_fields_too_large;
    case unsupported_transfer_encoding:
    case istream_bad:
    case istream_overread: return status_code::internal_server_error;
    default: return status_code::bad_request;
    }
}

namespace parser {
namespace {

/// Returns whether a line consists of a version, a status of three digits, and perhaps a reason.
bool is_status_line(std::string_view line) {
    const auto space = line.find(' ');
    if (space == line.npos) return false;
    const std::string_view status = line.substr(space + 1, line.find(' ', space + 1) - space - 1);
    return status.size() == 3 && std::ranges::all_of(status, [](char byte) {
        return byte >= '0' && byte <= '9';
    });
}

std::string_view next_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find(header_delimiter));
    text.remove_prefix(std::min(text.size(), line.size() + sizeof header_delimiter - 1));
    return line;
}

/// Returns what is wrong with a head that cannot be parsed.
error::value fault_of(std::string_view head, bool is_response) {
    std::string_view line = next_line(head);
    if (is_response) {
        if (!is_status_line(line)) return error::incomplete_status_line;
    } else {
        const auto space = line.find(' ');
        if (space == line.npos || line.find(' ', space + 1) == line.npos) {
            return error::incomplete_request;
        }
        if (!weft::is_token(line.substr(0, space))) return error::invalid_format;
    }
    while (!(line = next_line(head)).empty()) {
        const auto colon = line.find(header_separator);
        if (colon == line.npos) return error::missing_header_separator;
        if (!weft::is_token(line.substr(0, colon))) return error::invalid_header_name;
    }
    return error::invalid_format;
}

lib::error_code checked_name(std::string const& key) {
    if (weft::is_token(key)) return {};
    return error::make_error_code(error::invalid_header_name);
}

/// Returns the next element of a list, up to `separator` outside of quotes.
std::string_view next_item(std::string_view& list, char separator) {
    bool quoted = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (quoted && list[i] == '\\') {
            ++i;
        } else if (list[i] == '"') {
            quoted = !quoted;
        } else if (!quoted && list[i] == separator) {
            const std::string_view item = list.substr(0, i);
            list.remove_prefix(i + 1);
            return weft::trim(item);
        }
    }
    return weft::trim(std::exchange(list, std::string_view()));
}

/// Returns a token or the content of a quoted string; sets `malformed` for anything else.
std::string unquoted(std::string_view text, bool& malformed) {
    if (!text.starts_with('"')) {
        malformed = malformed || !weft::is_token(text);
        return std::string(text);
    }
    malformed = malformed || text.size() < 2 || text.back() != '"';
    if (malformed) return {};
    std::string content;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        content += text[i];
    }
    return content;
}

} // namespace

std::string const& parser::get_header(std::string const& key) const {
    static std::string const none;
    const auto found = headers_.find(key);
    return found == headers_.end() ? none : found->second;
}

bool parser::get_header_as_plist(std::string const& key, parameter_list& out) const {
    const auto found = headers_.find(key);
    return found != headers_.end() && !found->second.empty() &&
        parse_parameter_list(found->second, out);
}

bool parser::parse_parameter_list(std::string const& text, parameter_list& out) const {
    std::string_view list = text;
    parameter_list parsed;
    bool malformed = list.empty();
    while (!list.empty() && !malformed) {
        std::string_view item = next_item(list, ',');
        std::string name = unquoted(next_item(item, ';'), malformed);
        attribute_list attributes;
        while (!item.empty() && !malformed) {
            std::string_view value = next_item(item, ';');
            const bool has_value = value.find('=') != value.npos;
            const std::string key = unquoted(next_item(value, '='), malformed);
            attributes[key] = has_value ? unquoted(value, malformed) : std::string();
        }
        parsed.emplace_back(std::move(name), std::move(attributes));
    }
    if (!malformed) out = std::move(parsed);
    return malformed;
}

void parser::append_header(std::string const& key, std::string const& value,
                           lib::error_code& ec) {
    ec = checked_name(key);
    if (ec) return;
    std::string& all = headers_[key];
    all += all.empty() ? value : ", " + value;
}

void parser::replace_header(std::string const& key, std::string const& value,
                            lib::error_code& ec) {
    ec = checked_name(key);
    if (!ec) headers_[key] = value;
}

void parser::remove_header(std::string const& key, lib::error_code& ec) {
    ec = checked_name(key);
    if (!ec) headers_.erase(key);
}

lib::error_code parser::set_body(std::string value) {
    body_ = std::move(value);
    if (body_.empty()) {
        headers_.erase("Content-Length");
    } else {
        headers_["Content-Length"] = std::to_string(body_.size());
    }
    return {};
}

void parser::set_body(std::string value, lib::error_code& ec) {
    ec = value.size() > body_size_max_ ? error::make_error_code(error::body_too_large)
                                       : set_body(std::move(value));
}

size_t parser::consume_bytes(char const* bytes, size_t size, bool is_response,
                             lib::error_code& ec) {
    ec = lib::error_code();
    size_t used = 0;
    while (stage_ == stage::head && used < size) {
        unparsed_ += bytes[used++];
        if (unparsed_.size() > max_header_size) {
            ec = error::make_error_code(error::request_header_fields_too_large);
        } else if (unparsed_.ends_with("\r\n\r\n")) {
            ec = parse_head(is_response);
        }
        if (ec) return 0;
    }
    if (stage_ == stage::body) {
        const size_t taken = std::min(size - used, body_left_);
        if (body_.size() + taken > body_size_max_) {
            ec = error::make_error_code(error::body_too_large);
            return 0;
        }
        body_.append(bytes + used, taken);
        used += taken;
        if (body_left_ != to_the_end) body_left_ -= taken;
        if (body_left_ == 0) stage_ = stage::done;
    }
    return used;
}

lib::error_code parser::parse_head(bool is_response) {
    const auto kind = is_response ? weft::http_kind::response : weft::http_kind::request;
    weft::http_head_parser parsed(kind, {max_header_size, 1000});
    const std::string text = std::exchange(unparsed_, std::string());
    (void)parsed.feed(std::as_bytes(std::span(text.data(), text.size())));
    const bool is_whole = parsed.status() == weft::http_head_parser::state::done;
    if (!is_whole || text.front() == '\r') { // no empty line before it
        const bool too_many = parsed.error() == weft::errc::too_many_headers;
        return too_many ? error::request_header_fields_too_large : fault_of(text, is_response);
    }
    take_head(parsed);
    if (!is_response && version_ == "HTTP/1.1" && get_header("Host").empty()) {
        return error::incomplete_request;
    }
    const bool never_has_body = is_response && body_left_ == 0;
    const std::string& length = get_header("Content-Length");
    if (!never_has_body && !length.empty()) {
        const auto [end, wrong] =
            std::from_chars(length.data(), length.data() + length.size(), body_left_);
        if (wrong != std::errc() || end != length.data() + length.size()) {
            return error::invalid_format;
        }
        if (body_left_ > body_size_max_) return error::body_too_large;
    }
    stage_ = body_left_ == 0 ? stage::done : stage::body;
    return {};
}

std::string parser::raw_headers() const {
    std::string text;
    for (auto const& [name, value] : headers_) text += name + ": " + value + "\r\n";
    return text + "\r\n";
}

// --- requests

void request::set_method(std::string const& method, lib::error_code& ec) {
    const bool valid = weft::is_token(method);
    ec = valid ? lib::error_code() : error::make_error_code(error::invalid_format);
    if (valid) method_ = method;
}

void request::take_head(weft::http_head_parser& parsed) {
    const weft::http_request head = parsed.take_request();
    method_ = head.method();
    target_ = head.target();
    detail::copy_headers(head, *this);
}

std::string request::raw() const {
    return raw_head() + get_body();
}

std::string request::raw_head() const {
    return method_ + " " + target_ + " " + get_version() + "\r\n" + raw_headers();
}

// --- responses

size_t response::consume(std::istream& in, lib::error_code& ec) {
    ec = lib::error_code();
    size_t used = 0;
    char bytes[istream_buffer];
    while (in.good() && !ready()) {
        in.read(bytes, sizeof bytes);
        const auto count = static_cast<size_t>(in.gcount());
        const size_t taken = consume(bytes, count, ec);
        used += taken;
        if (!ec && taken < count) ec = error::make_error_code(error::istream_overread);
        if (ec) return used;
    }
    if (in.bad()) ec = error::make_error_code(error::istream_bad);
    return used;
}

lib::error_code response::set_status(status_code::value code) {
    return set_status(code, status_code::get_string(code));
}

lib::error_code response::set_status(status_code::value code, std::string const& message) {
    code_ = code;
    message_ = message;
    return {};
}

void response::take_head(weft::http_head_parser& parsed) {
    const weft::http_response_head head = parsed.take_response();
    set_status(static_cast<status_code::value>(head.status()), std::string(head.reason()));
    const bool has_no_body =
        head.status() < 200 || head.status() == 204 || head.status() == 304; // RFC 7230 §3.3.3
    body_left_ = has_no_body ? 0 : to_the_end;
    detail::copy_headers(head, *this);
}

std::string response::raw() const {
    return get_version() + " " + std::to_string(get_status_code()) + " " + message_ + "\r\n" +
        raw_headers() + get_body();
}

} // namespace parser
} // namespace websocketpp::http
