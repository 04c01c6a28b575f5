// SPDX-License-Identifier: MIT
// Handlers that log their calls, and do what a test hooks to them.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <weft/connection/connection.hpp>
#include <weft/connection/handlers.hpp>

#include "support/frame_builder.hpp"

namespace weft::testing {

/// Hears of connections. Must outlive their handlers.
class listener {
public:
    /// What a hook is given; null in `fail` and `interrupt`.
    using hook = std::function<void(connection*)>;

    std::vector<std::string> log; ///< "open", "message hello", "close", ...
    std::map<std::string, hook> on;
    std::optional<report> end; ///< of the last one that ended
    int opens = 0;
    int ends = 0;
    connection* last = nullptr;
    connection_handle handle;     ///< of the last one
    std::size_t handlers_max = 0; ///< that ran at one time for one connection

    /// All handlers but `http`, which would make a route answer plain requests too.
    handlers all() {
        return {
            .open =
                [this](connection& c) {
                    ++opens;
                    hear("open", {}, &c);
                },
            .message = [this](connection& c, message m) { hear("message", m.text(), &c); },
            .writable = [this](connection& c) { hear("writable", {}, &c); },
            .ping = [this](connection& c, std::span<const std::byte> p) {
                hear("ping", to_text(p), &c);
            },
            .pong = [this](connection& c, std::span<const std::byte> p) {
                hear("pong", to_text(p), &c);
            },
            .close =
                [this](connection& c, const report& why) {
                    end = why;
                    ++ends;
                    hear("close", {}, &c);
                },
            .fail =
                [this](const report& why) {
                    end = why;
                    ++ends;
                    hear("fail", {}, nullptr);
                },
            .validate = [this](connection& c) { hear("validate", {}, &c); },
            .interrupt = [this] { hear("interrupt", {}, nullptr); },
        };
    }

    handlers all_and_http() {
        auto made = all();
        made.http = [this](connection& c) { hear("http", c.request()->body(), &c); };
        return made;
    }

    [[nodiscard]] std::size_t count(const std::string& entry) const {
        std::size_t found = 0;
        for (const auto& each : log) found += each == entry ? 1 : 0;
        return found;
    }

    /// Counts the pings, with any payload.
    [[nodiscard]] std::size_t pings() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            log, [](const auto& entry) { return entry.starts_with("ping"); }));
    }

    [[nodiscard]] bool logged(const std::string& entry) const { return count(entry) != 0; }

private:
    void hear(const std::string& what, std::string_view with, connection* from) {
        if (from) {
            last = from;
            handle = from->handle();
            handlers_max = std::max(handlers_max, ++running_[from]);
        }
        act(what, with, from);
        if (from) --running_[from];
    }

    void act(const std::string& what, std::string_view with, connection* from) {
        log.push_back(with.empty() ? what : what + " " + std::string(with));
        const auto found = on.find(what);
        if (found == on.end()) return;
        const hook call = found->second; // a hook may unhook itself
        call(from);
    }

    std::map<const connection*, std::size_t> running_;
};

} // namespace weft::testing
