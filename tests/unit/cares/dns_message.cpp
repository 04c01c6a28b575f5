// SPDX-License-Identifier: MIT
// Queries read, responses written.
#include "dns_message.hpp"

#include <algorithm>

#include <weft/core/address.hpp>

namespace weft::testing::dns {
namespace {

constexpr std::size_t header_size = 12;
constexpr unsigned truncation = 0x02;

std::string encoded_name(std::string_view name) {
    std::string bytes;
    while (!name.empty()) {
        const auto label = name.substr(0, name.find('.'));
        bytes += static_cast<char>(label.size());
        bytes += label;
        name.remove_prefix(std::min(label.size() + 1, name.size()));
    }
    return bytes + '\0';
}

std::string record(std::string_view name, std::uint16_t kind, const std::string& data) {
    const std::string class_and_lifetime("\0\1\0\0\0\x3c", 6);
    return encoded_name(name) + two_bytes(kind) + class_and_lifetime + two_bytes(data.size()) +
           data;
}

std::string header(const query& to, unsigned flags, unsigned code, std::size_t answers) {
    return to.id + static_cast<char>(0x81 | flags) + static_cast<char>(0x80 | code) +
           two_bytes(1) + two_bytes(answers) + two_bytes(0) + two_bytes(0) + to.question;
}

} // namespace

std::string two_bytes(std::size_t number) {
    return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

query parse_query(std::string_view bytes) {
    query asked;
    asked.id = bytes.substr(0, 2);
    std::size_t at = header_size;
    while (bytes.at(at) != '\0') {
        const auto length = static_cast<std::size_t>(bytes[at]);
        if (!asked.name.empty()) asked.name += '.';
        asked.name += bytes.substr(at + 1, length);
        at += length + 1;
    }
    asked.type = static_cast<std::uint8_t>(bytes.at(at + 2));
    asked.question = bytes.substr(header_size, at + 5 - header_size);
    return asked;
}

std::string reply(const query& to, const std::vector<std::string>& addresses,
                  std::string_view cname) {
    const std::string_view owner = cname.empty() ? std::string_view(to.name) : cname;
    const auto wanted = to.type == type::a ? address::family::ipv4 : address::family::ipv6;
    std::string answers;
    std::size_t count = 0;
    if (!cname.empty()) {
        answers += record(to.name, type::cname, encoded_name(cname));
        ++count;
    }
    for (const auto& text : addresses) {
        const auto one = *address::parse(text, 0);
        if (one.kind() != wanted) continue;
        const std::size_t size = to.type == type::a ? 4 : 16;
        answers += record(owner, to.type,
                          {reinterpret_cast<const char*>(one.bytes().data()), size});
        ++count;
    }
    return header(to, 0, 0, count) + answers;
}

std::string error_reply(const query& to, rcode why) {
    return header(to, 0, why, 0);
}

std::string truncated_reply(const query& to) {
    return header(to, truncation, 0, 0);
}

} // namespace weft::testing::dns
