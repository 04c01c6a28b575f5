// SPDX-License-Identifier: MIT
// A broker over Redis; built if hiredis is installed.
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <weft/core/result.hpp>
#include <weft/redis/redis_broker.hpp>
#include <weft/redis/redis_error.hpp>
#include <weft/redis/redis_url.hpp>

#include "weft/broker.hpp"
#include "weft/tls.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

constexpr auto presence_time = std::chrono::seconds(15);

/// Parses the URL; makes a TLS layer only if the URL asks for one. On error returns nothing, and
/// sets `why`.
std::optional<weft::redis_options> read_url(const std::string& url, const tls_trust& trust,
                                            std::string& why) {
    auto read = weft::parse_redis_url(url);
    if (!read && read.error() == weft::redis_error::no_tls) {
        tls_fault fault;
        auto layer = connect_tls(trust, fault);
        if (!layer) {
            why = fault.why;
            return std::nullopt;
        }
        read = weft::parse_redis_url(url, std::move(layer));
    }
    if (read) return std::move(*read);
    why = read.error().message();
    return std::nullopt;
}

} // namespace

std::shared_ptr<weft::broker> broker_at(const std::string& url, const tls_trust& trust,
                                        server_log& log) {
    std::string fault;
    auto options = read_url(url, trust, fault);
    if (!options) return nullptr;
    options->presence_time = presence_time; // members of a server that was killed stay as long
    options->on_trouble = [&log](std::error_code why, std::string_view text) {
        std::string line = "redis: " + why.message();
        if (!text.empty()) line += " (" + printable(text) + ')';
        log.line(log_level::info, line);
    };
    return std::make_shared<weft::redis_broker>(std::move(*options));
}

std::string hub_url_fault(const std::string& url, const tls_trust& trust) {
    std::string why;
    return read_url(url, trust, why) ? std::string() : why;
}

} // namespace weft_tool
