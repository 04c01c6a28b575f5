// SPDX-License-Identifier: MIT
// The program `weft`: its commands and their options. Each command is in a file of its own.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "host_loops/host_loops.hpp"
#include "weft/advice.hpp"
#include "weft/bench/bench.hpp"
#include "weft/broker.hpp"
#include "weft/command_options.hpp"
#include "weft/completion.hpp"
#include "weft/connect.hpp"
#include "weft/loops.hpp"
#include "weft/manual_page.hpp"
#include "weft/option_checks.hpp"
#include "weft/record/record_commands.hpp"
#include "weft/relay/relay_command.hpp"
#include "weft/serve.hpp"
#include "without_loop/exit_code.hpp"
#include "without_loop/pipe.hpp"
#include "without_loop/print_error.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

/// Opens closed standard descriptors; otherwise the next socket would get their numbers.
void open_missing_descriptors() {
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(standard, F_GETFD) >= 0) continue;
        const int got = ::open("/dev/null", standard == STDIN_FILENO ? O_RDONLY : O_WRONLY);
        if (got != standard) std::_Exit(static_cast<int>(exit_code::input_output));
    }
}

/// Returns the text without the secrets of its URLs.
std::string without_url_secrets(const std::string& text) {
    std::string shown;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find_first_of(" \n", begin), text.size());
        const auto word = text.substr(begin, end - begin);
        const bool may_be_url = word.find("://") != word.npos || word.find('?') != word.npos;
        shown += printable(may_be_url ? shown_uri(word) : word);
        if (end < text.size()) shown += text[end];
        begin = end + 1;
    }
    return shown;
}

/// Returns the name of a header that was typed as two arguments, such as `-H Authorization: Basic`;
/// empty if there is none. The words after it must not be repeated.
std::string_view split_header(std::span<char* const> arguments) {
    for (std::size_t at = 1; at < arguments.size(); ++at) {
        const std::string_view option = arguments[at - 1];
        const std::string_view header = arguments[at];
        if ((option == "-H" || option == "--header") && header.ends_with(':')) return header;
    }
    return {};
}

exit_code print_usage_error(const CLI::App& program, const CLI::ParseError& why,
                               std::span<char* const> arguments) {
    const auto header = split_header(arguments);
    if (!header.empty() && dynamic_cast<const CLI::ExtrasError*>(&why)) {
        print_error("weft " + printable(arguments[1]),
                    "-H " + std::string(header) + "...: a header is one argument",
                    "Try -H 'Name: value', with the quotes");
        return exit_code::usage;
    }
    std::ostringstream error_text; // may contain secrets of a URL
    const int outcome = program.exit(why, std::cout, error_text);
    std::cerr << without_url_secrets(error_text.str());
    return outcome == 0 ? exit_code::ok : exit_code::usage;
}

/// Adds the options that `serve` and `pipe` share.
void add_services(CLI::App& command, service_options& chosen, std::string& level) {
    add_size(command, "--max-message", chosen.message_size_max,
             "Longest message that is accepted, such as 64k (/chat: at most 64k)", "16m");
    add_size(command, "--max-queue", chosen.queue_size_max,
             "Most output that may wait for a slow client, such as 1m", "1m");
    add_seconds(command, "--idle-timeout", chosen.idle_timeout,
                "Close a client that sends nothing for this time; 0: never");
    command
        .add_option("--log", level,
                    "What to log on standard error; info: connections and how they end")
        ->check(CLI::IsMember({"quiet", "info", "debug"}))
        ->type_name("LEVEL")
        ->capture_default_str();
}

