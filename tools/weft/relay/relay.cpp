// SPDX-License-Identifier: MIT
// Checks the options of `weft relay`, and runs it.
#include "weft/relay/relay.hpp"

#include <utility>

#include "weft/relay/relay_plan.hpp"

namespace weft_tool {

exit_code relay(const relay_options& options) {
    constexpr const char* command = "weft relay";
    auto first = typed_address(command, options.first);
    auto second = typed_address(command, options.second);
    if (!first || !second) return exit_code::usage;
    auto plan = make_plan(command, options, std::move(*first), std::move(*second));
    if (!plan) return exit_code::usage;
    relay_run running(options, std::move(*plan), command, nullptr);
    return running.run();
}

} // namespace weft_tool
