// SPDX-License-Identifier: MIT
// A broker over Redis; built if hiredis is installed.
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

#include <weft/redis/redis_broker.hpp>
#include <weft/redis/redis_url.hpp>

#include "weft/broker.hpp"
#include "without_loop/printable.hpp"

namespace weft_tool {
namespace {

constexpr auto presence_time = std::chrono::seconds(15);

} // namespace

std::shared_ptr<weft::broker> broker_at(const std::string& url, server_log& log) {
    auto options = weft::parse_redis_url(url);
    if (!options) return nullptr;
    options->presence_time = presence_time; // members of a server that was killed stay as long
    options->on_trouble = [&log](std::error_code why, std::string_view text) {
        std::string line = "redis: " + why.message();
        if (!text.empty()) line += " (" + printable(text) + ')';
        log.line(log_level::info, line);
    };
    return std::make_shared<weft::redis_broker>(std::move(*options));
}

std::string hub_url_fault(const std::string& url) {
    const auto read = weft::parse_redis_url(url);
    return read ? std::string() : read.error().message();
}

} // namespace weft_tool