CLI::App* add_serve(CLI::App& program, serve_options& chosen) {
    CLI::App* command = program.add_subcommand(
        "serve",
        "Serve an echo at /echo, a chat room at /chat (names by ?name=), /health, /metrics, "
        "and a page for browsers at /, until Ctrl-C.");
    command
        ->add_option("--host", chosen.host, "Numeric address to listen at; 0.0.0.0 or :: for all")
        ->capture_default_str();
    command->add_option("-p,--port", chosen.port, "Port; 0 for a free one, which is printed")
        ->check(not_negative())
        ->capture_default_str();
    command
        ->add_option("--unix", chosen.unix_path,
                     "Listen at a Unix-domain socket, @name for an abstract one; alone, or "
                     "beside TCP if --host or --port is given too")
        ->check(not_empty);
    command
        ->add_option_function<std::string>(
            "--mode",
            [&chosen](const std::string& text) {
                chosen.mode = static_cast<unsigned>(std::stoul(text, nullptr, 8));
            },
            "Permissions of the Unix-domain socket, such as 660")
        ->check(octal_mode)
        ->type_name("OCTAL");
    add_serving_tls(*command, chosen.tls, chosen.identity, chosen.tls_library);
    command->add_flag("--reuse-port", chosen.reuse_port,
                      "Share the TCP port with other processes that use this option");
    command
        ->add_option("--systemd", chosen.activated_name,
                     "Listen at the sockets that systemd has passed, all or those of one name; "
                     "instead of TCP, unless --host, --port or --unix is given too")
        ->expected(0, 1)
        ->type_name("[NAME]");
    add_loop(*command, chosen.loop);
    command
        ->add_option("--cores", chosen.cores,
                     "Number of cores to serve on, each with its own loop; 0: all")
        ->check(CLI::Range(0, 1024))
        ->type_name("NUMBER")
        ->capture_default_str();
    command
        ->add_option("--max-connections", chosen.connections_max,
                     "Most connections, per core; further clients are refused with 503")
        ->check(not_negative())
        ->type_name("NUMBER");
    command
        ->add_option("--max-per-address", chosen.connections_per_address_max,
                     "Most connections from one IPv4 address or IPv6 network (/64)")
        ->check(not_negative())
        ->type_name("NUMBER");
    command
        ->add_option("--trust-proxy", chosen.trusted.peers,
                     "Trust the proxies at this address or prefix, such as 10.0.0.0/8 or unix:, "
                     "to report the clients' addresses; can be given several times")
        ->allow_extra_args(false)
        ->check(address_or_prefix)
        ->type_name("ADDRESS");
    command->add_flag("--proxy-protocol", chosen.trusted.proxy_protocol,
                      "These proxies use the PROXY protocol, version 1 or 2");
    command->add_flag("--forwarded-for", chosen.trusted.forwarded_for,
                      "These proxies send X-Forwarded-For or Forwarded (RFC 7239); requests in "
                      "which the two name different clients are refused");
    auto* any_host = command->add_flag("--any-host", chosen.any_host,
                                       "Answer requests for any host name");
    command
        ->add_option("--hub", chosen.hub,
                     "Share the chat room with the other servers that use this Redis or Valkey: "
                     "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], the same with rediss: for "
                     "TLS, or unix:/PATH. A password given here is visible to all users of this "
                     "machine; one in WEFT_HUB is not")
        ->envname("WEFT_HUB")
        ->type_name("URL");
    command
        ->add_option("--hub-ca", chosen.hub_ca,
                     "For a hub at rediss: trust the certificates in this PEM file, instead of the "
                     "system's")
        ->type_name("FILE");
    command->callback([&chosen, command] {
        const bool has_tls = chosen.tls ||
            weft::equal_ignoring_case(std::string_view(chosen.hub).substr(0, 7), "rediss:");
        if (command->count("--tls-library") > 0 && !has_tls) {
            throw CLI::ValidationError("--tls-library", "nothing here uses TLS; try with --tls");
        }
        // Not a check of the option: CLI11 2.4 ignores a variable that does not pass it.
        if (chosen.hub.empty()) return;
        const std::string fault = hub_url_fault(chosen.hub, chosen.hub_trust());
        if (!fault.empty()) throw CLI::ValidationError("--hub", fault);
    });
    command->add_flag("--deflate", chosen.deflate,
                      "Compress messages (permessage-deflate) for clients that offer it");
    command
        ->add_option("--drain", chosen.drain,
                     "On a stop signal, close the connections (1012) one after the other, spread "
                     "over this time, instead of all at once. A second signal ends at once")
        ->check(seconds_or_part)
        ->check(CLI::Range(0.0, 86400.0))
        ->type_name("SECONDS");
    command
        ->add_option("--name", chosen.names,
                     "Also answer requests for this host name or address, besides localhost, the "
                     "address connected to and this machine's name. Can be given several times")
        ->allow_extra_args(false)
        ->check(host_name)
        ->excludes(any_host)
        ->type_name("NAME");
    add_services(*command, chosen.services, chosen.level);
    add_footer(*command);
    return command;
}

CLI::App* add_connect(CLI::App& program, connect_options& chosen) {
    CLI::App* command = program.add_subcommand(
        "connect",
        "Open a WebSocket: each line of standard input is sent as a message, messages "
        "go to standard output, everything else to standard error.");
    add_target(*command, chosen);
    command->add_flag("-b,--binary", chosen.binary, "Send lines as binary messages");
    add_name_servers(*command, chosen.name_servers);
    command->add_option("--ping", chosen.ping, "Ping at this interval, and show the round trip")
        ->check(seconds_or_part)
        ->type_name("SECONDS");
    add_seconds(*command, "--wait", chosen.wait,
                "After the end of input: close when as many messages have come as were sent, or "
                "when none has come for this time");
    command->add_flag("--stay", chosen.stay,
                      "After the end of input: stay until the server closes");
    command->add_flag("-q,--quiet", chosen.quiet, "Write only errors to standard error");
    add_loop(*command, chosen.loop);
    add_footer(*command, "-H and --subprotocol can be given several times. On a terminal binary "
                         "messages are shown\nin hex and control characters escaped; in a pipe "
                         "text is followed by a line end and\nbinary messages are written as "
                         "they are.");
    return command;
}

