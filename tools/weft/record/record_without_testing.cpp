// SPDX-License-Identifier: MIT
// `weft record` and `weft replay` in a build without the component `testing`.
#include <iostream>

#include "weft/record/record.hpp"
#include "weft/record/replay.hpp"

namespace weft_tool {
namespace {

exit_code print_missing_component(const char* command) {
    std::cerr << command << ": this build is without the component 'testing', which reads and "
              << "writes recordings\n  Build Weft with that component\n";
    return exit_code::usage;
}

} // namespace

exit_code record(const record_options& /*options*/) {
    return print_missing_component("weft record");
}

exit_code replay(const replay_options& /*options*/) {
    return print_missing_component("weft replay");
}

} // namespace weft_tool
