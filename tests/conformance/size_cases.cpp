// SPDX-License-Identifier: MIT
// Cases 9 and 10: large messages, many fragments, many messages, small chops.
#include <algorithm>

#include "conformance/test_case.hpp"

namespace weft::testing {
namespace {

constexpr std::size_t kibi = 1024, mebi = 1024 * 1024;

script of_size(unsigned code, std::size_t size) {
    return echo({{fin | code, std::string(size, '*')}});
}

script in_parts_of(unsigned code, std::size_t size, std::size_t part) {
    script made;
    const std::string whole(size, '*');
    for (std::size_t at = 0; at < size; at += part) {
        const auto count = std::min(part, size - at);
        made.sends.push_back(
            {(at == 0 ? code : 0U) | (at + count == size ? fin : 0U), std::string(count, '*')});
    }
    made.expected.push_back({fin | code, whole});
    return made;
}

} // namespace

void add_size_cases(case_list& cases) {
    for (const unsigned code : {text, binary}) {
        const auto name = [code](unsigned pair, std::size_t number) {
            return "9." + std::to_string(pair + code - 1) + "." + std::to_string(number);
        };
        std::size_t number = 0;
        for (const auto size : {64 * kibi, 256 * kibi, mebi, 4 * mebi, 8 * mebi, 16 * mebi}) {
            cases.push_back(
                {name(1, ++number), [=] { return of_size(code, size); }, 64 * kibi, true});
        }
        number = 0;
        for (std::size_t part = 64; part <= 4 * mebi; part *= 4) {
            cases.push_back({name(3, ++number), [=] { return in_parts_of(code, 4 * mebi, part); },
                             64 * kibi, true});
        }
        number = 0;
        for (const std::size_t chop : {64, 128, 256, 512, 1024, 2048}) {
            cases.push_back({name(5, ++number), [=] { return of_size(code, mebi); }, chop, true});
        }
        number = 0;
        for (const std::size_t size : {0, 16, 64, 256, 1024, 4096}) {
            cases.push_back({name(7, ++number),
                             [=] {
                                 return echo(std::vector<test_frame>(
                                     1000, {fin | code, std::string(size, '*')}));
                             },
                             4096, true});
        }
    }
    cases.push_back({"10.1.1", [] { return in_parts_of(text, 65536, 1300); }, 1300, true});
}

} // namespace weft::testing
