// SPDX-License-Identifier: MIT
// Parses and writes the lines of recordings.
#include <weft/testing/recording.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <system_error>
#include <utility>

#include <weft/core/base64.hpp>

namespace weft::testing {
namespace {

using event_kind = recorded_event::kind;

using event_name = std::pair<event_kind, std::string_view>;

constexpr std::array<event_name, 6> event_names{
    {{event_kind::open, "open"},
     {event_kind::from_client, "client"},
     {event_kind::from_server, "server"},
     {event_kind::client_ended, "client-end"},
     {event_kind::server_ended, "server-end"},
     {event_kind::close, "close"}}};

constexpr std::size_t time_digits = 9;

bool has_bytes(event_kind what) {
    return what == event_kind::from_client || what == event_kind::from_server;
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t value = 0; value < table.size(); ++value) {
        std::uint32_t sum = value;
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1U) != 0 ? 0xedb88320 : 0);
        table[value] = sum;
    }
    return table;
}

/// The CRC-32 of zlib and gzip.
std::uint32_t checksum(std::span<const std::byte> bytes) {
    static constexpr auto table = make_crc_table();
    std::uint32_t sum = 0xffffffff;
    for (const auto one : bytes) {
        sum = (sum >> 8) ^ table[(sum ^ std::to_integer<std::uint32_t>(one)) & 0xffU];
    }
    return ~sum;
}

std::string hexadecimal(std::uint32_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(8, '0');
    for (auto place = text.rbegin(); place != text.rend(); ++place, number >>= 4) {
        *place = digits[number & 0xfU];
    }
    return text;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = !text.empty() && end == text.data() + text.size();
    if (!whole || error != std::errc()) return std::nullopt;
    return number;
}

std::optional<duration> parse_time(std::string_view text) {
    constexpr std::uint64_t century = 100ULL * 366 * 24 * 3600;
    const auto point = std::min(text.find('.'), text.size());
    const auto whole = parse_number<std::uint64_t>(text.substr(0, point));
    std::string part(text.substr(std::min(point + 1, text.size())));
    if (part.size() > time_digits || !whole || *whole > century) return std::nullopt;
    if (point != text.size() && part.empty()) return std::nullopt;
    part.resize(time_digits, '0');
    const auto nanoseconds = parse_number<std::uint64_t>(part);
    if (!nanoseconds) return std::nullopt;
    return std::chrono::duration_cast<duration>(std::chrono::seconds(*whole) +
                                                std::chrono::nanoseconds(*nanoseconds));
}

std::string written_time(duration time) {
    const auto all = std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
    constexpr long long billion = 1'000'000'000;
    std::string part = std::to_string(all % billion);
    part.insert(0, time_digits - part.size(), '0');
    return std::to_string(all / billion) + '.' + part;
}

/// Removes the first word and the space after it from `rest`, and returns the word.
std::string_view take_word(std::string_view& rest) {
    const auto end = std::min(rest.find(' '), rest.size());
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

/// Parses the lines one by one, and checks what follows what.
class parser {
public:
    /// Returns what is wrong with a line; empty if nothing.
    std::string take(std::string_view line);

    recording made;

private:
    std::string check(const recorded_event& one);

    std::set<std::uint64_t> opened_;
    std::set<std::uint64_t> closed_;
};

std::string parser::take(std::string_view line) {
    recorded_event one;
    const auto time = parse_time(take_word(line));
    if (!time) return "does not begin with a time, such as 1.5";
    one.at = *time;
    const auto number = parse_number<std::uint64_t>(take_word(line));
    if (!number || *number == 0) return "has no number of a connection after the time";
    one.connection = *number;
    const auto event = take_word(line);
    const auto* known = std::ranges::find(event_names, event, &event_name::second);
    if (known == event_names.end()) return "has an unknown event";
    one.what = known->first;
    if (has_bytes(one.what)) {
        auto bytes = base64_decode(take_word(line));
        if (!bytes || bytes->empty()) return "has no bytes in base64";
        one.bytes = std::move(*bytes);
        const auto sum = take_word(line);
        if (!sum.empty() && sum != hexadecimal(checksum(one.bytes))) {
            return "the bytes do not match their checksum";
        }
    }
    if (!line.empty()) return "has more than the event needs";
    if (auto fault = check(one); !fault.empty()) return fault;
    made.events.push_back(std::move(one));
    return {};
}

std::string parser::check(const recorded_event& one) {
    if (!made.events.empty() && one.at < made.events.back().at) {
        return "is earlier than the line before";
    }
    if (one.what == event_kind::open) {
        return opened_.insert(one.connection).second ? "" : "opens a connection a second time";
    }
    if (!opened_.contains(one.connection)) return "is about a connection that is not open";
    if (closed_.contains(one.connection)) return "is about a connection that was closed";
    if (one.what == event_kind::close) closed_.insert(one.connection);
    return {};
}

std::string head_fault(std::string_view text) {
    constexpr std::string_view title = "weft-recording ";
    const auto expected = recording_head.substr(0, recording_head.size() - 1);
    if (text == expected) return "line 1: is cut off";
    if (text.starts_with(std::string(expected) + "\r\n")) {
        return "line 1: has a carriage return at its end";
    }
    if (text.starts_with(title)) {
        return "line 1: another version of the format than " +
            std::string(recording_head.substr(title.size(), 1));
    }
    return text.empty() ? "it is empty" : "it is not a recording of weft";
}

} // namespace

std::vector<std::uint64_t> recording::connections() const {
    std::vector<std::uint64_t> all;
    for (const auto& one : events) {
        if (one.what == event_kind::open) all.push_back(one.connection);
    }
    return all;
}

std::vector<std::byte> recording::received(std::uint64_t connection,
                                           recorded_event::kind from) const {
    std::vector<std::byte> all;
    for (const auto& one : events) {
        if (one.connection != connection || one.what != from) continue;
        all.insert(all.end(), one.bytes.begin(), one.bytes.end());
    }
    return all;
}

std::string to_line(const recorded_event& what) {
    const auto* known = std::ranges::find(event_names, what.what, &event_name::first);
    std::string line =
        written_time(what.at) + ' ' + std::to_string(what.connection) + ' ';
    line += known->second;
    if (has_bytes(what.what)) {
        line += ' ' + base64_encode(what.bytes) + ' ' + hexadecimal(checksum(what.bytes));
    }
    return line + '\n';
}

std::optional<recording> parse_recording(std::string_view text, std::string& fault) {
    fault.clear();
    if (!text.starts_with(recording_head)) {
        fault = head_fault(text);
        return std::nullopt;
    }
    text.remove_prefix(recording_head.size());
    parser lines;
    for (std::size_t number = 2; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        const bool skipped = line.empty() || line.starts_with('#');
        fault = end == text.npos ? "is cut off" : skipped ? "" : lines.take(line);
        if (!fault.empty()) {
            fault = "line " + std::to_string(number) + ": " + fault;
            return std::nullopt;
        }
        text.remove_prefix(end + 1);
    }
    return std::move(lines.made);
}

} // namespace weft::testing
