// SPDX-License-Identifier: MIT
// An HTTP response.
#pragma once

#include <istream>
#include <string>

#include <websocketpp/common/memory.hpp>
#include <websocketpp/http/parser.hpp>

namespace websocketpp::http::parser {

class response : public parser {
public:
    typedef response type;
    typedef lib::shared_ptr<type> ptr;

    /// Consumes bytes of a response and returns how many; fewer than `size` if it is complete.
    /// Without an error_code, throws http::exception for a malformed response.
    size_t consume(char const* bytes, size_t size, lib::error_code& ec) {
        return consume_bytes(bytes, size, true, ec);
    }

    /// Reads `in` until the response is complete. `ec` also reports `istream_bad`, and
    /// `istream_overread` if bytes after the response were read and are lost.
    size_t consume(std::istream& in, lib::error_code& ec);
    size_t consume(char const* bytes, size_t size) {
        lib::error_code ec;
        const size_t used = consume(bytes, size, ec);
        detail::throw_if_http(ec);
        return used;
    }
    size_t consume(std::istream& in) {
        lib::error_code ec;
        const size_t used = consume(in, ec);
        const bool of_stream = ec == error::istream_bad || ec == error::istream_overread;
        if (!of_stream) detail::throw_if_http(ec);
        return used;
    }

    bool ready() const { return stage_ == stage::done; }
    bool headers_ready() const { return stage_ != stage::head; }

    /// Returns the response as bytes.
    std::string raw() const;

    lib::error_code set_status(status_code::value code);
    lib::error_code set_status(status_code::value code, std::string const& message);
    status_code::value get_status_code() const { return code_; }
    std::string const& get_status_msg() const { return message_; }

private:
    void take_head(weft::http_head_parser& parsed) override;

    std::string message_;
    status_code::value code_ = status_code::uninitialized;
};

} // namespace websocketpp::http::parser
