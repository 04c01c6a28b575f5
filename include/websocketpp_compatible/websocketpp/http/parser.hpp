// SPDX-License-Identifier: MIT
// The common part of requests and responses: headers and a body, parsed from bytes or set.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <istream>
#include <map>
#include <sstream>
#include <string>

#include <websocketpp/detail/extract.hpp>
#include <websocketpp/http/constants.hpp>
#include <websocketpp/utilities.hpp>

namespace weft {
class http_head_parser;
}

namespace websocketpp::http::parser {

namespace body_encoding {

enum value { unknown, plain, chunked };

} // namespace body_encoding

/// Headers by name, whose case does not matter. Repeated headers are joined by ", ".
typedef std::map<std::string, std::string, utility::ci_less> header_list;

/// The functions that change a message throw http::exception if it would become malformed. Those
/// that take an error_code report the error there instead, and change nothing. The others return an
/// error_code for programs written for versions after 0.8.2; only `remove_header` returns errors.
class parser {
public:
    parser() = default;
    virtual ~parser() = default;

    std::string const& get_version() const { return version_; }
    lib::error_code set_version(std::string const& version) {
        version_ = version;
        return {};
    }

    /// Returns the value of a header; empty if there is none.
    std::string const& get_header(std::string const& key) const;

    /// Parses a header as a list with parameters. Returns true if it is malformed.
    bool get_header_as_plist(std::string const& key, parameter_list& out) const;

    /// Adds a header, or adds `value` to it after a comma.
    lib::error_code append_header(std::string const& key, std::string const& value) {
        lib::error_code ec;
        append_header(key, value, ec);
        detail::throw_if_http(ec);
        return ec;
    }
    void append_header(std::string const& key, std::string const& value, lib::error_code& ec);
    lib::error_code replace_header(std::string const& key, std::string const& value) {
        lib::error_code ec;
        replace_header(key, value, ec);
        detail::throw_if_http(ec);
        return ec;
    }
    void replace_header(std::string const& key, std::string const& value, lib::error_code& ec);

    /// Never throws: without an error_code, returns the error.
    lib::error_code remove_header(std::string const& key) {
        lib::error_code ec;
        remove_header(key, ec);
        return ec;
    }
    void remove_header(std::string const& key, lib::error_code& ec);
    header_list const& get_headers() const { return headers_; }

    std::string const& get_body() const { return body_; }

    /// Sets the body and Content-Length; removes the header for an empty body. The form with an
    /// error_code refuses a body that exceeds `get_max_body_size`.
    lib::error_code set_body(std::string value);
    void set_body(std::string value, lib::error_code& ec);
    size_t get_max_body_size() const { return body_size_max_; }
    void set_max_body_size(size_t value) { body_size_max_ = value; }

    /// Parses a list with parameters. Returns true if it is malformed.
    bool parse_parameter_list(std::string const& text, parameter_list& out) const;

protected:
    enum class stage { head, body, done };

    parser(parser const&) = default;
    parser& operator=(parser const&) = default;

    /// Consumes bytes of a head and its body; `take_head` takes over the head. Returns how many,
    /// and 0 with an error.
    size_t consume_bytes(char const* bytes, size_t size, bool is_response, lib::error_code& ec);
    virtual void take_head(weft::http_head_parser&) {}

    std::string raw_headers() const;

    stage stage_ = stage::head;
    size_t body_left_ = 0; ///< in bytes; `to_the_end` for a body that ends with the stream

    static constexpr size_t to_the_end = static_cast<size_t>(-1);

private:
    lib::error_code parse_head(bool is_response);

    std::string version_;
    std::string body_;
    std::string unparsed_;
    header_list headers_;
    size_t body_size_max_ = max_body_size;
};

} // namespace websocketpp::http::parser
