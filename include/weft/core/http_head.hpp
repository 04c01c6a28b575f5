// SPDX-License-Identifier: MIT
// HTTP/1.1 heads (RFC 9112): an incremental parser, parsed request and response heads, and the
// serializer for an application's responses. Knows nothing of WebSocket.
#pragma once

#include <weft/core/http_fields.hpp>
#include <weft/core/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft {

/// The common part of request and response heads: owns the text and indexes its header lines.
///
/// All views point into the head. Destroying or moving the head invalidates them.
class http_head {
public:
    /// Returns the value of the first header of this name. The case of `name` does not matter.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;

    /// Returns the number of headers of this name.
    [[nodiscard]] std::size_t header_count(std::string_view name) const noexcept;

    /// Returns all headers, in the order of the head.
    [[nodiscard]] std::vector<http_field_view> headers() const;

    /// Returns the number of header lines.
    [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }

    /// Returns the header line at `index`, which must be less than `size()`.
    [[nodiscard]] http_field_view at(std::size_t index) const noexcept;

    /// Returns the size of the whole head in bytes, with all line ends.
    [[nodiscard]] std::size_t byte_count() const noexcept { return text_.size(); }

    /// Returns the size of the memory that the head owns, in bytes.
    [[nodiscard]] std::size_t memory_used() const noexcept {
        return text_.capacity() + lines_.capacity() * sizeof(line);
    }

    /// Returns the minor version: 1 for HTTP/1.1. The parser rejects major versions other than 1.
    [[nodiscard]] int version_minor() const noexcept { return minor_; }

private:
    friend class http_head_parser;
    friend class http_request;
    friend class http_response_head;

    struct range {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };
    struct line {
        range name;
        range value;
    };

    [[nodiscard]] std::string_view text(range at) const noexcept {
        return std::string_view{text_}.substr(at.begin, at.size);
    }

    std::string text_;
    std::vector<line> lines_;
    range first_;  // the method, or the reason
    range second_; // the target
    int minor_ = 1;
    int status_ = 0;
};

/// An HTTP request. It owns its text.
class http_request : public http_head {
public:
    /// Builds a request that was parsed elsewhere, such as by another HTTP server.
    ///
    /// `headers` keep their order. Fails like the parser if no head could contain these values:
    /// `bad_request`, or `bad_http_version` for a minor version that is not one digit.
    static result<http_request> make(std::string_view method, std::string_view target,
                                     const http_fields& headers, int version_minor = 1);

    [[nodiscard]] std::string_view method() const noexcept { return text(first_); }

    /// Returns the request target as received: `/path?query`, `http://host/path?query` or `*`.
    [[nodiscard]] std::string_view target() const noexcept { return text(second_); }

    /// Returns the target's path, still percent-encoded; "/" if an absolute target has no path.
    [[nodiscard]] std::string_view path() const noexcept;

    /// Returns the target's query, without the question mark and still percent-encoded; may be
    /// empty.
    [[nodiscard]] std::string_view query() const noexcept;

    /// Returns the first value for `key` in the query; empty for a key without `=`.
    ///
    /// Keys and values are percent-decoded, and `+` is a space. Returns nothing if there is no such
    /// key or its value is not validly encoded.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view key) const;

    /// Returns the host of an absolute target, otherwise the Host header (RFC 9112 §3.2.2); empty
    /// if there is neither.
    [[nodiscard]] std::string_view host() const noexcept;

    /// Returns the Origin header, which browsers send; nothing if there is none.
    [[nodiscard]] std::optional<std::string_view> origin() const noexcept {
        return header("Origin");
    }

    /// Returns the value of the first cookie of this name, without quotes. RFC 6265 §4.2.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;

    /// Returns the body; empty unless the code that read the request has stored it here.
    [[nodiscard]] const std::string& body() const noexcept { return body_; }
    [[nodiscard]] std::string& body() noexcept { return body_; }

private:
    [[nodiscard]] std::string_view resource() const noexcept;

    std::string body_;
};

/// The head of a response. It owns its text.
class http_response_head : public http_head {
public:
    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] std::string_view reason() const noexcept { return text(first_); }
};

enum class http_kind : std::uint8_t { request, response };

