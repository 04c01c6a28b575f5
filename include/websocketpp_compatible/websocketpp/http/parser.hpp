// SPDX-License-Identifier: MIT
// The common part of requests and responses: headers and a body, parsed from bytes or set.
#pragma once

#include <cstddef>
#include <istream>
#include <map>
#include <string>

#include <websocketpp/http/constants.hpp>
#include <websocketpp/utilities.hpp>

namespace weft {
class http_head_parser;
}

namespace websocketpp::http::parser {

/// Headers by name, whose case does not matter. Repeated headers are joined by ", ".
typedef std::map<std::string, std::string, utility::ci_less> header_list;

class parser {
public:
    std::string const& get_version() const { return version_; }
    void set_version(std::string const& version) { version_ = version; }

    /// Returns the value of a header; empty if there is none.
    std::string const& get_header(std::string const& key) const;

    /// Parses a header as a list with parameters. Returns true if it is malformed.
    bool get_header_as_plist(std::string const& key, parameter_list& out) const;

    /// Adds a header, or adds `value` to it after a comma.
    void append_header(std::string const& key, std::string const& value);
    void replace_header(std::string const& key, std::string const& value);
    void remove_header(std::string const& key);
    header_list const& get_headers() const { return headers_; }

    std::string const& get_body() const { return body_; }

    /// Sets the body and Content-Length; removes the header for an empty body.
    void set_body(std::string const& value);
    size_t get_max_body_size() const { return body_size_max_; }
    void set_max_body_size(size_t value) { body_size_max_ = value; }

    /// Parses a list with parameters. Returns true if it is malformed.
    bool parse_parameter_list(std::string const& text, parameter_list& out) const;

protected:
    enum class stage { head, body, done };

    parser() = default;
    ~parser() = default;

    /// Consumes bytes of a head and its body; `take_head` takes over the head.
    size_t consume_bytes(char const* bytes, size_t size, bool is_response);
    virtual void take_head(weft::http_head_parser& parsed) = 0;

    std::string raw_headers() const;

    stage stage_ = stage::head;
    size_t body_left_ = 0; ///< `to_the_end` for a body that ends with the stream

    static constexpr size_t to_the_end = static_cast<size_t>(-1);

private:
    void parse_head(bool is_response);

    std::string version_;
    std::string body_;
    std::string unparsed_;
    header_list headers_;
    size_t body_size_max_ = max_body_size;
};

} // namespace websocketpp::http::parser
