// SPDX-License-Identifier: MIT
// One command to Redis, from the call that needs it to its answer, and how such commands are made.
#pragma once

#include <hiredis/hiredis.h>

#include <list>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/core/time.hpp>
#include <weft/hub/broker.hpp>

#include "redis/redis_names.hpp"
#include "redis/redis_scripts.hpp"

namespace weft {

/// The answer of Redis, or an error, also for an error reply. The answer is null if the operation
/// needed no command.
using redis_outcome = result<const redisReply*>;

struct redis_operation {
    /// The words of a command. For a script: the number of its keys, the keys, and all arguments
    /// but the first.
    std::vector<std::string> words = {};
    redis_script script = redis_script::none;
    std::size_t keys = 0;

    /// It has the same effect if it is sent twice.
    bool repeatable = true;

    /// The session makes such an operation anew for each connection. So the queue drops it when the
    /// connection ends, instead of repeating it.
    bool renewed = false;

    time_point give_up = never; ///< waits for a connection until then
    function<void(redis_outcome)> done = {};

    /// Returns the bytes that count towards `redis_options::pending_max`.
    [[nodiscard]] std::size_t size() const noexcept;
};

/// A list, so that an operation moves from queue to queue without memory.
using redis_operations = std::list<redis_operation>;

/// Makes the operations of a session. All throw std::bad_alloc.
class redis_commands {
public:
    redis_commands(const redis_options& options, const redis_names& names)
        : options_(options), names_(names) {}

    /// `new_epoch` is used if the topic has none.
    [[nodiscard]] redis_operations publish(std::string_view topic, const publication& what,
                                           const publish_options& how,
                                           const history_limits& limits, std::uint64_t new_epoch,
                                           completion<position> done) const;
    [[nodiscard]] redis_operations find_position(std::string_view topic, std::uint64_t new_epoch,
                                                 completion<position> done) const;

    /// `create` begins an epoch if the topic has none.
    [[nodiscard]] redis_operations history(std::string_view topic, const history_query& query,
                                           std::uint64_t new_epoch, bool create,
                                           completion<history_page> done) const;

    /// Makes a command without entries; `add_entry` adds them.
    [[nodiscard]] redis_operations enter(std::string_view topic) const;
    static void add_entry(redis_operations& to, std::string_view id, std::string_view data);
    [[nodiscard]] redis_operations leave(std::string_view topic, std::string_view id) const;
    [[nodiscard]] redis_operations presence(std::string_view topic,
                                            completion<std::vector<presence_entry>> done) const;

    /// Makes Redis remember the topic for another `topic_time`.
    [[nodiscard]] redis_operations keep_topic(std::string_view topic) const;

private:
    [[nodiscard]] redis_operations on_topic(redis_script script, std::string_view topic,
                                            std::uint64_t new_epoch) const;

    const redis_options& options_;
    const redis_names& names_;
};

} // namespace weft
