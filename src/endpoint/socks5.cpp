// SPDX-License-Identifier: MIT
// The messages of SOCKS5: builds those of the client and parses those of the proxy.
#include "endpoint/socks5.hpp"

#include <algorithm>

#include <weft/core/address.hpp>
#include <weft/core/error.hpp>

namespace weft {
namespace {

constexpr char version = 5;
constexpr char credentials_version = 1;
constexpr unsigned no_credentials = 0;
constexpr unsigned with_credentials = 2;
constexpr unsigned none_will_do = 0xff;
constexpr unsigned ipv4_type = 1;
constexpr unsigned name_type = 3;
constexpr unsigned ipv6_type = 4;
constexpr std::size_t reply_begin = 5; // up to the first byte of the address

void append_counted(std::string& text, std::string_view part) {
    text.push_back(static_cast<char>(part.size()));
    text.append(part);
}

/// RFC 1928 §5: appends a numeric address as bytes, without its IPv6 scope (an interface of this
/// machine), or a host name, which the proxy looks up.
void append_host(std::string& text, std::string_view host) {
    if (host.find(':') != host.npos) host = host.substr(0, host.find('%'));
    const auto numeric = address::parse(host, 0);
    if (!numeric) {
        text.push_back(static_cast<char>(name_type));
        return append_counted(text, host);
    }
    const bool is_ipv4 = numeric->kind() == address::family::ipv4;
    text.push_back(static_cast<char>(is_ipv4 ? ipv4_type : ipv6_type));
    const auto* const bytes = reinterpret_cast<const char*>(numeric->bytes().data());
    text.append(bytes, is_ipv4 ? 4 : 16);
}

/// RFC 1928 §6.
std::error_code meaning_of(unsigned code) noexcept {
    switch (code) {
    case 3: return std::make_error_code(std::errc::network_unreachable);
    case 4: return std::make_error_code(std::errc::host_unreachable);
    case 5: return std::make_error_code(std::errc::connection_refused);
    case 6: return std::make_error_code(std::errc::timed_out);
    default: return errc::proxy_refused;
    }
}

} // namespace

socks5::socks5(const proxy& through, const uri& target) {
    request_ = {version, 1, 0}; // CONNECT
    append_host(request_, target.host());
    request_.push_back(static_cast<char>(target.port() >> 8));
    request_.push_back(static_cast<char>(target.port() & 0xff));
    if (through.user.empty()) {
        say({"\x05\x01\x00", 3});
        return;
    }
    credentials_.push_back(credentials_version);
    append_counted(credentials_, through.user);
    append_counted(credentials_, through.password);
    say({"\x05\x02\x00\x02", 4});
}

std::size_t socks5::take(std::span<const std::byte> bytes) {
    const auto count = std::min(bytes.size(), wanted() - held_.size());
    held_.append(reinterpret_cast<const char*>(bytes.data()), count);
    if (held_.size() == wanted()) judge();
    return count;
}

/// Returns the size of the proxy's current message, as far as it is known yet. Does not wait for
/// the address in a reply that refuses or is malformed.
std::size_t socks5::wanted() const noexcept {
    if (step_ != step::reply) return 2;
    if (held_.size() < reply_begin || at(0) != version || at(1) != 0) return reply_begin;
    constexpr std::size_t before = 4;
    constexpr std::size_t port = 2;
    switch (at(3)) {
    case ipv4_type: return before + 4 + port;
    case ipv6_type: return before + 16 + port;
    case name_type: return before + 1 + at(4) + port;
    default: return reply_begin;
    }
}

void socks5::judge() {
    const unsigned expected = step_ == step::credentials ? credentials_version : version;
    if (at(0) != expected) return end(errc::bad_proxy_answer);
    switch (step_) {
    case step::method: judge_method(at(1)); break;
    case step::credentials:
        if (at(1) != 0) return end(errc::proxy_authentication);
        say(request_);
        step_ = step::reply;
        break;
    case step::reply: return judge_reply(at(1));
    }
    held_.clear();
}

void socks5::judge_method(unsigned chosen) {
    if (chosen == none_will_do) return end(errc::proxy_authentication);
    const bool offered = chosen == no_credentials ||
        (chosen == with_credentials && !credentials_.empty());
    if (!offered) return end(errc::bad_proxy_answer);
    say(chosen == no_credentials ? request_ : credentials_);
    step_ = chosen == no_credentials ? step::reply : step::credentials;
}

void socks5::judge_reply(unsigned code) {
    if (code != 0) return end(meaning_of(code));
    const unsigned type = at(3);
    const bool known = type == ipv4_type || type == ipv6_type || type == name_type;
    end(known ? std::error_code() : errc::bad_proxy_answer);
}

} // namespace weft
