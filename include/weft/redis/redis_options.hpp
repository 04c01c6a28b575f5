// SPDX-License-Identifier: MIT
// The options of a broker over Redis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/core/time.hpp>
#include <weft/stream/secure_layer.hpp>

namespace weft {

/// What happens to operations while there is no connection to Redis.
enum class redis_outage : std::uint8_t {
    wait, ///< they wait, within `redis_options::pending_max` and `wait_max`
    fail  ///< they fail at once, with the reason why there is no connection
};

/// The options of a `redis_broker`. All sessions of the broker use them.
struct redis_options {
    /// Where Redis listens. The host's name is resolved by the loop, again for each attempt to
    /// connect.
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;

    /// The path of a Unix-domain socket; if set, `host` and `port` are not used.
    std::string socket = {};

    /// Sent with AUTH if the password is not empty. An empty user is Redis' `default`.
    std::string user = {};
    std::string password = {};

    /// If set, encrypts the connection. For example a `tls_client`, which decides which issuers are
    /// trusted and which certificate is sent to Redis.
    std::shared_ptr<secure_layer> tls = {};

    /// The name or address for which the certificate of Redis must be valid. A name is also sent as
    /// SNI. Empty: `host`.
    std::string tls_host = {};

    unsigned database = 0; ///< the number of the database (SELECT)

    /// The beginning of all keys and channels. Applications with different prefixes do not see each
    /// other's topics.
    std::string prefix = "weft:";

    // --- while there is no connection to Redis

    redis_outage when_away = redis_outage::wait;

    /// Limit on the bytes of operations of one session that wait or have not been answered. Beyond
    /// it, operations fail with `errc::queue_full`. Commands that renew presence and topics count,
    /// too, but are always sent.
    std::size_t pending_max = std::size_t(16) * 1024 * 1024;

    /// How long an operation waits for a connection before it fails. Zero: without limit.
    duration wait_max = std::chrono::seconds(30);

    /// The delay before the first attempt to connect again; it doubles with each further attempt,
    /// up to `backoff_max`. Each delay is shortened by a random part of up to one half.
    duration backoff_min = std::chrono::milliseconds(100);
    duration backoff_max = std::chrono::seconds(10);

    // --- detecting that Redis does not answer

    /// Limit on connecting, which includes logging in, and on loading scripts again that Redis has
    /// lost. Zero: no limit.
    duration connect_timeout = std::chrono::seconds(5);

    /// A connection ends if Redis owes an answer and sends nothing for this long. Zero: never.
    duration response_timeout = std::chrono::seconds(5);

    /// A connection on which nothing has arrived for this long, and no answer is due, is checked:
    /// the session sends a command that Redis must answer. Zero: never.
    duration check_interval = std::chrono::seconds(10);

    // --- what Redis keeps

    /// How long Redis remembers an unused topic. A topic is used by publications (except transient
    /// ones), by reads, and by subscriptions by name. A later publication begins a new epoch.
    duration topic_time = std::chrono::hours(24);

    duration idempotency_time = std::chrono::minutes(5); ///< how long Redis remembers a key

    /// How long Redis keeps the presence entries of a session that no longer renews them, for
    /// example because its process was killed. A session renews its entries three times within this
    /// time, and removes them when it is destroyed.
    duration presence_time = std::chrono::seconds(60);

    /// Set this only if Redis stores each write before it answers (`appendonly yes` and
    /// `appendfsync always`): then topics keep their epochs when Redis restarts. Otherwise a
    /// restart may have lost the last publications, and topics begin new epochs.
    bool keeps_data = false;

    /// Called when a connection could not be made or has ended, and when Redis answers with an
    /// error. `text` says more, often in the words of Redis, and is valid during the call. Called
    /// on the session's thread; may destroy the session. Must not throw.
    std::function<void(std::error_code why, std::string_view text)> on_trouble = {};
};

} // namespace weft
