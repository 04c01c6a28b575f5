// SPDX-License-Identifier: MIT
// The operations of a session: those that wait for a connection, and those that Redis has not
// answered. Each ends exactly once, unless the session ends first.
#pragma once

#include <system_error>
#include <vector>

#include "redis/redis_link.hpp"
#include "redis/redis_operation.hpp"

namespace weft {

/// Every function that ends an operation calls its completion, which may end the session and so
/// call `close`. Then the function does nothing more.
class redis_queue {
public:
    redis_queue(redis_link& link, const redis_options& options) noexcept
        : link_(link), options_(options) {}

    /// Sends the operation, or lets it wait for a connection, or ends it at once with an error.
    /// Needs no memory except to send.
    void submit(redis_operations&& one, time_point now) noexcept;

    /// Adds an operation before those that wait; no limit applies. `send_waiting` sends it.
    void submit_first(redis_operations&& one, time_point now) noexcept;

    /// Sends what waits. Called when the connection is ready.
    void send_waiting() noexcept;

    /// Ends the oldest operation, or keeps it to be sent again after a script was lost. Returns
    /// the error that Redis has answered with, if any.
    std::error_code answered(const redisReply& answer) noexcept;

    /// Called when the connection is ready, before `send_waiting`.
    void connected() noexcept { why_away_ = {}; }

    /// Called when the connection has ended: operations that can be repeated wait again, unless the
    /// session renews them.
    void lost(std::error_code why) noexcept;

    /// Ends those that have waited too long, and returns when to call this again.
    time_point give_up(time_point now) noexcept;

    /// Ends one that is in no queue.
    static void end(redis_operations&& one, std::error_code why) noexcept;

    /// Destroys all operations without calling their completions.
    void close() noexcept;

    /// True if Redis has answered that it is a replica, and all that was sent is answered. The
    /// connection must end then; until that, nothing is sent.
    [[nodiscard]] bool must_reconnect() const noexcept { return is_replica_ && sent_.empty(); }

private:
    [[nodiscard]] bool can_send() const noexcept {
        return link_.ready() && lost_scripts_.empty() && !is_replica_;
    }
    [[nodiscard]] bool send(const redis_operation& which) noexcept;
    void end_front(redis_operations& of, redis_outcome outcome) noexcept;
    void end_waiting(std::error_code why) noexcept;
    void reload_scripts() noexcept;
    void drop_renewed(redis_operations& from) noexcept;

    redis_link& link_;
    const redis_options& options_;
    redis_operations waiting_;
    redis_operations sent_;
    redis_operations lost_scripts_; // were answered with NOSCRIPT
    std::vector<const char*> words_; // of the command that is being sent
    std::vector<std::size_t> sizes_;
    std::error_code why_away_; // empty before the first attempt has ended, and while connected
    std::size_t size_ = 0; // of all operations
    bool is_replica_ = false;
    bool closed_ = false;
};

/// Returns `why_away` if operations fail at once while there is no connection for that reason;
/// empty if they wait.
[[nodiscard]] std::error_code refusal(const redis_options& options,
                                      std::error_code why_away) noexcept;

} // namespace weft