CLI::App* add_bench(CLI::App& program, bench_options& chosen) {
    CLI::App* command = program.add_subcommand(
        "bench",
        "Measure a WebSocket server under load: throughput, and the latency from sending a message "
        "until its answer. The server must answer each message with one message, as an echo does, "
        "unless --no-answer is given.");
    add_target(*command, chosen);
    command->add_option("-c,--connections", chosen.connections, "Connections to open")
        ->check(CLI::Range(1, 1'000'000))
        ->type_name("NUMBER")
        ->capture_default_str();
    add_size(*command, "--size", chosen.size, "Size of a message, such as 16k", "20")
        ->type_name("BYTES");
    auto* binary = command->add_flag("-b,--binary", chosen.binary,
                                     "Send binary messages of random bytes, not text");
    command
        ->add_flag_callback(
            "--text", [&chosen] { chosen.binary = false; }, "Send text, which is the default")
        ->excludes(binary);
    auto* no_answer = command->add_flag(
        "--no-answer", chosen.no_answer,
        "Only send, as fast as the server reads, for a server that does not answer; measures no "
        "latency");
    command
        ->add_option("--in-flight", chosen.in_flight,
                     "Messages that may wait for their answer on each connection; 1, or 1000 with "
                     "--rate, if not given")
        ->check(CLI::Range(1, 1'000'000))
        ->excludes(no_answer)
        ->type_name("NUMBER");
    command
        ->add_option("--rate", chosen.rate,
                     "Messages per second on all connections together, sent on time even if "
                     "answers are late; latency then begins when a message should have been sent")
        ->check(above_zero)
        ->check(CLI::Range(0.0, 1e9))
        ->type_name("NUMBER");
    command->add_option("-d,--duration", chosen.duration, "How long to measure")
        ->check(above_zero)
        ->type_name("SECONDS")
        ->capture_default_str();
    add_seconds(*command, "--warmup", chosen.warmup, "How long to send before measuring begins");
    command
        ->add_option("--messages", chosen.messages_per_connection,
                     "Close each connection after this many messages, and open it again")
        ->check(CLI::Range(1, 1'000'000'000))
        ->type_name("NUMBER");
    command
        ->add_option("--opening", chosen.opening_max,
                     "Most connections that may be opening at the same time")
        ->check(CLI::Range(1, 1'000'000))
        ->type_name("NUMBER")
        ->capture_default_str();
    add_seconds(*command, "--wait", chosen.wait,
                "At the end: how long to wait for missing answers, and then for the server to "
                "close the connections");
    command->add_flag("--json", chosen.json, "Print the figures as JSON");
    command
        ->add_option("--html", chosen.html_file, "Also write a report with charts to this file")
        ->check(not_empty)
        ->type_name("FILE");
    command->add_flag("-q,--quiet", chosen.quiet, "Show no progress on the terminal");
    add_footer(*command, "Ctrl-C ends the run early, with the figures so far. The exit code is 0 "
                         "if every connection\nopened and stayed open and every message was sent "
                         "and answered, 1 if no connection\nopened, and 3 otherwise.");
    return command;
}

CLI::App* add_pipe(CLI::App& program, pipe_options& chosen) {
    CLI::App* command = program.add_subcommand(
        "pipe",
        "Serve one client over standard input and output, with the routes of `weft serve`: "
        "started by inetd, socat, systemd (Accept=yes) or ssh, or from file to file.");
    add_services(*command, chosen.services, chosen.level);
    command->add_flag_callback(
        "-q,--quiet", [&chosen] { chosen.level = "quiet"; }, "The same as --log quiet");
    add_footer(*command,
               "Nothing is logged if standard error is the connection, too, as with inetd.");
    return command;
}

described_option describe(const CLI::Option& option) {
    described_option made;
    for (const auto& name : option.get_snames()) made.names.push_back('-' + name);
    for (const auto& name : option.get_lnames()) made.names.push_back("--" + name);
    made.text = option.get_description();
    if (option.get_items_expected_max() == 0) return made;
    const auto type = option.get_type_name(); // such as "LEVEL:{quiet,info,debug}"
    made.value = type.substr(0, type.find(':'));
    made.standard = option.get_default_str();
    const auto begin = type.find('{');
    if (begin == type.npos) return made;
    std::istringstream choices(type.substr(begin + 1, type.find('}') - begin - 1));
    for (std::string one; std::getline(choices, one, ',');) made.choices.push_back(one);
    return made;
}

described_command describe(const CLI::App& command) {
    described_command made{.name = command.get_name(),
                           .text = command.get_description(),
                           .footer = command.get_footer()};
    for (const auto* option : command.get_options()) {
        auto one = describe(*option);
        if (option->get_positional()) {
            made.arguments.push_back(option->get_name());
            made.argument_choices = one.choices;
        } else {
            made.options.push_back(std::move(one));
        }
    }
    return made;
}

/// Describes all options, for completion and for the manual.
described_program describe_program(const CLI::App& program) {
    described_program made{.version = WEFT_VERSION, .whole = describe(program)};
    for (const auto* command : program.get_subcommands(nullptr)) {
        made.commands.push_back(describe(*command));
        for (auto& option : made.commands.back().options) {
            if (option.value == "LOOP") option.choices = loop_names();
            if (option.value == "LIBRARY") option.choices = tls_library_names();
        }
    }
    return made;
}

CLI::App* add_completion(CLI::App& program, std::string& shell) {
    CLI::App* command = program.add_subcommand(
        "completion", "Print a script with which a shell completes the command line of weft.");
    command->add_option("SHELL", shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->footer("bash:  source <(weft completion bash)\n"
                    "zsh:   weft completion zsh > \"${fpath[1]}/_weft\"\n"
                    "fish:  weft completion fish > ~/.config/fish/completions/weft.fish\n");
    return command;
}

/// Refuses several cores in a host's loop: some hosts have one loop, or need the main thread.
bool cores_have_loops(const serve_options& chosen) {
    if (chosen.cores == 1 || is_engine(chosen.loop)) return true;
    print_error("weft serve", "--cores needs one of Weft's own loops, not " + chosen.loop,
                "Try without --loop; --help lists all options");
    return false;
}

/// Other sockets replace TCP, unless the command line asks for TCP as well.
void choose_listeners(const CLI::App& command, serve_options& chosen) {
    chosen.activated = command.count("--systemd") > 0;
    chosen.tcp = (chosen.unix_path.empty() && !chosen.activated) ||
        command.count("--host") + command.count("--port") > 0;
}

exit_code print(const std::string& text) {
    return std::cout << text << std::flush ? exit_code::ok : exit_code::input_output;
}

exit_code run(int argc, char** argv) {
    CLI::App program{
        "WebSockets on the command line: a server for trials, a client, a relay and recorder, and "
        "a load generator."};
    program.name("weft");
    program.set_version_flag("--version", std::string("weft ") + WEFT_VERSION);
    program.require_subcommand(1);
    program.footer(exit_codes_help);
    serve_options serving;
    serving.program = argc > 0 ? argv[0] : "weft";
    connect_options connecting;
    const CLI::App* serve_command = add_serve(program, serving);
    const CLI::App* connect_command = add_connect(program, connecting);
    relay_options relaying;
    const CLI::App* relay_command = add_relay(program, relaying);
    record_options recording;
    const CLI::App* record_command = add_record(program, recording);
    replay_options replaying;
    const CLI::App* replay_command = add_replay(program, replaying);
    bench_options benching;
    const CLI::App* bench_command = add_bench(program, benching);
    pipe_options piping;
    const CLI::App* pipe_command = add_pipe(program, piping);
    std::string shell;
    const CLI::App* completion_command = add_completion(program, shell);
    const CLI::App* man_command = program.add_subcommand(
        "man", "Print the manual page; to read it: weft man | man -l -");
    program.add_subcommand("loops",
                           "List the engines, host loops and TLS libraries of this build.");
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& why) {
        return print_usage_error(program, why, std::span(argv, static_cast<std::size_t>(argc)));
    }
    if (*serve_command) {
        if (!cores_have_loops(serving)) return exit_code::usage;
        choose_listeners(*serve_command, serving);
        return serve(std::move(serving));
    }
    if (*relay_command) return relay(relaying);
    if (*record_command) return record(recording);
    if (*replay_command) return replay(replaying);
    if (*bench_command) return bench(benching);
    if (*pipe_command) return pipe(piping);
    if (*completion_command) return print(completion_script(describe_program(program), shell));
    if (*man_command) return print(manual_page(describe_program(program)));
    return *connect_command ? connect(connecting) : list_loops();
}

} // namespace
} // namespace weft_tool

int main(int argc, char** argv) {
    weft_tool::open_missing_descriptors();
    try {
        return static_cast<int>(weft_tool::run(argc, argv));
    } catch (const std::exception& why) {
        std::cerr << "weft: " << why.what() << '\n';
        return static_cast<int>(weft_tool::exit_code::not_connected);
    }
}
