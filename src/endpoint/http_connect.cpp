// SPDX-License-Identifier: MIT
// Sends a CONNECT request to an HTTP proxy and reads the response.
#include "endpoint/http_connect.hpp"

#include <algorithm>

#include <weft/core/base64.hpp>
#include <weft/core/error.hpp>

namespace weft {
namespace {

/// Limit on interim responses; more than this is treated as an attack.
constexpr int interim_max = 8;

/// RFC 9110 §7.1: the port is always given, even the scheme's default. The scope of an IPv6 address
/// is omitted, as it names an interface of this machine, not of the proxy. RFC 6874 §4.
std::string authority_of(const uri& target) {
    std::string host(target.host());
    const bool literal = host.find(':') != host.npos;
    if (literal) host.erase(std::min(host.find('%'), host.size()));
    return (literal ? '[' + host + ']' : host) + ':' + std::to_string(target.port());
}

std::string basic_credentials(const proxy& through) {
    const auto text = through.user + ':' + through.password;
    return base64_encode(std::as_bytes(std::span(text)));
}

} // namespace

http_connect::http_connect(const proxy& through, const uri& target) {
    const auto where = authority_of(target);
    say("CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\n");
    if (!through.user.empty()) { // RFC 7617 §2
        say("Proxy-Authorization: Basic " + basic_credentials(through) + "\r\n");
    }
    say("\r\n");
}

std::size_t http_connect::take(std::span<const std::byte> bytes) {
    const auto used = parser_.feed(bytes);
    switch (parser_.status()) {
    case http_head_parser::state::more: break;
    case http_head_parser::state::failed: {
        const bool malformed = parser_.error() == condition::protocol_error;
        end(malformed ? make_error_code(errc::bad_proxy_answer) : parser_.error());
        break;
    }
    case http_head_parser::state::done: judge(parser_.take_response()); break;
    }
    return used;
}

/// A successful response has no body, whatever its fields claim. RFC 9112 §6.3.
void http_connect::judge(const http_response_head& answer) {
    const int status = answer.status();
    if (status >= 200 && status < 300) {
        end();
    } else if (status == 407 || status == 401) { // tinyproxy sends 401 for bad credentials
        end(errc::proxy_authentication, status);
    } else if (status >= 200) {
        end(errc::proxy_refused, status);
    } else if (status == 101 || ++interim_count_ > interim_max) {
        end(errc::bad_proxy_answer, status);
    } else {
        parser_ = http_head_parser(http_kind::response);
    }
}

} // namespace weft
