// SPDX-License-Identifier: MIT
// The state of a reconnecting connection: attempts, waits, decisions, and unsent messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/connection/reconnecting_connection.hpp>

#include "connection/connection_set.hpp"

namespace weft {

/// Lives until the application destroys its `reconnecting_connection`, or longer if one of its
/// functions is on the stack (`driver::retire`). Handlers of its connections, and attempts, reach
/// it through a `link`, which is cut when it is dismissed.
class reconnecting_connection::state final : public timed_work_item, private driver_observer {
public:
    struct link {
        state* to;
        std::uint64_t attempt = 0; ///< the attempt that is being prepared; others are stale
    };

    /// `connect` is given a connection as if from `stream_endpoint::begin_connect`.
    state(connection_set& of, std::string target, handlers&& what, reconnect_options&& options,
          function<void(connection&)>&& connect);

    /// Ends everything and calls no handler any more. The state is destroyed by the driver.
    void dismiss() noexcept;

    /// Called when the endpoint ends, which ends the connection without a call of a handler.
    void leave_endpoint() noexcept;

    /// Makes no further attempt; an open connection continues.
    void stop_trying() noexcept;

    send_result send(message whole);
    void close(close_code code, std::string_view reason);
    void try_now();

    /// Called when the application starts, or fails, the attempt that `prepare` was called for.
    void start_attempt() noexcept;
    void fail_attempt(std::error_code why) noexcept;

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }
    [[nodiscard]] connection* current() const noexcept { return current_; }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] std::size_t failures() const noexcept { return failures_; }
    [[nodiscard]] std::optional<time_point> next_attempt() const noexcept;
    [[nodiscard]] std::size_t queued_bytes() const noexcept { return queued_; }
    [[nodiscard]] reconnect_options& options() noexcept { return options_; }
    void target(std::string_view uri) { target_ = uri; }

private:
    enum class step : std::uint8_t { waiting, preparing, connecting, connected };

    struct stored_message {
        std::vector<std::byte> bytes;
        bool is_text;
    };

    void expire() noexcept override;
    void run() noexcept override;
    void on_interrupt() override;
    void on_shutdown(time_point deadline, function<void()> done) noexcept override;
    void on_driver_closed() noexcept override;

    void prepare() noexcept;
    void connect() noexcept;
    [[nodiscard]] handlers make_handlers();
    void opened(connection& peer);
    void closed(connection& peer, const report& why);
    void failed(const report& why);
    void decide(const report& why);
    void wait(const report& why, const reconnect_decision& how);
    void give_up(const report& why);
    void flush();
    send_result keep(message whole);
    void drop_queue() noexcept;
    [[nodiscard]] duration backoff() const noexcept;

    weft::driver& driver_;
    connection_set* set_; // null once the endpoint is gone
    function<void(connection&)> connect_;
    std::shared_ptr<link> link_;
    std::string target_;
    handlers user_;
    reconnect_options options_;
    connection_handle handle_; // of the latest attempt
    connection* current_ = nullptr;
    std::deque<stored_message> queue_;
    std::size_t queued_ = 0;
    std::size_t failures_ = 0;
    time_point opened_at_{};
    std::error_code prepare_error_;
    step step_ = step::waiting;
    bool ended_ = false;
    bool counted_ = true; // as work of the driver
    bool dismissed_ = false;
};

} // namespace weft
