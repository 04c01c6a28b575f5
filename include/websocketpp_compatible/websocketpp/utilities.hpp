// SPDX-License-Identifier: MIT
// Functions on strings that WebSocket++ exposes: searches and maps that ignore case, hexadecimal.
#pragma once

#include <algorithm>
#include <cctype>
#include <locale>
#include <string>

#include <stdint.h>

#include <websocketpp/common/cpp11.hpp>

namespace websocketpp::utility {

/// Compares two characters and ignores their case.
template <typename charT>
struct my_equal {
    explicit my_equal(std::locale const& where) : where_(where) {}
    bool operator()(charT a, charT b) const {
        return std::toupper(a, where_) == std::toupper(b, where_);
    }

private:
    std::locale where_;
};

/// Orders strings and ignores the case of their letters, for names of headers.
struct ci_less {
    bool operator()(std::string const& a, std::string const& b) const {
        return std::lexicographical_compare(
            a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
                return std::tolower(x) < std::tolower(y);
            });
    }
};

/// Returns where `needle` begins in `haystack`, ignoring case; the end if nowhere.
template <typename T>
typename T::const_iterator ci_find_substr(T const& haystack, T const& needle,
                                          std::locale const& where = std::locale()) {
    return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end(),
                       my_equal<typename T::value_type>(where));
}
template <typename T>
typename T::const_iterator ci_find_substr(T const& haystack,
                                          typename T::value_type const* needle,
                                          typename T::size_type size,
                                          std::locale const& where = std::locale()) {
    return std::search(haystack.begin(), haystack.end(), needle, needle + size,
                       my_equal<typename T::value_type>(where));
}

std::string to_lower(std::string const& text);
std::string string_replace_all(std::string subject, std::string const& search,
                               std::string const& replace);
std::string to_hex(std::string const& bytes);
std::string to_hex(uint8_t const* bytes, size_t size);
std::string to_hex(char const* bytes, size_t size);

} // namespace websocketpp::utility
