// SPDX-License-Identifier: MIT
// HTTP/1.1 heads (RFC 9112): an incremental parser, the request and response heads it yields, and
// the responses that an application answers. Knows nothing of WebSocket.
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

/// What both kinds of heads have: the text they own, and the header lines in it.
///
/// All views point into the head and live as long as it does, moves excepted: moving a head
/// may end its views.
class http_head {
public:
    /// The first header of this name, in any case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;

    /// How many headers have this name.
    [[nodiscard]] std::size_t header_count(std::string_view name) const noexcept;

    /// All headers, in their order.
    [[nodiscard]] std::vector<http_field_view> headers() const;

    /// How many header lines there are.
    [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }

    /// The header line at `index`, which is less than `size()`.
    [[nodiscard]] http_field_view at(std::size_t index) const noexcept;

    /// Bytes of the whole head, with all line ends.
    [[nodiscard]] std::size_t byte_count() const noexcept { return text_.size(); }

    /// Bytes of memory that it owns.
    [[nodiscard]] std::size_t memory_used() const noexcept {
        return text_.capacity() + lines_.capacity() * sizeof(line);
    }

    /// The 1 in HTTP/1.1; a head of another major version is never yielded.
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

/// A request: what a peer asked for. It owns its text.
class http_request : public http_head {
public:
    /// A request that somebody else has parsed, with its headers in their order.
    ///
    /// Fails like the parser with what no head could have held: `bad_request`, or
    /// `bad_http_version` for a minor version that is no digit.
    static result<http_request> make(std::string_view method, std::string_view target,
                                     const http_fields& headers, int version_minor = 1);

    [[nodiscard]] std::string_view method() const noexcept { return text(first_); }

    /// The request target as it was sent: `/path?query`, `http://host/path?query` or `*`.
    [[nodiscard]] std::string_view target() const noexcept { return text(second_); }

    /// The target's path, still percent-encoded; "/" when an absolute target has none.
    [[nodiscard]] std::string_view path() const noexcept;

    /// What follows the target's question mark, still percent-encoded; often empty.
    [[nodiscard]] std::string_view query() const noexcept;

    /// The value for `key` in the query, both percent-decoded and with `+` as a space; empty for a
    /// key without `=`. The first one when there are several; nothing when its encoding is broken.
    [[nodiscard]] std::optional<std::string> query_value(std::string_view key) const;

    /// The Host header, or the host of an absolute target, which comes first (RFC 9112 §3.2.2);
    /// empty when there is neither.
    [[nodiscard]] std::string_view host() const noexcept;

    /// The Origin header; nothing for a client that is not a browser.
    [[nodiscard]] std::optional<std::string_view> origin() const noexcept {
        return header("Origin");
    }

    /// The first cookie of this name, without quotes around its value. RFC 6265 §4.2.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;

    /// The body, when whoever reads the request has filled it in.
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

/// What a head may cost.
struct http_limits {
    std::size_t bytes = 16 * 1024; ///< the whole head, with all line ends
    std::size_t count = 100;       ///< header lines
};

/// Parses one head that arrives in pieces.
///
/// Strict, since leniency is what request smuggling lives on: lines end with CR LF, a name is a
/// token with the colon directly behind it, no folded lines in requests, no NUL. In a response a
/// fold becomes spaces (RFC 9112 §5.2); a few empty lines before a request are skipped (§2.2).
/// Work is linear in the bytes, and a limit is noticed at the byte that exceeds it.
class http_head_parser {
public:
    enum class state : std::uint8_t { more, done, failed };

    explicit http_head_parser(http_kind kind, http_limits limits = {});

    /// Consumes bytes up to and including the blank line that ends the head.
    ///
    /// Returns how many it consumed: fewer than it was given only when `status()` is no longer
    /// `more`, then the rest belongs to what follows the head.
    [[nodiscard]] std::size_t feed(std::span<const std::byte> bytes);

    [[nodiscard]] state status() const noexcept { return state_; }

    /// Whether a head has begun: not so after empty lines alone.
    [[nodiscard]] bool begun() const noexcept { return !head_.text_.empty(); }

    /// Why it failed: `bad_request`, `bad_response`, `bad_http_version` (a major version other than
    /// 1), `header_too_large` or `too_many_headers`.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

    /// Bytes of memory that the head in progress owns.
    [[nodiscard]] std::size_t memory_used() const noexcept { return head_.memory_used(); }

    /// The head, once `done`; takes it out, so call it once, and the one of the parser's kind.
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
    int blank_lines_ = 0;
    std::error_code error_;
    http_kind kind_;
    state state_ = state::more;
};

/// What an application answers to a request.
struct http_response {
    int status = 200;
    http_fields headers = {};
    std::string body = {};
};

/// The reason phrase for a status, such as "Not Found"; never empty.
[[nodiscard]] std::string http_reason(int status);

/// A date as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT". RFC 9110 §5.6.7.
[[nodiscard]] std::string http_date(std::chrono::sys_seconds when);

/// How a response is sent.
struct response_form {
    bool head_only = false;  ///< without the body, as for HEAD
    bool keep_alive = false; ///< another response may follow on the connection
    std::optional<std::chrono::sys_seconds> date{}; ///< for Date, unless that is in the headers
};

/// The bytes of a response.
///
/// Adds Date, Content-Length, Connection (`close` or `keep-alive`) and, when there is a body and
/// no other, Content-Type: text/plain; charset=utf-8.
/// Fails with `errc::bad_header` for a status outside 200..599 and for a header that would break
/// the response, and with `errc::reserved_header` for one that would frame it in another way
/// (Content-Length, Transfer-Encoding, Connection).
[[nodiscard]] result<std::string> serialize(const http_response& response,
                                            const response_form& form);

/// The same without Date, and the connection is closed behind it.
[[nodiscard]] inline result<std::string> serialize(const http_response& response,
                                                   bool head_only = false) {
    return serialize(response, response_form{.head_only = head_only});
}

} // namespace weft
