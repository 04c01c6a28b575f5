// SPDX-License-Identifier: MIT
// Cases that other suites lack: masks, lengths that overflow, control frames of forbidden shape.
#include "conformance/test_case.hpp"

#include <functional>

namespace weft::testing {
namespace {

script breaks(std::function<byte_string(frame_builder&)> raw, unsigned code = 1002) {
    auto made = fails({{fin | text, "before"}}, code, {{fin | text, "before"}});
    made.raw = std::move(raw);
    return made;
}

script header(unsigned first, unsigned short_form, std::uint64_t length, unsigned code = 1002) {
    return breaks([=](frame_builder& peer) { return peer.header(first, short_form, length); },
                  code);
}

} // namespace

void add_own_cases(case_list& cases) {
    // gorilla CVE-2020-27813, Tomcat CVE-2020-13935, undici CVE-2026-1528
    cases.push_back({"own.length_2_63", [] { return header(fin | binary, 127, 1ULL << 63); }});
    cases.push_back({"own.length_2_64_minus_1", [] { return header(fin | binary, 127, ~0ULL); }});
    cases.push_back({"own.length_2_64_minus_4", [] { return header(fin | binary, 127, ~3ULL); }});
    cases.push_back({"own.length_2_63_minus_1",
                     [] { return header(fin | binary, 127, ~0ULL >> 1, 1009); }, 0, false, true});
    cases.push_back({"own.sum_of_lengths",
                     [] {
                         return breaks(
                             [](frame_builder& peer) {
                                 return peer.begin_binary("x") + peer.header(0, 127, ~0ULL >> 1);
                             },
                             1009);
                     },
                     0, false, true});
    cases.push_back({"own.length_not_minimal_16", [] { return header(fin | text, 126, 125); }});
    cases.push_back({"own.length_not_minimal_64", [] { return header(fin | text, 127, 65535); }});
    // libsoup CVE-2026-15711
    cases.push_back({"own.ping_of_126", [] { return header(fin | ping, 126, 126); }});
    cases.push_back({"own.ping_of_16_bit_length", [] { return header(fin | ping, 126, 5); }});
    cases.push_back({"own.close_of_64_bit_length", [] { return header(fin | close, 127, 2); }});
    cases.push_back({"own.close_fragmented", [] { return header(close, 2, 2); }});
    cases.push_back({"own.wrong_mask", [] {
                         return breaks([](frame_builder& peer) {
                             const bool masks = peer.ping().size() > 2;
                             return frame_builder(masks ? role::server : role::client).text("x");
                         });
                     }});
    // curl 18286
    cases.push_back({"own.empty_last_fragment", [] {
                         return script{{{text, "all"}, {fin}, {fin | text, "next"}},
                                       {{fin | text, "all"}, {fin | text, "next"}}};
                     }});
}

} // namespace weft::testing
