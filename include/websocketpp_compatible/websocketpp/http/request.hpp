// SPDX-License-Identifier: MIT
// An HTTP request.
#pragma once

#include <string>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/http/parser.hpp>

namespace websocketpp::http::parser {

class request : public parser {
public:
    typedef request type;
    typedef lib::shared_ptr<type> ptr;

    virtual ~request() = default;

    /// Consumes bytes of a request and returns how many; fewer than `size` if it is complete.
    /// Throws http::exception for a malformed request.
    size_t consume(char const* bytes, size_t size) { return consume_bytes(bytes, size, false); }

    bool ready() const { return stage_ == stage::done; }

    /// Return the request, or its head, as bytes.
    std::string raw() const;
    std::string raw_head() const;

    void set_method(std::string const& method);
    std::string const& get_method() const { return method_; }
    void set_uri(std::string const& target) { target_ = target; }
    std::string const& get_uri() const { return target_; }

private:
    void take_head(weft::http_head_parser& parsed) override;

    std::string method_;
    std::string target_;
};

} // namespace websocketpp::http::parser
