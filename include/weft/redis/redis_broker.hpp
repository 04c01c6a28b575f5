// SPDX-License-Identifier: MIT
// The broker of many processes and machines: topics in Redis or Valkey. A separate component:
// weft::redis.
#pragma once

#include <memory>
#include <string>

#include <weft/hub/broker.hpp>
#include <weft/redis/redis_error.hpp>
#include <weft/redis/redis_options.hpp>

namespace weft {

/// Keeps topics in Redis 6.2 or later, or in Valkey.
///
/// Each session has two connections, one of them for its subscriptions. When a connection ends, the
/// session connects again and subscribes again, and then calls `on_interruption`.
///
/// An operation whose command was sent when the connection ended is repeated if it only reads or
/// concerns presence. A publication is not: it fails with `errc::outcome_unknown`. Sessions do not
/// keep `event_loop::run` from returning. In a forked child, operations fail with `errc::forked`.
class redis_broker final : public broker {
public:
    explicit redis_broker(redis_options options = {});
    ~redis_broker() override;

    /// Begins to connect. The driver must be an event loop's; with another one, throws
    /// std::invalid_argument. The session may outlive the loop: then operations fail with
    /// `errc::gone`.
    [[nodiscard]] std::unique_ptr<broker_session> open(broker_client& client, driver& on) override;

    /// Returns the version of hiredis, the library that this component uses.
    [[nodiscard]] static std::string version();

private:
    class session_registry;
    class session_handle;

    std::shared_ptr<const redis_options> options_;
    std::shared_ptr<session_registry> sessions_;
};

} // namespace weft
