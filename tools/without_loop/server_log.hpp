// SPDX-License-Identifier: MIT
// The log of a server about its connections, on standard error: one line for each entry of
// Weft's log.
#pragma once

#include <string_view>

#include <weft/connection/connection.hpp>
#include <weft/core/log_record.hpp>

#include "without_loop/log_output.hpp"

namespace weft_tool {

enum class log_level { quiet, info, debug };

/// The level called "quiet", "info" or "debug".
[[nodiscard]] log_level log_level_named(std::string_view name) noexcept;

/// Logs connections and plain requests from `info` on, messages and pings at `debug`.
///
/// Must outlive the loops that it logs, of which there may be several.
class server_log {
public:
    explicit server_log(log_level level);

    /// Logs what happens on `loop`, a `weft::event_loop` or a `weft::driver`. With
    /// `only_connections`, logs only entries about connections that have opened.
    template <class Loop>
    void listen_to(Loop& loop, bool only_connections = false) {
        loop.on_log(lowest(), [this, only_connections](const weft::log_record& what) {
            if (!only_connections || is_of_open_connection(what)) write(what);
        });
    }

    /// Returns the handlers of a route of plain requests, extended to log a line for each.
    [[nodiscard]] weft::handlers logged_requests(weft::handlers inner, log_level needed);

    void line(log_level needed, std::string_view text);

    /// The output of the lines; writing to it directly ignores the level.
    [[nodiscard]] log_output& output() noexcept { return output_; }

    [[nodiscard]] bool is_enabled(log_level needed) const noexcept {
        return level_ != log_level::quiet && level_ >= needed;
    }

private:
    [[nodiscard]] weft::log_level lowest() const noexcept;
    [[nodiscard]] static bool is_of_open_connection(const weft::log_record& what) noexcept;
    void write(const weft::log_record& what);
    void requested(weft::connection& peer, log_level needed);

    log_output output_;
    log_level level_;
};

} // namespace weft_tool
