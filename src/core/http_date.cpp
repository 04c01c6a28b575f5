// SPDX-License-Identifier: MIT
// Parses the three forms of dates in HTTP, and Retry-After.
#include <weft/core/http_date.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace weft {
namespace {

constexpr std::chrono::seconds longest_wait = std::chrono::hours(24 * 365);

bool is_decimal(char byte) noexcept {
    return byte >= '0' && byte <= '9';
}

/// Reads one date from left to right. After something unexpected, nothing matches any more.
class date_reader {
public:
    explicit date_reader(std::string_view text) noexcept : rest_(text) {}

    [[nodiscard]] bool complete() const noexcept { return good_ && rest_.empty(); }

    date_reader& literal(std::string_view expected) noexcept {
        good_ = good_ && rest_.starts_with(expected);
        if (good_) rest_.remove_prefix(expected.size());
        return *this;
    }

    date_reader& number(std::size_t digits, int& value) noexcept {
        good_ = good_ && rest_.size() >= digits &&
            std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(digits),
                        is_decimal);
        if (!good_) return *this;
        value = 0;
        for (const char digit : rest_.substr(0, digits)) value = value * 10 + (digit - '0');
        rest_.remove_prefix(digits);
        return *this;
    }

    /// A day of asctime's format: two digits, or a space and one digit.
    date_reader& padded_day(int& value) noexcept {
        if (!rest_.starts_with(' ')) return number(2, value);
        return literal(" ").number(1, value);
    }

    date_reader& month(int& value) noexcept {
        constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        const auto found = std::find(names.begin(), names.end(), rest_.substr(0, 3));
        good_ = good_ && found != names.end();
        if (!good_) return *this;
        value = static_cast<int>(found - names.begin()) + 1;
        rest_.remove_prefix(3);
        return *this;
    }

    date_reader& time(int& hour, int& minute, int& second) noexcept {
        return number(2, hour).literal(":").number(2, minute).literal(":").number(2, second);
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

/// The fields of a date, as read.
struct date_fields {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;

    [[nodiscard]] std::optional<std::chrono::sys_seconds> time() const {
        const std::chrono::year_month_day date{std::chrono::year(year),
                                               std::chrono::month(static_cast<unsigned>(month)),
                                               std::chrono::day(static_cast<unsigned>(day))};
        if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
        return std::chrono::sys_days(date) + std::chrono::hours(hour) +
            std::chrono::minutes(minute) + std::chrono::seconds(second);
    }
};

/// "Sun, 06 Nov 1994 08:49:37 GMT"
bool read_fixdate(std::string_view after_day, date_fields& to) noexcept {
    return date_reader(after_day)
        .literal(", ")
        .number(2, to.day)
        .literal(" ")
        .month(to.month)
        .literal(" ")
        .number(4, to.year)
        .literal(" ")
        .time(to.hour, to.minute, to.second)
        .literal(" GMT")
        .complete();
}

/// "Sunday, 06-Nov-94 08:49:37 GMT"
bool read_rfc850(std::string_view after_day, date_fields& to) noexcept {
    const bool read = date_reader(after_day)
                          .literal(", ")
                          .number(2, to.day)
                          .literal("-")
                          .month(to.month)
                          .literal("-")
                          .number(2, to.year)
                          .literal(" ")
                          .time(to.hour, to.minute, to.second)
                          .literal(" GMT")
                          .complete();
    to.year += to.year < 70 ? 2000 : 1900;
    return read;
}

/// "Sun Nov  6 08:49:37 1994"
bool read_asctime(std::string_view after_day, date_fields& to) noexcept {
    return date_reader(after_day)
        .literal(" ")
        .month(to.month)
        .literal(" ")
        .padded_day(to.day)
        .literal(" ")
        .time(to.hour, to.minute, to.second)
        .literal(" ")
        .number(4, to.year)
        .complete();
}

} // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
    constexpr std::array<std::string_view, 7> days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
    const auto name = text.substr(0, std::min(text.find_first_of(", "), text.size()));
    const auto rest = text.substr(name.size());
    const auto is_day = [&](std::string_view day) {
        return name == day || name == day.substr(0, 3);
    };
    if (std::none_of(days.begin(), days.end(), is_day)) return std::nullopt;
    date_fields fields;
    const bool short_name = name.size() == 3;
    const bool read = short_name ? read_fixdate(rest, fields) || read_asctime(rest, fields = {})
                                 : read_rfc850(rest, fields);
    return read ? fields.time() : std::nullopt;
}

std::optional<duration> retry_after(const http_head& response, std::chrono::sys_seconds now) {
    const auto value = response.header("Retry-After");
    if (!value || value->empty()) return std::nullopt;
    std::chrono::seconds wait{0};
    if (std::all_of(value->begin(), value->end(), is_decimal)) {
        for (const char digit : *value) {
            wait = std::min(longest_wait, wait * 10 + std::chrono::seconds(digit - '0'));
        }
    } else {
        const auto date = parse_http_date(*value);
        if (!date) return std::nullopt;
        wait = std::clamp(*date - now, std::chrono::seconds(0), longest_wait);
    }
    return wait;
}

} // namespace weft
