// SPDX-License-Identifier: MIT
// Adds the commands `record` and `replay`.
#include "weft/record/record_commands.hpp"

#include "weft/command_options.hpp"
#include "weft/relay/relay_command.hpp"

namespace weft_tool {

CLI::App* add_record(CLI::App& program, record_options& chosen) {
    CLI::App* command = program.add_subcommand(
        "record",
        "Pass connections on to a server unchanged, and write to a file all bytes that client and "
        "server send, with the times. `weft replay` sends them again.");
    command->add_option("FILE", chosen.file, "The file; replaced if it exists")->required();
    command
        ->add_option("A", chosen.first,
                     "Where to listen for the client, such as listen:ws://127.0.0.1:9100")
        ->required();
    command->add_option("B", chosen.second, "The server, such as wss://example.org")->required();
    add_listening(*command, chosen);
    add_trust(*command, chosen.connecting);
    add_relaying(*command, chosen);
    add_footer(*command, "A and B are written as for `weft relay`, but without a path: path and "
                         "Host header come from\nthe client's request, which passes unchanged.");
    return command;
}

CLI::App* add_replay(CLI::App& program, replay_options& chosen) {
    CLI::App* command = program.add_subcommand(
        "replay",
        "Send the bytes of the recorded clients to a server again, and print where its answers "
        "differ from the recorded ones.");
    command->add_option("FILE", chosen.file, "A file that `weft record` has written")->required();
    command
        ->add_option("URL", chosen.connecting.url,
                     "The server, such as ws://127.0.0.1:9001, without a path: the path comes from "
                     "the recorded requests")
        ->required();
    command->add_flag("--fast", chosen.fast,
                      "Ignore the recorded times: send each piece as soon as the answers before it "
                      "have come");
    add_seconds(*command, "--wait", chosen.wait,
                "How long to wait for an answer that does not come");
    add_trust(*command, chosen.connecting);
    add_footer(*command, "The exit code is 0 if all answers are the same, 3 if some differ, and 4 "
                         "if the recording is damaged.");
    return command;
}

} // namespace weft_tool
