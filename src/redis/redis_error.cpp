// SPDX-License-Identifier: MIT
// The messages of the errors, and how the text of an error reply is classified.
#include <weft/redis/redis_error.hpp>

#include <string>
#include <utility>

namespace weft {
namespace {

constexpr std::pair<std::string_view, redis_error> beginnings[] = {
    {"OOM ", redis_error::out_of_memory},
    {"NOAUTH", redis_error::authentication},
    {"WRONGPASS", redis_error::authentication},
    {"ERR invalid password", redis_error::authentication},
    {"ERR AUTH ", redis_error::authentication},
    {"ERR Client sent AUTH", redis_error::authentication},
    {"NOPERM", redis_error::no_permission},
    {"LOADING", redis_error::loading},
    {"MASTERDOWN", redis_error::loading},
    {"READONLY", redis_error::read_only},
    {"MOVED ", redis_error::moved},
    {"ASK ", redis_error::moved},
    {"CLUSTERDOWN", redis_error::moved},
    {"BUSY ", redis_error::busy},
    {"MISCONF", redis_error::write_refused},
    {"NOREPLICAS", redis_error::write_refused},
};

class redis_errors final : public std::error_category {
public:
    const char* name() const noexcept override { return "redis"; }
    std::string message(int code) const override {
        switch (static_cast<redis_error>(code)) {
        case redis_error::out_of_memory: return "Redis has reached its memory limit (OOM)";
        case redis_error::authentication: return "Redis requires another user or password";
        case redis_error::no_permission: return "the user's ACL forbids the command (NOPERM)";
        case redis_error::loading: return "Redis is still reading its data (LOADING)";
        case redis_error::read_only: return "this Redis is a read-only replica (READONLY)";
        case redis_error::moved: return "this Redis is a node of a cluster (MOVED)";
        case redis_error::busy: return "Redis is running a slow script (BUSY)";
        case redis_error::write_refused: return "Redis accepts no writes at present";
        case redis_error::timeout: return "Redis did not answer in time";
        case redis_error::connection_lost: return "the connection to Redis ended";
        case redis_error::bad_answer: return "Redis sent an unexpected answer";
        case redis_error::bad_url:
            return "not a URL such as redis://host:6379/0 or unix:/run/redis.sock";
        case redis_error::no_tls:
            return "rediss: needs TLS, and no TLS layer was given";
        case redis_error::command_failed: return "Redis answered with an error";
        }
        return "unknown error";
    }
    std::error_condition default_error_condition(int code) const noexcept override {
        if (code == static_cast<int>(redis_error::timeout)) return std::errc::timed_out;
        return {code, *this};
    }
};

} // namespace

const std::error_category& redis_category() noexcept {
    static const redis_errors category;
    return category;
}

/// Before Redis 7, the error of a command inside a script stands at the end of a longer text.
redis_error redis_error_of(std::string_view reply) noexcept {
    for (const auto& [beginning, code] : beginnings) {
        if (reply.starts_with(beginning)) return code;
    }
    if (!reply.starts_with("ERR Error running script")) return redis_error::command_failed;
    for (const auto& [beginning, code] : beginnings) {
        const auto at = reply.find(beginning);
        if (at != reply.npos && at != 0 && reply[at - 1] == '-') return code;
    }
    return redis_error::command_failed;
}

} // namespace weft
