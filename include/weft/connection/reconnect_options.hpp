// SPDX-License-Identifier: MIT
// How a client keeps a connection: when it connects again, how long it waits, and what it does
// before each attempt. See `client::keep_connected` and `stream_endpoint::keep_connected`.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/connection/connection_options.hpp>
#include <weft/core/function.hpp>
#include <weft/core/report.hpp>
#include <weft/core/time.hpp>

namespace weft {

/// Whether to connect again after an end, and when.
struct reconnect_decision {
    bool again = true;

    /// The shortest wait. A random part of `spread` or of the back-off, whichever is longer, is
    /// added to it.
    duration at_least{};
    duration spread{};
};

/// Returns the standard decision for a connection that ended with `why`, or that failed to open.
/// docs/connecting.md has the table. `now` is the time of day, for a date in Retry-After.
[[nodiscard]] reconnect_decision decide_reconnect(const report& why, std::chrono::sys_seconds now);

class reconnect_attempt;

/// The options of `client::keep_connected`.
struct reconnect_options {
    /// For each attempt. `prepare` may change them.
    connect_options connect = connect_options(); // GCC 12 warns of `{}` in callers

    /// The back-off after the first failure. It doubles with each further one, up to `backoff_max`.
    /// The wait is a random part of it, from zero to the whole ("full jitter").
    duration backoff_first = std::chrono::seconds(1);
    duration backoff_max = std::chrono::seconds(60);

    /// How long a connection must have been open for the back-off to begin again. A shorter one
    /// counts as a failure.
    duration stable_after = std::chrono::seconds(10);

    /// The client gives up when there are more failures in a row than this.
    std::size_t failures_max = unlimited;

    /// Messages sent while not connected are kept, up to this many bytes (each counts its payload
    /// and 64 bytes), and sent after the next `open`. Zero keeps none.
    std::size_t queue_size_max = 0;

    /// Called before each attempt, to change the URI, headers and other options, such as a token.
    /// Call `start` of its argument to connect, at once or later. Empty: connects at once.
    function<void(reconnect_attempt)> prepare = {};

    /// Called to change the standard decision, which is its second argument. Not called after
    /// `reconnecting_connection::close`, or after the application has closed the connection itself
    /// with 1000. If the application has closed the connection with another code, `decide` is
    /// called, and the standard decision is to connect again.
    function<reconnect_decision(const report&, reconnect_decision)> decide = {};

    /// Called when the client waits before it connects again.
    function<void(const report& why, duration wait)> waiting = {};

    /// Called once if the client gives up: because of the decision, or after too many failures.
    /// `fail` or `close` of the last connection was called before. Not called if the application
    /// has ended the connection.
    function<void(const report& why)> given_up = {};
};

/// One attempt to connect, which waits for `start`. Move-only; belongs to the driver's thread.
///
/// It has no effect once its `reconnecting_connection` was closed or destroyed, or `try_now` was
/// called. If it is destroyed without `start` or `fail`, the attempt fails with `errc::aborted`.
class reconnect_attempt {
public:
    reconnect_attempt(reconnect_attempt&& other) noexcept;
    reconnect_attempt& operator=(reconnect_attempt&& other) noexcept;
    ~reconnect_attempt();

    /// Returns false if nothing waits for this attempt any more.
    [[nodiscard]] bool wanted() const noexcept;

    /// Returns the number of failures in a row before this attempt.
    [[nodiscard]] std::size_t failures() const noexcept;

    /// Sets the URI for this and later attempts.
    void target(std::string_view uri);

    /// Sets a header for this and later attempts; replaces those of the same name.
    void header(std::string_view name, std::string value);

    /// Returns the options of this and later attempts; null if `wanted()` is false.
    [[nodiscard]] connect_options* options() const noexcept;

    /// Connects. Handlers are not called from inside this call.
    void start();

    /// Reports that the attempt cannot be made, for example because there is no token: the `fail`
    /// handler is called with `why`, and the back-off continues.
    void fail(std::error_code why);

private:
    friend class reconnecting_connection;
    struct ticket;

    explicit reconnect_attempt(std::unique_ptr<ticket> of) noexcept;

    std::unique_ptr<ticket> ticket_;
};

} // namespace weft
