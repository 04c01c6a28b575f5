// SPDX-License-Identifier: MIT
// Requests and responses that programs parse, set and write.
#include <websocketpp/detail/translate.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>

#include <algorithm>
#include <charconv>
#include <span>
#include <string_view>

#include <weft/core/http_fields.hpp>
#include <weft/core/http_head.hpp>

namespace websocketpp::http {

std::string status_code::get_string(value code) {
    if (code == uninitialized) return "Uninitialized";
    return weft::http_reason(code);
}

namespace parser {
namespace {

[[noreturn]] void fail(char const* what, status_code::value code = status_code::bad_request) {
    throw exception(what, code);
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

void parser::append_header(std::string const& key, std::string const& value) {
    if (!weft::is_token(key)) fail("Invalid header name");
    std::string& all = headers_[key];
    all += all.empty() ? value : ", " + value;
}

void parser::replace_header(std::string const& key, std::string const& value) {
    if (!weft::is_token(key)) fail("Invalid header name");
    headers_[key] = value;
}

void parser::remove_header(std::string const& key) {
    headers_.erase(key);
}

void parser::set_body(std::string const& value) {
    body_ = value;
    if (value.empty()) {
        remove_header("Content-Length");
    } else {
        replace_header("Content-Length", std::to_string(value.size()));
    }
}

size_t parser::consume_bytes(char const* bytes, size_t size, bool is_response) {
    size_t used = 0;
    while (stage_ == stage::head && used < size) {
        unparsed_ += bytes[used++];
        if (unparsed_.size() > max_header_size) {
            fail("The head is too large", status_code::request_header_fields_too_large);
        }
        if (unparsed_.ends_with("\r\n\r\n")) parse_head(is_response);
    }
    if (stage_ == stage::body) {
        const size_t taken = std::min(size - used, body_left_);
        if (body_.size() + taken > body_size_max_) {
            fail("The body is too large", status_code::request_entity_too_large);
        }
        body_.append(bytes + used, taken);
        used += taken;
        if (body_left_ != to_the_end) body_left_ -= taken;
        if (body_left_ == 0) stage_ = stage::done;
    }
    return used;
}

void parser::parse_head(bool is_response) {
    const auto kind = is_response ? weft::http_kind::response : weft::http_kind::request;
    weft::http_head_parser parsed(kind, {max_header_size, 1000});
    const std::string text = std::exchange(unparsed_, std::string());
    (void)parsed.feed(std::as_bytes(std::span(text.data(), text.size())));
    const bool is_whole = parsed.status() == weft::http_head_parser::state::done;
    if (!is_whole || text.front() == '\r') fail("Malformed HTTP"); // no empty line before it
    take_head(parsed);
    const std::string& length = get_header("Content-Length");
    if (!length.empty()) {
        const auto [end, wrong] =
            std::from_chars(length.data(), length.data() + length.size(), body_left_);
        if (wrong != std::errc() || end != length.data() + length.size()) {
            fail("Malformed Content-Length");
        }
        if (body_left_ > body_size_max_) {
            fail("The body is too large", status_code::request_entity_too_large);
        }
    } else if (is_response) {
        body_left_ = to_the_end;
    }
    stage_ = body_left_ == 0 ? stage::done : stage::body;
}

std::string parser::raw_headers() const {
    std::string text;
    for (auto const& [name, value] : headers_) text += name + ": " + value + "\r\n";
    return text + "\r\n";
}

// --- requests

void request::set_method(std::string const& method) {
    if (!weft::is_token(method)) fail("Invalid method");
    method_ = method;
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

size_t response::consume(std::istream& in) {
    size_t used = 0;
    char bytes[512];
    while (in.good() && !ready()) {
        in.read(bytes, sizeof bytes);
        const auto count = static_cast<size_t>(in.gcount());
        used += consume(bytes, count);
    }
    return used;
}

void response::set_status(status_code::value code) {
    set_status(code, status_code::get_string(code));
}

void response::set_status(status_code::value code, std::string const& message) {
    code_ = code;
    message_ = message;
}

void response::take_head(weft::http_head_parser& parsed) {
    const weft::http_response_head head = parsed.take_response();
    set_status(static_cast<status_code::value>(head.status()), std::string(head.reason()));
    detail::copy_headers(head, *this);
}

std::string response::raw() const {
    return get_version() + " " + std::to_string(get_status_code()) + " " + message_ + "\r\n" +
        raw_headers() + get_body();
}

} // namespace parser
} // namespace websocketpp::http
