// SPDX-License-Identifier: MIT
// Cases 6: UTF-8 in text messages, after Markus Kuhn's stress test and the rules of RFC 3629.
#include "conformance/test_case.hpp"

namespace weft::testing {
namespace {

const std::string kosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

std::string from_hex_text(std::string_view digits) {
    return to_text(from_hex(digits));
}

script valid(std::string payload) {
    return echo({{fin | text, std::move(payload)}});
}
script invalid(std::string payload) {
    return fails({{fin | text, std::move(payload)}}, 1007);
}

script parts(const std::vector<std::string>& payloads, bool is_valid = true) {
    script made;
    std::string whole;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        made.sends.push_back(
            {(i == 0 ? text : 0U) | (i + 1 == payloads.size() ? fin : 0U), payloads[i]});
        whole += payloads[i];
    }
    if (is_valid) {
        made.expected.push_back({fin | text, whole});
    } else {
        made.code = 1007;
        made.peer_closes = false;
    }
    return made;
}

std::vector<std::string> bytes_of_text(const std::string& whole) {
    std::vector<std::string> all;
    for (const char byte : whole)
        all.emplace_back(1, byte);
    return all;
}

/// Names `prefix`1, `prefix`2, ... with one payload in hexadecimal each.
void add_each(case_list& cases, const std::string& prefix, bool is_valid,
              const std::vector<std::string_view>& payloads) {
    int number = 0;
    for (const auto digits : payloads) {
        const auto payload = from_hex_text(digits);
        cases.push_back({prefix + std::to_string(++number),
                         [=] { return is_valid ? valid(payload) : invalid(payload); }});
    }
}

void add_fragmented_text(case_list& cases) {
    const std::string some =
        "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";
    const std::string broken = kosme +
        "\xed\xa0\x80"
        "edited";
    cases.push_back({"6.1.1", [] { return valid(""); }});
    cases.push_back({"6.1.2", [] { return parts({"", "", ""}); }});
    cases.push_back({"6.1.3", [] { return parts({"", "middle frame payload", ""}); }});
    cases.push_back({"6.2.1", [=] { return valid(some); }});
    cases.push_back({"6.2.2", [=] { return parts({some.substr(0, 12), some.substr(12)}); }});
    cases.push_back({"6.2.3", [=] { return parts(bytes_of_text(some)); }});
    cases.push_back({"6.2.4", [=] { return parts(bytes_of_text(kosme)); }});
    cases.push_back({"6.3.1", [=] { return invalid(broken); }});
    cases.push_back({"6.3.2", [=] { return parts(bytes_of_text(broken), false); }});
}

/// It must fail while the message is still open: what follows the wrong byte is never sent.
void add_fail_fast(case_list& cases) {
    const std::string wrong = "\xf4\x90\x80\x80";
    const auto strict = [](std::vector<test_frame> frames, std::size_t held_back) {
        auto made = fails(std::move(frames), 1007);
        made.held_back = held_back;
        return made;
    };
    cases.push_back({"6.4.1", [=] { return strict({{text, kosme}, {0, wrong}}, 0); }});
    cases.push_back({"6.4.2", [=] { return strict({{text, kosme + "\xf4"}, {0, "\x90"}}, 0); }});
    cases.push_back({"6.4.3", [=] { return strict({{fin | text, kosme + wrong + "edited"}}, 6); }});
    cases.push_back({"6.4.4", [=] { return strict({{fin | text, kosme + wrong + "edited"}}, 8); }});
}

void add_prefixes(case_list& cases) {
    const std::string more = "\xe2\x82\xac and \xf0\x9f\x99\x82";
    cases.push_back({"6.5.1", [] { return valid(kosme); }});
    cases.push_back({"6.5.2", [] { return parts({kosme.substr(0, 2), kosme.substr(2)}); }});
    cases.push_back({"6.5.3", [] { return parts({kosme.substr(0, 3), kosme.substr(3)}); }});
    cases.push_back({"6.5.4", [=] { return parts({kosme, more}); }});
    cases.push_back({"6.5.5", [=] { return parts(bytes_of_text(kosme + more)); }});
    const std::size_t character_ends[] = {2, 5, 7, 9, 11};
    for (std::size_t size = 1; size <= 11; ++size) {
        bool is_valid = false;
        for (const auto end : character_ends)
            is_valid = is_valid || end == size;
        const auto front = kosme.substr(0, size);
        cases.push_back({"6.6." + std::to_string(size),
                         [=] { return is_valid ? valid(front) : invalid(front); }});
    }
}

void add_boundaries(case_list& cases) {
    add_each(cases, "6.7.", true, {"00", "c280", "e0a080", "f0908080"});
    add_each(cases, "6.8.", false, {"f888808080", "fc8480808080"});
    add_each(cases, "6.9.", true, {"7f", "dfbf", "efbfbf", "f48fbfbf"});
    add_each(cases, "6.10.", false, {"f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"});
    add_each(cases, "6.11.", true, {"ed9fbf", "ee8080", "efbfbd", "f48fbfbf", "f3bfbfbf"});
}

void add_malformed(case_list& cases) {
    std::string all_continuations, starts_2, starts_3, starts_4;
    for (int byte = 0x80; byte < 0xc0; ++byte)
        all_continuations += static_cast<char>(byte);
    for (int byte = 0xc0; byte < 0xe0; ++byte)
        starts_2 += {static_cast<char>(byte), ' '};
    for (int byte = 0xe0; byte < 0xf0; ++byte)
        starts_3 += {static_cast<char>(byte), ' '};
    for (int byte = 0xf0; byte < 0xf8; ++byte)
        starts_4 += {static_cast<char>(byte), ' '};
    add_each(cases, "6.12.", false,
             {"80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf"});
    cases.push_back({"6.12.8", [=] { return invalid(all_continuations); }});
    cases.push_back({"6.13.1", [=] { return invalid(starts_2); }});
    cases.push_back({"6.13.2", [=] { return invalid(starts_3); }});
    cases.push_back({"6.13.3", [=] { return invalid(starts_4); }});
    cases.push_back({"6.13.4", [] { return invalid("\xf8 \xf9 \xfa \xfb "); }});
    cases.push_back({"6.13.5", [] { return invalid("\xfc \xfd "); }});
    const std::vector<std::string_view> unfinished{"c0",         "e080",      "f08080", "f8808080",
                                                   "fc80808080", "df",        "efbf",   "f7bfbf",
                                                   "fbbfbfbf",   "fdbfbfbfbf"};
    add_each(cases, "6.14.", false, unfinished);
    std::string together;
    for (const auto digits : unfinished)
        together += from_hex_text(digits);
    cases.push_back({"6.15.1", [=] { return invalid(together); }});
    add_each(cases, "6.16.", false, {"fe", "ff", "fefeffff"});
}

void add_overlong_and_surrogates(case_list& cases) {
    add_each(cases, "6.17.", false, {"c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"});
    add_each(cases, "6.18.", false, {"c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"});
    add_each(cases, "6.19.", false, {"c080", "e08080", "f0808080", "f880808080", "fc8080808080"});
    add_each(cases, "6.20.", false,
             {"eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"});
    add_each(cases, "6.21.", false,
             {"eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080",
              "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"});
}

std::string encode(unsigned point) {
    if (point <= 0xffff) {
        return {static_cast<char>(0xe0 | point >> 12),
                static_cast<char>(0x80 | (point >> 6 & 0x3f)),
                static_cast<char>(0x80 | (point & 0x3f))};
    }
    return {static_cast<char>(0xf0 | point >> 18), static_cast<char>(0x80 | (point >> 12 & 0x3f)),
            static_cast<char>(0x80 | (point >> 6 & 0x3f)),
            static_cast<char>(0x80 | (point & 0x3f))};
}

/// Code points without a character of their own are valid all the same.
void add_noncharacters(case_list& cases) {
    for (unsigned number = 1; number <= 34; ++number) {
        const unsigned point = ((number - 1) / 2) << 16 | (number % 2 == 1 ? 0xfffeU : 0xffffU);
        cases.push_back({"6.22." + std::to_string(number), [=] { return valid(encode(point)); }});
    }
    for (unsigned number = 1; number <= 7; ++number) {
        cases.push_back(
            {"6.23." + std::to_string(number), [=] { return valid(encode(0xfff8 + number)); }});
    }
}

} // namespace

void add_text_cases(case_list& cases) {
    add_fragmented_text(cases);
    add_fail_fast(cases);
    add_prefixes(cases);
    add_boundaries(cases);
    add_malformed(cases);
    add_overlong_and_surrogates(cases);
    add_noncharacters(cases);
}

} // namespace weft::testing
