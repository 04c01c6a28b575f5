// SPDX-License-Identifier: MIT
// Spreads topics over several brokers, such as several Redis servers, by consistent hashing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/hub/broker.hpp>

namespace weft {

/// One of the brokers that share the topics.
struct broker_shard {
    /// Decides, together with a topic's name, whether this shard keeps the topic. Need not be an
    /// address: a server that moves to another machine can keep its name, and thus its topics.
    std::string name;
    std::shared_ptr<weft::broker> broker;
};

/// Keeps each topic in one of several brokers.
///
/// Only the names of the topic and of the shards decide in which one (rendezvous hashing), so all
/// processes must use the same names; their order does not matter. A new shard takes over an equal
/// share of the topics from each of the others, and no other topics move. A topic that moves begins
/// a new epoch.
///
/// While a shard is unreachable, operations on its topics wait or fail; other topics are not
/// affected. A subscription by prefix exists in all shards, and is complete when all of them have
/// confirmed it. After a shard was interrupted, the hub compares the positions of all topics.
class sharded_broker final : public broker {
public:
    /// Throws std::invalid_argument if there is no shard, a broker is null, or two names are equal.
    explicit sharded_broker(std::vector<broker_shard> shards);
    ~sharded_broker() override;

    [[nodiscard]] std::unique_ptr<broker_session> open(broker_client& client, driver& on) override;

    /// Returns the name of the shard that keeps the topic. May be called on any thread.
    [[nodiscard]] const std::string& shard_of(std::string_view topic) const noexcept;

private:
    class session;
    struct ring;

    std::shared_ptr<const ring> ring_;
};

} // namespace weft
