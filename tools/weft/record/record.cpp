// SPDX-License-Identifier: MIT
// Checks the options of `weft record`, and runs the relay.
#include "weft/record/record.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "weft/record/recorder.hpp"
#include "weft/relay/relay_plan.hpp"
#include "without_loop/print_error.hpp"

namespace weft_tool {
bool carry_bytes(const char* for_command, relay_address& at) {
    if (at.what != relay_address::kind::websocket) return true;
    if (at.path.empty() || at.path == "/") {
        at.what = relay_address::kind::tcp;
        return true;
    }
    print_error(for_command, at.shown() + ": must not have a path",
                "The path comes from the client's request. Try " +
                    at.typed.substr(0, at.typed.size() - at.path.size()));
    return false;
}

exit_code record(const record_options& options) {
    constexpr const char* command = "weft record";
    auto client = typed_address(command, options.first);
    auto server = typed_address(command, options.second);
    if (!client || !server || !carry_bytes(command, *client) || !carry_bytes(command, *server)) {
        return exit_code::usage;
    }
    if (!client->listens) {
        print_error(command, client->shown() + ": the first end must listen for the client",
                    "Try listen:ws://127.0.0.1:9100");
        return exit_code::usage;
    }
    auto plan = make_plan(command, options, std::move(*client), std::move(*server));
    if (!plan) return exit_code::usage;
    recorder into;
    relay_run running(options, std::move(*plan), command, &into);
    // Replaces the file last, when nothing else can fail: another recorder may be writing to it.
    if (!running.listen()) return exit_code::not_connected;
    if (!into.open(options.file)) {
        print_error(command,
                    "cannot write " + options.file + ": " + std::generic_category().message(errno),
                    "Try another file");
        return exit_code::input_output;
    }
    into.on_failure([&] {
        running.end(exit_code::input_output, "cannot write " + options.file);
    });
    return running.run();
}

} // namespace weft_tool
