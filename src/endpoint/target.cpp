// SPDX-License-Identifier: MIT
// Parses the addresses that applications pass as text.
#include "endpoint/target.hpp"

#include <charconv>
#include <exception>

#include <weft/core/error.hpp>

#include "core/reported_target.hpp"
#include "loop/known_names.hpp"
#include "loop/loop_state.hpp"

namespace weft {
namespace {

result<std::vector<address>> known(target where) {
    if (where.addresses.empty()) return failure(errc::no_resolver);
    return std::move(where.addresses);
}

} // namespace

target target_of(std::string_view host, std::uint16_t port) {
    return {known_addresses(host, port), std::string(host), port};
}

std::string authority(std::string_view host, std::uint16_t port) {
    const bool bare = host.find(':') != host.npos && !host.starts_with('[');
    std::string text(host);
    if (bare) text = '[' + text + ']';
    return text + ':' + std::to_string(port);
}

result<target> target_of(std::string_view where) {
    constexpr std::string_view local = "unix:";
    if (where.starts_with(local)) {
        where.remove_prefix(local.size());
        if (where.empty()) return failure(errc::bad_address);
        return target{{address::local(where)}, {}, 0};
    }
    const auto colon = where.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return failure(errc::bad_address);
    const auto digits = where.substr(colon + 1);
    std::uint16_t port = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) {
        return failure(errc::bad_address);
    }
    return target_of(where.substr(0, colon), port);
}

result<target> peer_target_of(std::string_view where) {
    auto found = target_of(where);
    const bool is_local = where.starts_with("unix:");
    if (found && found->port == 0 && !is_local) return failure(errc::bad_address);
    return found;
}

/// Posted, because `on_error` is always called in a turn.
void complain(loop_state& loop, std::string_view call, std::string_view text,
              std::error_code why) {
    const auto what = std::string(call) + "(\"" + for_reports(text) + "\")";
    loop.post([&loop, error = std::system_error(why, what)] {
        loop.handler_threw(std::make_exception_ptr(error));
    });
}

result<std::vector<address>> addresses_of(std::string_view host, std::uint16_t port) {
    return known(target_of(host, port));
}

result<std::vector<address>> addresses_of(std::string_view where) {
    auto found = target_of(where);
    if (!found) return failure(found.error());
    return known(std::move(*found));
}

} // namespace weft
