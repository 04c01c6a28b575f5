// SPDX-License-Identifier: MIT
// Parses parts of header values between two iterators: tokens, quoted strings, white space and
// parameters. Functions that return an iterator return `begin` if nothing matches.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include <websocketpp/http/constants.hpp>

namespace websocketpp::http::parser {

/// Returns the token, and the position after it.
template <typename InputIterator>
std::pair<std::string, InputIterator> extract_token(InputIterator begin, InputIterator end) {
    const InputIterator after = std::find_if(begin, end, is_not_token_char);
    return {std::string(begin, after), after};
}

/// Returns the string without its quotes and escaping backslashes, and the position after it.
template <typename InputIterator>
std::pair<std::string, InputIterator> extract_quoted_string(InputIterator begin,
                                                            InputIterator end) {
    std::string content;
    if (begin == end || *begin != '"') return {content, begin};
    for (InputIterator at = std::next(begin); at != end; ++at) {
        if (*at == '"') return {content, std::next(at)};
        if (*at == '\\' && std::next(at) != end) ++at;
        content += *at;
    }
    return {std::string(), begin};
}

/// Skips spaces and tabs, and before them a line break if a space or a tab follows it.
template <typename InputIterator>
InputIterator extract_lws(InputIterator begin, InputIterator end) {
    if (end - begin > 2 && begin[0] == '\r' && begin[1] == '\n' &&
        is_whitespace_char(static_cast<unsigned char>(begin[2]))) {
        begin += 3;
    }
    return std::find_if(begin, end, is_not_whitespace_char);
}

template <typename InputIterator>
InputIterator extract_all_lws(InputIterator begin, InputIterator end) {
    while (true) {
        const InputIterator next = extract_lws(begin, end);
        if (next == begin) return begin;
        begin = next;
    }
}

/// Adds attributes such as `a=b; c="d e"; f` to `attributes`, until something else follows.
template <typename InputIterator>
InputIterator extract_attributes(InputIterator begin, InputIterator end,
                                 attribute_list& attributes) {
    InputIterator at = extract_all_lws(begin, end);
    for (bool is_first = true; at != end; is_first = false) {
        if (!is_first) {
            if (*at != ';') break;
            at = extract_all_lws(std::next(at), end);
        }
        const auto name = extract_token(at, end);
        if (name.first.empty()) return begin;
        at = extract_all_lws(name.second, end);
        std::string& value = attributes[name.first];
        value.clear();
        if (at == end || *at != '=') continue;
        at = extract_all_lws(std::next(at), end);
        auto read = extract_quoted_string(at, end);
        if (read.second == at) read = extract_token(at, end);
        if (read.second == at) return begin;
        value = std::move(read.first);
        at = extract_all_lws(read.second, end);
    }
    return at;
}

/// Adds names with their attributes, such as `a; b=c, d`, to `parameters`, until something else
/// follows.
template <typename InputIterator>
InputIterator extract_parameters(InputIterator begin, InputIterator end,
                                 parameter_list& parameters) {
    InputIterator at = extract_all_lws(begin, end);
    while (at != end) {
        const auto name = extract_token(at, end);
        if (name.first.empty()) return begin;
        at = extract_all_lws(name.second, end);
        attribute_list attributes;
        if (at != end && *at == ';') {
            const InputIterator first = std::next(at);
            at = extract_attributes(first, end, attributes);
            if (at == first) return begin;
        }
        parameters.emplace_back(name.first, std::move(attributes));
        if (at == end || *at != ',') break;
        if (std::next(at) == end) return begin;
        at = extract_all_lws(std::next(at), end);
    }
    return at;
}

/// Returns a text without the white space around it.
inline std::string strip_lws(std::string const& input) {
    const auto begin = extract_all_lws(input.begin(), input.end());
    const auto end = extract_all_lws(input.rbegin(), input.rend());
    return end == input.rend() || begin == input.end() ? std::string()
                                                       : std::string(begin, end.base());
}

} // namespace websocketpp::http::parser
