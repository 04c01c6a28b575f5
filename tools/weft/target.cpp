// SPDX-License-Identifier: MIT
// Turns the options of a command that connects into those of the library.
#include "weft/target.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>
#include <weft/core/secrets.hpp>

#include "weft/advice.hpp"
#include "weft/compression.hpp"
#include "without_loop/print_error.hpp"
#include "without_loop/seconds.hpp"

namespace weft_tool {
namespace {

std::optional<weft::http_field> parse_header(std::string_view typed) {
    const auto colon = typed.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto name = typed.substr(0, colon);
    const auto value = weft::trim(typed.substr(colon + 1));
    if (!weft::is_token(name) || !weft::is_field_value(value)) return std::nullopt;
    return weft::http_field{std::string(name), std::string(value)};
}

/// Returns a header as typed, without its value, which may be a secret.
std::string shown(std::string_view typed) {
    const auto end = typed.find_first_of(": \t");
    return std::string(typed.substr(0, end)) + (end == std::string_view::npos ? "" : "...");
}

/// Returns false for a header that the handshake sets itself.
bool may_be_set(const weft::http_field& header, const weft::uri& target) {
    const std::array<std::byte, 16> nonce{};
    return weft::make_upgrade_request(target, nonce, {}, {header}).error() !=
        weft::errc::reserved_header;
}

weft::connect_options as_library_options(const target_options& options) {
    weft::connect_options how;
    how.subprotocols = options.subprotocols;
    how.resolve_timeout = seconds(options.timeout);
    how.connect_timeout = seconds(options.timeout);
    how.proxy_timeout = seconds(options.timeout);
    how.tls_timeout = seconds(options.timeout);
    how.connection.timeouts.handshake = seconds(options.timeout);
    how.proxy_from_environment = options.proxy == "environment";
    if (!how.proxy_from_environment) how.proxy = options.proxy;
    how.redirects_max = options.redirects_max;
    how.via = options.unix_path.empty() ? options.via : "unix:" + options.unix_path;
    return how;
}

} // namespace

std::optional<target> make_target(const char* command, const target_options& options) {
    const auto uri = weft::uri::parse(options.url);
    if (!uri) {
        print_error(command, weft::without_secrets(options.url) + ": " + uri.error().message(),
                    uri_advice(options.url));
        return std::nullopt;
    }
    weft::connect_options how = as_library_options(options);
    for (const auto& typed : options.headers) {
        auto header = parse_header(typed);
        if (!header) {
            print_error(command, shown(typed) + ": not a header", "Try -H 'Name: value'");
            return std::nullopt;
        }
        if (!may_be_set(*header, *uri)) {
            print_error(command,
                        header->name + ": belongs to the handshake itself or to HTTP's framing",
                        "Try without that -H; --subprotocol asks for subprotocols");
            return std::nullopt;
        }
        how.headers.push_back(std::move(*header));
    }
    for (const auto& typed : options.subprotocols) {
        if (!weft::is_token(typed)) {
            print_error(command, typed + ": not a subprotocol", "It is one word, such as chat.v2");
            return std::nullopt;
        }
    }
    if (options.deflate) {
        how.connection.extension = compression_for(command);
        if (!how.connection.extension) return std::nullopt;
    }
    const bool may_use_tls = uri->secure() || options.redirects_max != 0;
    // In a build without a TLS library, connecting to a wss: URI fails, and says so.
    if (may_use_tls && !options.trust.library.empty()) {
        tls_fault fault;
        how.tls = connect_tls(options.trust, fault);
        if (!how.tls) {
            print_tls_error(command, fault);
            return std::nullopt;
        }
    }
    return target{*uri, std::move(how)};
}

} // namespace weft_tool
