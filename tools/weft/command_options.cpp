// SPDX-License-Identifier: MIT
// Adds the options that several commands share.
#include "weft/command_options.hpp"

#include <string>

#include "weft/names.hpp"
#include "weft/option_checks.hpp"
#include "without_loop/exit_code.hpp"

namespace weft_tool {
namespace {

/// Accepts a size such as 64k or 16MB, by factors of 1024.
const CLI::AsSizeValue& size_with_unit() {
    static const CLI::AsSizeValue made(false);
    return made;
}

} // namespace

const CLI::Validator& not_negative() {
    static const CLI::Validator made(
        [](std::string& text) -> std::string {
            if (text.empty()) return "is empty";
            return text.starts_with('-') ? "must not be negative: " + text : std::string();
        },
        "");
    return made;
}

CLI::Option* add_identity(CLI::App& command, tls_identity& chosen, const std::string& text) {
    auto* certificate =
        command.add_option("--cert", chosen.certificate_file, text)->type_name("FILE");
    command.add_option("--key", chosen.key_file, "PEM file with the key, if not in the same file")
        ->needs(certificate)
        ->type_name("FILE");
    return certificate;
}

void add_tls_library(CLI::App& command, std::string& chosen) {
    command
        .add_option("--tls-library", chosen,
                    "TLS library, such as mbedtls; `weft loops` lists those of this build")
        ->check(tls_library_fault)
        ->type_name("LIBRARY")
        ->capture_default_str();
}

void add_serving_tls(CLI::App& command, bool& tls, tls_identity& identity, std::string& library) {
    auto* flag = command.add_flag("--tls", tls,
                                  "Use TLS on TCP and on sockets passed by systemd, with a "
                                  "self-signed certificate unless --cert is given");
    add_identity(command, identity, "PEM file with the certificate, then those of its issuers")
        ->needs(flag);
    add_tls_library(command, library);
}

void add_trust(CLI::App& command, target_options& chosen) {
    auto* issuers = command.add_option("--ca", chosen.trust.issuers_file,
                                       "For wss: trust the certificates in this PEM file, not "
                                       "the system's")
                        ->type_name("FILE");
    command
        .add_flag("--insecure", chosen.trust.insecure,
                  "For wss: accept any certificate; an attacker on the network can then read and "
                  "change everything")
        ->excludes(issuers);
    add_tls_library(command, chosen.trust.library);
    add_seconds(command, "--timeout", chosen.timeout,
                "Limit for each phase: resolving, connecting, the proxy, TLS, the handshake; 0: no "
                "limit");
}

void add_connecting(CLI::App& command, target_options& chosen) {
    command.add_option("-H,--header", chosen.headers, "'Name: value' to add to the request")
        ->allow_extra_args(false);
    command
        .add_option("-s,--subprotocol", chosen.subprotocols,
                    "Subprotocol to ask for, in order of preference")
        ->allow_extra_args(false);
    auto* unix_path = command.add_option(
        "--unix", chosen.unix_path, "Connect to a Unix-domain socket, @name for an abstract one");
    unix_path->check(not_empty);
    command.add_option("--via", chosen.via, "Connect to ADDRESS:PORT instead of the URL's host")
        ->check(not_empty)
        ->excludes(unix_path);
    command
        .add_option("--proxy", chosen.proxy,
                    "Connect through http://[USER:PASSWORD@]HOST:PORT or socks5://...; "
                    "'environment' uses http_proxy and no_proxy")
        ->check(not_empty)
        ->type_name("URL");
    command.add_option("--follow", chosen.redirects_max, "Redirects to follow")
        ->check(not_negative())
        ->type_name("NUMBER");
    command.add_flag("--deflate", chosen.deflate,
                     "Offer to compress messages (permessage-deflate)");
    add_trust(command, chosen);
}

void add_target(CLI::App& command, target_options& chosen) {
    command.add_option("URL", chosen.url, "Such as ws://127.0.0.1:9001/echo")->required();
    add_connecting(command, chosen);
}

CLI::Option* add_size(CLI::App& command, const std::string& name, std::size_t& size,
                      const std::string& text, const std::string& standard) {
    return command.add_option(name, size, text)
        ->transform(size_with_unit())
        ->transform(not_negative()) // runs first
        ->type_name("SIZE")
        ->default_str(standard);
}

void add_seconds(CLI::App& command, const std::string& name, double& seconds,
                 const std::string& text) {
    command.add_option(name, seconds, text)
        ->check(seconds_or_part)
        ->type_name("SECONDS")
        ->capture_default_str();
}

void add_loop(CLI::App& command, std::string& loop) {
    command.add_option("--loop", loop, "Engine or host loop; `weft loops` lists them")
        ->check(known_loop)
        ->type_name("LOOP")
        ->capture_default_str();
}

void add_name_servers(CLI::App& command, std::string& servers) {
    command
        .add_option("--dns", servers,
                    "Ask these name servers instead of the system's: ADDRESS[:PORT],...")
        ->check(name_servers_fault);
}

void add_footer(CLI::App& command, const std::string& text) {
    command.footer(text.empty() ? exit_codes_help : text + "\n\n" + exit_codes_help);
}

} // namespace weft_tool
