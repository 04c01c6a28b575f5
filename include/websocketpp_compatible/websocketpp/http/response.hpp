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

    virtual ~response() = default;

    /// Consumes bytes of a response and returns how many; fewer than `size` if it is complete.
    /// Throws http::exception for a malformed response.
    size_t consume(char const* bytes, size_t size) { return consume_bytes(bytes, size, true); }
    size_t consume(std::istream& in);

    bool ready() const { return stage_ == stage::done; }
    bool headers_ready() const { return stage_ != stage::head; }

    /// Returns the response as bytes.
    std::string raw() const;

    void set_status(status_code::value code);
    void set_status(status_code::value code, std::string const& message);
    status_code::value get_status_code() const { return code_; }
    std::string const& get_status_msg() const { return message_; }

private:
    void take_head(weft::http_head_parser& parsed) override;

    std::string message_;
    status_code::value code_ = status_code::uninitialized;
};

} // namespace websocketpp::http::parser
