// SPDX-License-Identifier: MIT
// Parses both forms of the header: a line of text, and a binary one.
#include "endpoint/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace weft {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t line_max = 107; // §2.1, including the line ending
constexpr std::string_view line_begin = "PROXY ";
constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv; // §2.2
constexpr std::size_t prefix_size = 16;

std::string_view next_word(std::string_view& line) noexcept {
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

std::optional<std::uint16_t> port_of(std::string_view word) noexcept {
    std::uint16_t port = 0;
    const auto* const end = word.data() + word.size();
    const auto read = std::from_chars(word.data(), end, port);
    const bool plain = word == "0" || !word.starts_with('0');
    if (read.ec != std::errc{} || read.ptr != end || !plain) return std::nullopt;
    return port;
}

std::optional<address> address_of(std::string_view host, std::string_view port,
                                  address::family expected) {
    const auto number = port_of(port);
    if (!number || host.starts_with('[')) return std::nullopt;
    const auto parsed = address::parse(host, *number);
    if (!parsed || parsed->kind() != expected || parsed->scope() != 0) return std::nullopt;
    return *parsed;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> octets(std::string_view at) noexcept {
    std::array<std::uint8_t, Size> all{};
    std::copy_n(at.begin(), Size, all.begin());
    return all;
}

} // namespace

std::size_t proxy_header::feed(std::span<const std::byte> bytes) {
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::size_t used = 0;
    while (state_ == state::more && used < all.size()) {
        if (held_.empty()) {
            held_.push_back(all[used++]);
            if (!is_text() && held_.front() != signature.front()) end(false);
        } else {
            used += is_text() ? take_line(all.substr(used)) : take_binary(all.substr(used));
        }
    }
    return used;
}

/// Detects a wrong beginning at its first wrong byte, and an overlong line when it reaches the
/// limit.
std::size_t proxy_header::take_line(std::string_view bytes) {
    const auto end_of_line = bytes.find('\n');
    const auto whole = end_of_line == bytes.npos ? bytes.size() : end_of_line + 1;
    const auto count = std::min(whole, line_max - held_.size());
    held_.append(bytes.substr(0, count));
    const auto begun = std::min(held_.size(), line_begin.size());
    if (held_.compare(0, begun, line_begin, 0, begun) != 0) {
        end(false);
    } else if (held_.ends_with('\n')) {
        judge_line();
    } else if (held_.size() == line_max) {
        end(false);
    }
    return count;
}

void proxy_header::judge_line() {
    std::string_view line = held_;
    if (!line.ends_with("\r\n")) return end(false);
    line.remove_suffix(2);
    line.remove_prefix(line_begin.size());
    const auto protocol = next_word(line);
    if (protocol == "UNKNOWN") return end(true); // the rest is ignored
    const bool is_ipv6 = protocol == "TCP6";
    const auto family = is_ipv6 ? address::family::ipv6 : address::family::ipv4;
    const auto from = next_word(line);
    const auto to = next_word(line);
    const auto from_port = next_word(line);
    const auto source = address_of(from, from_port, family);
    const bool known = is_ipv6 || protocol == "TCP4";
    if (!known || !source || !address_of(to, line, family)) return end(false);
    source_ = source;
    end(true);
}

/// Returns the size of the header; until its length has arrived, the size of the fixed part.
std::size_t proxy_header::wanted() const noexcept {
    if (held_.size() < prefix_size) return prefix_size;
    const auto high = static_cast<unsigned char>(held_[14]);
    const auto low = static_cast<unsigned char>(held_[15]);
    return prefix_size + high * std::size_t{256} + low;
}

std::size_t proxy_header::take_binary(std::string_view bytes) {
    const auto count = std::min(bytes.size(), wanted() - held_.size());
    held_.append(bytes.substr(0, count));
    const auto begun = std::min(held_.size(), signature.size());
    if (held_.compare(0, begun, signature, 0, begun) != 0 || wanted() > size_max) {
        end(false);
    } else if (held_.size() >= prefix_size && held_.size() == wanted()) {
        judge_binary();
    }
    return count;
}

void proxy_header::judge_binary() {
    const auto command = static_cast<unsigned char>(held_[12]);
    const auto kind = static_cast<unsigned char>(held_[13]);
    const std::string_view content = std::string_view(held_).substr(prefix_size);
    const auto port_at = [&](std::size_t place) {
        const auto both = octets<2>(content.substr(place));
        return static_cast<std::uint16_t>(both[0] << 8 | both[1]);
    };
    constexpr unsigned local = 0x20;
    constexpr unsigned proxied = 0x21;
    if (command == local) return end(true);
    if (command != proxied) return end(false);
    switch (kind) {
    case 0x00: return end(true); // unspecified
    case 0x11:                   // TCP over IPv4
        if (content.size() < 12) return end(false);
        source_ = address::ipv4(octets<4>(content), port_at(8));
        return end(true);
    case 0x21: // TCP over IPv6
        if (content.size() < 36) return end(false);
        source_ = address::ipv6(octets<16>(content), port_at(32));
        return end(true);
    case 0x31: return end(content.size() >= 216); // a Unix-domain socket on the proxy's machine
    default: return end(false);
    }
}

} // namespace weft
