// SPDX-License-Identifier: MIT
// Turns the options of a relay into a plan.
#include "weft/relay/relay_plan.hpp"

#include <utility>

#include <weft/core/secrets.hpp>

#include "weft/compression.hpp"
#include "without_loop/print_error.hpp"

namespace weft_tool {
namespace {

using end_kind = relay_address::kind;

/// Returns the options for an end that connects. If not `whole`, without those for one request,
/// which apply to the second end if both connect to a WebSocket.
target_options options_for(const relay_address& at, target_options chosen, bool whole) {
    chosen.url = at.typed;
    if (whole) return chosen;
    target_options some;
    some.url = at.typed;
    some.deflate = chosen.deflate;
    some.trust = chosen.trust;
    some.timeout = chosen.timeout;
    return some;
}

bool connects_to_websocket(const relay_address& at) {
    return at.what == end_kind::websocket && !at.listens;
}

/// Returns true if an option was given that only an end that connects to a WebSocket can use.
bool has_request_options(const target_options& chosen) {
    return !chosen.headers.empty() || !chosen.unix_path.empty() || !chosen.via.empty() ||
        !chosen.proxy.empty() || chosen.redirects_max != 0;
}

/// Refuses options that would have no effect between these ends.
bool have_effect(const char* command, const relay_options& options, const relay_plan& plan) {
    const int websockets = (plan.client.what == end_kind::websocket ? 1 : 0) +
        (plan.server.what == end_kind::websocket ? 1 : 0);
    const bool accepts_pages = plan.client.listens && plan.client.what == end_kind::websocket;
    const char* fault = nullptr;
    if (!accepts_pages && (options.any_origin || !options.origins.empty())) {
        fault = "--origin and --any-origin are for listen:ws:// and listen:wss://";
    } else if (!plan.client.listens && options.connections_max != weft::unlimited) {
        fault = "--max-connections is for an end with listen:";
    } else if (websockets != 1 && options.framing.lines) {
        fault = "--text is for a relay between a WebSocket and a stream";
    } else if (websockets == 0 && options.connecting.deflate) {
        fault = "--deflate is for a WebSocket as one of the ends";
    }
    if (fault) print_error(command, fault, "Try without it");
    return !fault;
}

bool prepare_targets(const char* command, const relay_options& options, relay_plan& plan) {
    const bool to_server = connects_to_websocket(plan.server);
    if (to_server) {
        plan.to_server =
            make_target(command, options_for(plan.server, options.connecting, true));
        if (!plan.to_server) return false;
    }
    if (connects_to_websocket(plan.client)) {
        plan.to_client =
            make_target(command, options_for(plan.client, options.connecting, !to_server));
        if (!plan.to_client) return false;
    }
    if (plan.to_client || plan.to_server) return true;
    const bool accepts = plan.client.what == end_kind::websocket;
    const char* fault = nullptr;
    if (has_request_options(options.connecting)) {
        fault = "-H, --unix, --via, --proxy and --follow are for an end that connects to a "
                "WebSocket";
    } else if (!accepts && !options.connecting.subprotocols.empty()) {
        fault = "--subprotocol is for a WebSocket";
    }
    if (!fault) return true;
    print_error(command, fault, "Try with ws://HOST:PORT/PATH or wss:// as one of the ends");
    return false;
}

bool prepare_tls(const char* command, const relay_options& options, relay_plan& plan) {
    tls_fault fault;
    for (const auto* at : {&plan.client, &plan.server}) {
        if (at->what != end_kind::tcp || !at->secure || at->listens || plan.tls) continue;
        plan.tls = connect_tls(options.connecting.trust, fault);
        if (!plan.tls) {
            print_tls_error(command, fault);
            return false;
        }
    }
    if (!plan.client.listens || !plan.client.secure) {
        if (options.identity.certificate_file.empty()) return true;
        print_error(command, "--cert is for listen:wss:// and listen:tls://",
                    "Try without --cert");
        return false;
    }
    auto made = serve_tls(options.connecting.trust.library, options.identity, fault);
    if (!made) {
        print_tls_error(command, fault);
        return false;
    }
    plan.serving = std::move(*made);
    return true;
}

bool prepare_accepting(const char* command, const relay_options& options, relay_plan& plan) {
    auto origins = weft::origin_policy::list(options.origins);
    if (!origins) {
        print_error(command, "--origin: not the origin of a web page",
                    "It should look like https://example.org or http://localhost:8080");
        return false;
    }
    plan.origins = std::move(origins->with_same_host(false));
    if (!options.connecting.deflate) return true;
    plan.compression = compression_for(command);
    return plan.compression != nullptr;
}

} // namespace

std::optional<relay_address> typed_address(const char* command, const std::string& typed) {
    std::string fault;
    auto made = parse_relay_address(typed, fault);
    if (!made) print_error(command, weft::without_secrets(typed) + ": not an address", fault);
    return made;
}

std::optional<relay_plan> make_plan(const char* command, const relay_options& options,
                                    relay_address first, relay_address second) {
    if (first.listens && second.listens) {
        print_error(command, "both ends listen",
                    "Each client of an end that listens gets its own connection to the other "
                    "end, so the other end must connect. Try one of them without listen:");
        return std::nullopt;
    }
    if (first.what == end_kind::standard && second.what == end_kind::standard) {
        print_error(command, "both ends are standard input and output",
                    "Try an address for one of them, such as ws://127.0.0.1:9001/echo");
        return std::nullopt;
    }
    relay_plan plan{.client = std::move(first), .server = std::move(second)};
    if (plan.server.listens) std::swap(plan.client, plan.server);
    if (!have_effect(command, options, plan) || !prepare_targets(command, options, plan) ||
        !prepare_tls(command, options, plan) || !prepare_accepting(command, options, plan)) {
        return std::nullopt;
    }
    return plan;
}

} // namespace weft_tool
