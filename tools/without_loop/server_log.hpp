// SPDX-License-Identifier: MIT
// The log of a server about its connections, on standard error. Wraps handlers, which need not
// know of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include <weft/connection/connection.hpp>

#include "without_loop/log_output.hpp"

namespace weft_tool {

enum class log_level { quiet, info, debug };

/// The level called "quiet", "info" or "debug".
[[nodiscard]] log_level log_level_named(std::string_view name) noexcept;

/// Logs connections and plain requests from `info` on, messages and pings at `debug`.
///
/// Must outlive the handlers that it decorates, which may be those of several loops.
class server_log {
public:
    explicit server_log(log_level level);

    /// Returns the handlers, extended to log a line for each event.
    [[nodiscard]] weft::handlers logged(weft::handlers inner);

    /// The same for a route of plain requests; adds no WebSocket handlers to it.
    [[nodiscard]] weft::handlers logged_requests(weft::handlers inner, log_level needed);

    /// Logs that a connection ended without opening.
    void failed(const weft::report& why);

    void line(log_level needed, std::string_view text);

    /// The output of the lines; writing to it directly ignores the level.
    [[nodiscard]] log_output& output() noexcept { return output_; }

    [[nodiscard]] bool tells(log_level needed) const noexcept {
        return level_ != log_level::quiet && level_ >= needed;
    }

private:
    void opened(weft::connection& peer);
    void closed(weft::connection& peer, const weft::report& why);
    void received(weft::connection& peer, weft::message what);
    void requested(weft::connection& peer, log_level needed);
    void add_debugging(weft::handlers& all);

    log_output output_;
    log_level level_;
    std::atomic<std::uint64_t> last_number_ = 0;
};

} // namespace weft_tool
