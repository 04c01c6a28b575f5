// SPDX-License-Identifier: MIT
// Adds the command `relay`.
#include "weft/relay/relay_command.hpp"

#include "weft/command_options.hpp"

namespace weft_tool {

void add_listening(CLI::App& command, relay_options& chosen) {
    add_identity(command, chosen.identity,
                 "For listen:wss:// and listen:tls://: PEM file with the certificate, then those "
                 "of its issuers; by default, a self-signed one is made");
    command
        .add_option("--max-connections", chosen.connections_max,
                    "Most clients at the same time; further ones are refused")
        ->check(not_negative())
        ->type_name("NUMBER");
}

void add_relaying(CLI::App& command, relay_options& chosen) {
    command.add_flag("-v,--verbose", chosen.verbose,
                     "Log each connection that opens or ends, in one line on standard error");
    command.add_flag("--json", chosen.json,
                     "Write the log as JSON, one object on each line; includes the lines of -v");
    add_seconds(command, "--idle-timeout", chosen.idle_timeout,
                "End a connection whose peer neither sends nor reads for this time; 0: never");
    add_name_servers(command, chosen.name_servers);
    add_loop(command, chosen.loop);
}

CLI::App* add_relay(CLI::App& program, relay_options& chosen) {
    CLI::App* command = program.add_subcommand(
        "relay",
        "Connect two ends, each a WebSocket or a stream of bytes. If one end listens, each of its "
        "clients gets its own connection to the other end.");
    command->add_option("A", chosen.first, "The first end; see below")
        ->required();
    command->add_option("B", chosen.second, "The second end")->required();
    command->add_flag("--text", chosen.framing.lines,
                      "Between a stream and a WebSocket: each line is a text message");
    add_size(*command, "--max-message", chosen.framing.message_size_max,
             "Longest message that is passed on; with --text, the longest line", "16m");
    add_seconds(*command, "--wait", chosen.wait,
                "When a stream has ended: close the WebSocket after it has sent nothing for this "
                "time");
    auto* any = command->add_flag("--any-origin", chosen.any_origin,
                                  "Let web pages of every origin connect to listen:ws://");
    command
        ->add_option("--origin", chosen.origins,
                     "Let web pages of this origin connect, such as https://example.org; by "
                     "default none may. Can be given several times")
        ->allow_extra_args(false)
        ->excludes(any)
        ->type_name("ORIGIN");
    add_listening(*command, chosen);
    add_connecting(*command, chosen.connecting);
    add_relaying(*command, chosen);
    add_footer(*command,
               "The ends:\n"
               "  ws://HOST:PORT/PATH, wss://...   a WebSocket\n"
               "  tcp://HOST:PORT, tls://...       a stream of bytes over TCP or TLS\n"
               "  unix:PATH, unix:@NAME            a stream of bytes over a Unix-domain socket\n"
               "  - or stdio                       standard input and output\n"
               "  listen: before an address        listen there instead of connecting");
    return command;
}

} // namespace weft_tool
