// SPDX-License-Identifier: MIT
// Keys are PREFIX KIND ":" TOPIC, channels PREFIX "c" DATABASE ":" TOPIC. A publication is stored
// as KIND KEYLENGTH "\n" KEY DATA, and is published with OFFSET " " EPOCH " " in front.
#include "redis/redis_names.hpp"

#include <charconv>

namespace weft {

redis_names::redis_names(const redis_options& options)
    : prefix_(options.prefix),
      channels_(options.prefix + 'c' + std::to_string(options.database) + ':'),
      idle_(options.prefix + 'i' + std::to_string(options.database) + ':') {}

std::string redis_names::key(char kind, std::string_view topic) const {
    std::string made;
    made.reserve(prefix_.size() + 2 + topic.size());
    made += prefix_;
    made += kind;
    made += ':';
    made += topic;
    return made;
}

/// The length of the topic separates it from the key.
std::string redis_names::once(std::string_view topic, std::string_view by) const {
    std::string made = prefix_ + "o:" + std::to_string(topic.size()) + ':';
    made += topic;
    made += by;
    return made;
}

// --- patterns

std::string redis_pattern(std::string_view prefix) {
    std::string made;
    made.reserve(prefix.size() + 1);
    for (const char each : prefix) {
        if (std::string_view("*?[]\\^").find(each) != std::string_view::npos) made += '\\';
        made += each;
    }
    made += '*';
    return made;
}

void prefix_of_redis_pattern(std::string_view pattern, std::string& prefix) {
    prefix.clear();
    pattern.remove_suffix(1);
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
        prefix += pattern[at];
    }
}

// --- publications

std::string redis_body(const publication& what) {
    const std::string size = std::to_string(what.key.size());
    std::string made;
    made.reserve(what.size() + size.size() + 2);
    made += what.is_text ? 't' : 'b';
    made += size;
    made += '\n';
    made += what.key;
    made += what.data;
    return made;
}

std::optional<std::uint64_t> read_redis_number(std::string_view text) noexcept {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

std::optional<publication> read_redis_body(std::string_view body, position at) {
    const auto line_end = body.find('\n');
    if (line_end == body.npos || line_end < 2 || (body[0] != 't' && body[0] != 'b')) return {};
    const auto key_size = read_redis_number(body.substr(1, line_end - 1));
    const auto rest = body.substr(line_end + 1);
    if (!key_size || *key_size > rest.size()) return {};
    const auto split = static_cast<std::size_t>(*key_size);
    publication read;
    read.at = at;
    read.is_text = body[0] == 't';
    read.key = rest.substr(0, split);
    read.data = rest.substr(split);
    return read;
}

std::optional<publication> read_redis_message(std::string_view text) {
    const auto first = text.find(' ');
    if (first == text.npos) return {};
    const auto second = text.find(' ', first + 1);
    if (second == text.npos) return {};
    const auto offset = read_redis_number(text.substr(0, first));
    const auto epoch = read_redis_number(text.substr(first + 1, second - first - 1));
    if (!offset || !epoch) return {};
    return read_redis_body(text.substr(second + 1),
                           *offset == 0 ? position() : position{*offset, *epoch});
}

} // namespace weft