/// Limits on the size of a head.
struct http_limits {
    std::size_t bytes = 16 * 1024; ///< the whole head, with all line ends
    std::size_t count = 100;       ///< header lines
};

/// Parses one head that arrives in pieces.
///
/// Strict, because request smuggling exploits lenient parsers: lines end with CR LF, a name is a
/// token directly followed by a colon, and NUL is rejected. Folded lines are rejected in a request;
/// in a response each fold becomes spaces (RFC 9112 §5.2). A few empty lines before a request are
/// skipped (§2.2). Parsing takes linear time, and a limit is enforced at the byte that exceeds it.
class http_head_parser {
public:
    enum class state : std::uint8_t { more, done, failed };

    explicit http_head_parser(http_kind kind, http_limits limits = {});

    /// Consumes bytes up to and including the blank line that ends the head.
    ///
    /// Returns the number of bytes consumed. It is less than `bytes.size()` only if `status()` has
    /// become `done` or `failed`; the remaining bytes follow the head.
    [[nodiscard]] std::size_t feed(std::span<const std::byte> bytes);

    [[nodiscard]] state status() const noexcept { return state_; }

    /// Returns true if part of a head was received. Skipped empty lines do not count.
    [[nodiscard]] bool begun() const noexcept { return !head_.text_.empty(); }

    /// Returns why parsing failed: `bad_request`, `bad_response`, `bad_http_version` (a major
    /// version other than 1), `header_too_large` or `too_many_headers`.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

    /// Returns more about the error: the version that was refused with `bad_http_version`, such as
    /// "HTTP/2.0". Otherwise empty. Valid as long as the parser.
    [[nodiscard]] std::string_view error_detail() const noexcept;

    /// Returns the size of the memory of the head in progress, in bytes.
    [[nodiscard]] std::size_t memory_used() const noexcept { return head_.memory_used(); }

    /// Moves the head out of the parser. Call the function for the parser's kind, once, when
    /// `status()` is `done`.
    [[nodiscard]] http_request take_request();
    [[nodiscard]] http_response_head take_response();

private:
    void receive(std::string_view chunk, bool whole);
    std::error_code parse_line(std::string_view line);
    std::error_code parse_request_line(std::string_view line);
    std::error_code parse_status_line(std::string_view line);
    std::error_code parse_version(std::string_view version);
    std::error_code parse_field(std::string_view line);
    std::error_code unfold(std::string_view line);
    void skip_blank_line();
    [[nodiscard]] http_head::range range_of(std::string_view part) const noexcept;
    [[nodiscard]] std::error_code malformed() const noexcept;
    void fail(std::error_code why);

    http_head head_;
    http_limits limits_;
    std::size_t line_begin_ = 0;
    http_head::range version_; // of a first line that was refused for it
    int blank_lines_ = 0;
    std::error_code error_;
    http_kind kind_;
    state state_ = state::more;
};

/// An application's response to a request.
struct http_response {
    int status = 200;
    http_fields headers = {};
    std::string body = {};
};

/// Returns the reason phrase for a status, such as "Not Found"; never empty.
[[nodiscard]] std::string http_reason(int status);

/// Formats a date for HTTP: "Sun, 06 Nov 1994 08:49:37 GMT". RFC 9110 §5.6.7.
[[nodiscard]] std::string http_date(std::chrono::sys_seconds when);

/// How a response is sent.
struct response_form {
    bool head_only = false;  ///< send no body, as for HEAD
    bool keep_alive = false; ///< another response may follow on the connection
    std::optional<std::chrono::sys_seconds> date{}; ///< for Date, unless the headers have one
};

/// Returns a response as bytes.
///
/// Adds Date, Content-Length and Connection (`close` or `keep-alive`). If there is a body and the
/// headers have no Content-Type, adds Content-Type: text/plain; charset=utf-8.
/// Fails with `errc::bad_header` for a status outside 200..599 or a malformed header, and with
/// `errc::reserved_header` for a header that Weft sets itself (Content-Length, Transfer-Encoding,
/// Connection).
[[nodiscard]] result<std::string> serialize(const http_response& response,
                                            const response_form& form);

/// Does the same without Date and with `Connection: close`.
[[nodiscard]] inline result<std::string> serialize(const http_response& response,
                                                   bool head_only = false) {
    return serialize(response, response_form{.head_only = head_only});
}

} // namespace weft
