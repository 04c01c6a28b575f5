// SPDX-License-Identifier: MIT
// The names of keys and channels, and how a publication is written as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <weft/hub/publication.hpp>
#include <weft/redis/redis_options.hpp>

namespace weft {

/// Makes the names that belong to a topic. Channels are shared by all databases of a Redis, so the
/// database is a part of their names.
class redis_names {
public:
    explicit redis_names(const redis_options& options);

    /// The key of a hash with the topic's epoch, its newest offset, and the `run_id` of Redis for
    /// which the epoch is valid.
    [[nodiscard]] std::string state(std::string_view topic) const { return key('t', topic); }

    /// The key of the stream of stored publications.
    [[nodiscard]] std::string history(std::string_view topic) const { return key('h', topic); }

    /// The key of a hash with the presence entries.
    [[nodiscard]] std::string presence(std::string_view topic) const { return key('p', topic); }

    /// The key of the position of the publication with an idempotency key.
    [[nodiscard]] std::string once(std::string_view topic, std::string_view by) const;

    [[nodiscard]] std::string channel(std::string_view topic) const {
        return channels_ + std::string(topic);
    }

    /// The topic of a channel, which `channel` has returned.
    [[nodiscard]] std::string_view topic_of(std::string_view channel) const noexcept {
        return channel.substr(channels_.size());
    }

    /// A channel without publications. Subscribing to it checks that Redis answers.
    [[nodiscard]] const std::string& idle_channel() const noexcept { return idle_; }

private:
    [[nodiscard]] std::string key(char kind, std::string_view topic) const;

    std::string prefix_;
    std::string channels_;
    std::string idle_;
};

/// Returns a glob pattern for all texts that begin with `prefix`.
[[nodiscard]] std::string redis_pattern(std::string_view prefix);

/// Writes the prefix of a pattern that `redis_pattern` has returned to `prefix`.
void prefix_of_redis_pattern(std::string_view pattern, std::string& prefix);

/// Returns a publication without its position, as it is stored.
[[nodiscard]] std::string redis_body(const publication& what);

/// Reads what `redis_body` has written; empty for anything else. Throws std::bad_alloc.
[[nodiscard]] std::optional<publication> read_redis_body(std::string_view body, position at);

/// Reads "OFFSET EPOCH BODY"; empty for anything else. Throws std::bad_alloc.
[[nodiscard]] std::optional<publication> read_redis_message(std::string_view text);

/// Reads a decimal number; empty for any other text.
[[nodiscard]] std::optional<std::uint64_t> read_redis_number(std::string_view text) noexcept;

} // namespace weft
