// SPDX-License-Identifier: MIT
// `weft record` and `weft replay` in a build without the component `testing`.
#include "weft/record/record.hpp"
#include "weft/record/replay.hpp"
#include "without_loop/print_error.hpp"

namespace weft_tool {
namespace {

exit_code print_missing_component(const char* command) {
    print_error(command,
                "this build is without the component 'testing', which reads and writes recordings",
                "Build Weft with that component");
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
