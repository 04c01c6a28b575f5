// SPDX-License-Identifier: MIT
// Cases 7: the closing handshake, payloads of close frames, close codes.
#include "conformance/test_case.hpp"

namespace weft::testing {
namespace {

const std::string greeting = "Hello World!";

std::string code_bytes(unsigned code) {
    return {static_cast<char>(code >> 8), static_cast<char>(code & 0xffU)};
}

test_frame close_frame_with(unsigned code, const std::string& reason = {}) {
    return {fin | close, code_bytes(code) + reason};
}

/// The peer's frames hold the close frame themselves; it is answered with `code`.
script closes(std::vector<test_frame> frames, unsigned code = 1000,
              std::vector<test_frame> expected = {}) {
    return fails(std::move(frames), code, std::move(expected));
}

void add_order(case_list& cases) {
    const auto normal = close_frame_with(1000);
    cases.push_back({"7.1.1", [=] {
                         return closes({{fin | text, greeting}, normal}, 1000,
                                       {{fin | text, greeting}});
                     }});
    cases.push_back({"7.1.2", [=] { return closes({normal, normal}); }});
    cases.push_back({"7.1.3", [=] { return closes({normal, {fin | ping}}); }});
    cases.push_back({"7.1.4", [=] { return closes({normal, {fin | text, greeting}}); }});
    cases.push_back({"7.1.5", [=] {
                         return closes({{text, "fragment1"}, normal, {fin, "fragment2"}});
                     }});
    cases.push_back({"7.1.6",
                     [=] {
                         const std::string large(256 * 1024, 'B');
                         return closes({{fin | text, large}, normal, {fin | ping}}, 1000,
                                       {{fin | text, large}});
                     },
                     0, true});
}

void add_payloads(case_list& cases) {
    cases.push_back({"7.3.1", [] { return closes({{fin | close}}, 0); }});
    cases.push_back({"7.3.2", [] { return closes({{fin | close, "a"}}, 1002); }});
    cases.push_back({"7.3.3", [] { return closes({close_frame_with(1000)}); }});
    cases.push_back({"7.3.4", [] { return closes({close_frame_with(1000, greeting)}); }});
    cases.push_back(
        {"7.3.5", [] { return closes({close_frame_with(1000, std::string(123, '*'))}); }});
    cases.push_back(
        {"7.3.6", [] { return closes({close_frame_with(1000, std::string(124, '*'))}, 1002); }});
    cases.push_back(
        {"7.5.1", [] { return closes({close_frame_with(1000, "\xce\xba\xed\xa0\x80")}, 1007); }});
}

void add_codes(case_list& cases, const std::string& prefix, bool legal,
               const std::vector<unsigned>& codes) {
    int number = 0;
    for (const auto code : codes) {
        cases.push_back({prefix + std::to_string(++number),
                         [=] { return closes({close_frame_with(code)}, legal ? code : 1002); }});
    }
}

} // namespace

void add_closing_cases(case_list& cases) {
    add_order(cases);
    add_payloads(cases);
    add_codes(cases, "7.7.", true,
              {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999});
    add_codes(cases, "7.9.", false, {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999});
    add_codes(cases, "7.13.", false, {5000, 65535}); // undefined by the RFC; refused here
}

} // namespace weft::testing
