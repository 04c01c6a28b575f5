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

    /// Consumes bytes of a request and returns how many; fewer than `size` if it is complete.
    /// Without an error_code, throws http::exception for a malformed request.
    size_t consume(char const* bytes, size_t size, lib::error_code& ec) {
        return consume_bytes(bytes, size, false, ec);
    }
    size_t consume(char const* bytes, size_t size) {
        lib::error_code ec;
        const size_t used = consume(bytes, size, ec);
        detail::throw_if_http(ec);
        return used;
    }

    bool ready() const { return stage_ == stage::done; }

    /// Return the request, or its head, as bytes.
    std::string raw() const;
    std::string raw_head() const;

    lib::error_code set_method(std::string const& method) {
        lib::error_code ec;
        set_method(method, ec);
        detail::throw_if_http(ec);
        return ec;
    }
    void set_method(std::string const& method, lib::error_code& ec);
    std::string const& get_method() const { return method_; }
    lib::error_code set_uri(std::string const& target) {
        target_ = target;
        return {};
    }
    std::string const& get_uri() const { return target_; }

private:
    void take_head(weft::http_head_parser& parsed) override;

    std::string method_;
    std::string target_;
};

} // namespace websocketpp::http::parser
