// SPDX-License-Identifier: MIT
// Cases 1 to 5: framing, pings and pongs, reserved bits, opcodes, fragmentation.
#include "conformance/test_case.hpp"

namespace weft::testing {
namespace {

const std::string hello = "Hello, world!";

void add_frames(case_list& cases) {
    const std::size_t sizes[] = {0, 125, 126, 127, 128, 65535, 65536, 65536};
    for (const unsigned code : {text, binary}) {
        for (std::size_t i = 0; i < std::size(sizes); ++i) {
            const bool chopped = i == 7;
            const auto size = sizes[i];
            cases.push_back({"1." + std::to_string(code) + "." + std::to_string(i + 1),
                             [=] {
                                 return echo({{fin | code, std::string(size, '*')}});
                             },
                             chopped ? 997U : 0U, size > 1000});
        }
    }
}

script ping_pong(std::vector<std::string> payloads) {
    script made;
    for (auto& payload : payloads) {
        made.sends.push_back({fin | ping, payload});
        made.expected.push_back({fin | pong, payload});
    }
    return made;
}

std::vector<std::string> ten_payloads() {
    std::vector<std::string> all;
    for (int i = 0; i < 10; ++i)
        all.push_back("payload-" + std::to_string(i));
    return all;
}

void add_pings(case_list& cases) {
    const std::string full(125, '\xfe');
    cases.push_back({"2.1", [] { return ping_pong({""}); }});
    cases.push_back({"2.2", [] { return ping_pong({hello}); }});
    cases.push_back(
        {"2.3", [] { return ping_pong({std::string("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8)}); }});
    cases.push_back({"2.4", [=] { return ping_pong({full}); }});
    cases.push_back({"2.5", [=] { return fails({{fin | ping, full + "x"}}); }});
    cases.push_back({"2.6", [=] { return ping_pong({full}); }, 1});
    cases.push_back({"2.7", [] { return script{{{fin | pong}}, {}}; }});
    cases.push_back({"2.8", [] { return script{{{fin | pong, "unsolicited"}}, {}}; }});
    cases.push_back({"2.9", [] {
                         return script{{{fin | pong, "unsolicited"}, {fin | ping, "ping"}},
                                       {{fin | pong, "ping"}}};
                     }});
    cases.push_back({"2.10", [] { return ping_pong(ten_payloads()); }});
    cases.push_back({"2.11", [] { return ping_pong(ten_payloads()); }, 1});
}

void add_reserved_bits(case_list& cases) {
    const auto after_text = [](unsigned bits) {
        return fails({{fin | text, hello}, {fin | bits << 4 | text, hello}, {fin | ping}}, 1002,
                     {{fin | text, hello}});
    };
    cases.push_back({"3.1", [] { return fails({{fin | 1 << 4 | text, hello}}); }});
    cases.push_back({"3.2", [=] { return after_text(2); }});
    cases.push_back({"3.3", [=] { return after_text(3); }});
    cases.push_back({"3.4", [=] { return after_text(4); }, 1});
    cases.push_back({"3.5", [] { return fails({{fin | 5 << 4 | binary, "\xff\xfe"}}); }});
    cases.push_back({"3.6", [] { return fails({{fin | 6 << 4 | ping, hello}}); }});
    cases.push_back({"3.7", [] { return fails({{fin | 7 << 4 | close, "\x03\xe8"}}); }});
}

void add_opcodes(case_list& cases) {
    for (const unsigned first : {3U, 11U}) {
        const std::string group = first == 3 ? "4.1." : "4.2.";
        const auto after_text = [=](unsigned code, const std::string& payload) {
            return fails({{fin | text, hello}, {fin | code, payload}, {fin | ping}}, 1002,
                         {{fin | text, hello}});
        };
        cases.push_back({group + "1", [=] { return fails({{fin | first}}); }});
        cases.push_back({group + "2", [=] { return fails({{fin | (first + 1), "payload"}}); }});
        cases.push_back({group + "3", [=] { return after_text(first + 2, ""); }});
        cases.push_back({group + "4", [=] { return after_text(first + 3, "payload"); }});
        cases.push_back({group + "5", [=] { return after_text(first + 4, "payload"); }, 1});
    }
}

script in_two_parts() {
    return {{{text, "fragment1"}, {fin, "fragment2"}}, {{fin | text, "fragment1fragment2"}}};
}

script ping_between_parts() {
    return {{{text, "fragment1"}, {fin | ping, "ping"}, {fin, "fragment2"}},
            {{fin | pong, "ping"}, {fin | text, "fragment1fragment2"}}};
}

script pings_between_five_parts() {
    return {{{text, "1"},
             {0, "2"},
             {fin | ping, "a"},
             {0, "3"},
             {0, "4"},
             {fin | ping, "b"},
             {fin, "5"}},
            {{fin | pong, "a"}, {fin | pong, "b"}, {fin | text, "12345"}}};
}

void add_fragmentation(case_list& cases) {
    cases.push_back({"5.1", [] { return fails({{ping, "a"}, {fin, "b"}}); }});
    cases.push_back({"5.2", [] { return fails({{pong, "a"}, {fin, "b"}}); }});
    cases.push_back({"5.3", in_two_parts});
    cases.push_back({"5.4", in_two_parts, 11});
    cases.push_back({"5.5", in_two_parts, 1});
    cases.push_back({"5.6", ping_between_parts});
    cases.push_back({"5.7", ping_between_parts, 11});
    cases.push_back({"5.8", ping_between_parts, 1});
    const auto stray = [](unsigned first) {
        return fails({{first, "non-continuation payload"}, {fin | text, hello}});
    };
    const std::size_t chops[] = {0, 13, 1};
    for (std::size_t i = 0; i < 3; ++i) {
        cases.push_back({"5." + std::to_string(9 + i), [=] { return stray(fin); }, chops[i]});
        cases.push_back({"5." + std::to_string(12 + i), [=] { return stray(0); }, chops[i]});
    }
    cases.push_back({"5.15", [] {
                         return fails({{text, "fragment1"},
                                       {fin, "fragment2"},
                                       {0, "fragment3"},
                                       {fin | text, "fragment4"}},
                                      1002, {{fin | text, "fragment1fragment2"}});
                     }});
    for (const unsigned first : {0U, fin}) {
        cases.push_back(
            {first == 0 ? "5.16" : "5.17", [=] {
                 return fails({{first, "fragment1"}, {text, "fragment2"}, {fin, "fragment3"}});
             }});
    }
    cases.push_back({"5.18", [] {
                         return fails({{text, "fragment1"}, {fin | text, "fragment2"}});
                     }});
    cases.push_back({"5.19", pings_between_five_parts});
    cases.push_back({"5.20", pings_between_five_parts, 7});
}

} // namespace

void add_framing_cases(case_list& cases) {
    add_frames(cases);
    add_pings(cases);
    add_reserved_bits(cases);
    add_opcodes(cases);
    add_fragmentation(cases);
}

} // namespace weft::testing
