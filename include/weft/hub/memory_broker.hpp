// SPDX-License-Identifier: MIT
// The broker of one process: topics in memory, shared by hubs on any number of threads.
#pragma once

#include <cstddef>
#include <memory>

#include <weft/hub/broker.hpp>

namespace weft {

struct memory_broker_options {
    /// Limit on the publications, in bytes, that wait for another thread's loop. Beyond it,
    /// `publish` fails with `errc::queue_full`.
    std::size_t pending_max = std::size_t(64) * 1024 * 1024;

    /// How long an idempotency key is remembered. Zero: not at all.
    duration idempotency_time = std::chrono::minutes(5);
    /// How many idempotency keys are remembered for each topic: the newest ones. Zero: none.
    std::size_t idempotency_keys_max = 10'000;
};

/// Keeps topics in this process's memory; the default broker of a hub.
///
/// Give the same broker to the hubs of several loops, and they act as one hub: each loop that has
/// subscribers is woken at most once for each publication. A topic is forgotten when it has no
/// subscriber, no presence, no stored publication and no idempotency key; a later publication to it
/// begins a new epoch. Expired publications of a topic are dropped when it is used next; each
/// publication and each subscription also checks two other topics.
class memory_broker final : public broker {
public:
    explicit memory_broker(const memory_broker_options& options = {});
    ~memory_broker() override;

    [[nodiscard]] std::unique_ptr<broker_session> open(broker_client& client, driver& on) override;

    /// Returns how many topics the broker knows. May be called on any thread.
    [[nodiscard]] std::size_t topic_count() const;

private:
    std::shared_ptr<class memory_topics> topics_;
};

} // namespace weft
