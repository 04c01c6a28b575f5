// SPDX-License-Identifier: MIT
// A drain in progress: the end of its window, and the answer to late handshakes.
#pragma once

#include <utility>

#include <weft/connection/drain_options.hpp>
#include <weft/core/function.hpp>
#include <weft/core/http_head.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

class connection_set;

/// Ends when its window has passed, or when no connection is left; then the set shuts down.
class connection_set::drain_in_progress final : public timed_work_item {
public:
    drain_in_progress(connection_set& of, const drain_options& options, function<void()>&& done)
        : set_(of), options_(options), done_(std::move(done)),
          ends_at_(later(of.driver().now(), options.window)) {
        of.driver().take_place(*this);
    }

    [[nodiscard]] const drain_options& options() const noexcept { return options_; }
    [[nodiscard]] time_point ends_at() const noexcept { return ends_at_; }
    [[nodiscard]] function<void()> take_done() noexcept { return std::move(done_); }

    /// The answer to a handshake.
    [[nodiscard]] http_response refusal() const {
        return {503,
                {{"Retry-After", std::to_string(options_.retry_after.count())}},
                "The server restarts.\n"};
    }

private:
    void expire() noexcept override { set_.end_drain(); }
    void run() noexcept override { set_.end_drain(); }

    connection_set& set_;
    drain_options options_;
    function<void()> done_;
    time_point ends_at_;
};

} // namespace weft
