// SPDX-License-Identifier: MIT
// The scripts, in Lua 5.1. Numbers that may be large are passed as text. If a script stores data,
// its first write is a command that Redis refuses when its memory is full (OOM). So the script
// either completes or changes nothing.
#include "redis/redis_scripts.hpp"

// Loads the topic of KEYS[1] (state) and KEYS[2] (history). `create` begins an epoch if the topic
// is unknown, or if Redis was restarted since. ARGV: 1 run_id, 2 a new epoch, 3 topic time (ms).
#define WEFT_LOAD_TOPIC                                                                            \
    "local function load_topic(create)\n"                                                          \
    "  local known = redis.call('HMGET', KEYS[1], 'epoch', 'offset', 'run')\n"                     \
    "  if known[1] and known[3] == ARGV[1] then return known[1], known[2] end\n"                   \
    "  if not create then return '0', '0' end\n"                                                   \
    "  redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'offset', '0', 'run', ARGV[1])\n"             \
    "  redis.call('DEL', KEYS[2])\n"                                                               \
    "  return ARGV[2], '0'\n"                                                                      \
    "end\n"                                                                                        \
    "local function now()\n"                                                                       \
    "  local time = redis.call('TIME')\n"                                                          \
    "  return time[1] * 1000 + math.floor(time[2] / 1000)\n"                                       \
    "end\n"                                                                                        \
    "local function trim_history()\n"                                                              \
    "  local time = now()\n"                                                                       \
    "  while true do\n"                                                                            \
    "    local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]\n"                   \
    "    if not first or tonumber(first[2][4]) > time then return end\n"                           \
    "    redis.call('XDEL', KEYS[2], first[1])\n"                                                  \
    "  end\n"                                                                                      \
    "end\n"

namespace weft {
namespace {

// ARGV: 4 channel, 5 body, 6 messages and 7 age (ms) of the history, 8 '1' if transient, 9 how long
// the idempotency key KEYS[3] is remembered (ms). Returns offset and epoch.
constexpr const char* publish_script = WEFT_LOAD_TOPIC R"lua(
local epoch = load_topic(true)
if KEYS[3] then
  local known = redis.call('GET', KEYS[3])
  if known then
    local offset, of = string.match(known, '^(%d+) (%d+)$')
    if of == epoch then return {offset, of} end
  end
end
local offset = '0'
if ARGV[8] ~= '1' then
  offset = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'offset', 1))
  local age = tonumber(ARGV[7])
  if ARGV[6] ~= '0' and age > 0 then
    local expiry = string.format('%.0f', now() + age)
    redis.call('XADD', KEYS[2], 'MAXLEN', '=', ARGV[6], offset .. '-0', 'body', ARGV[5],
               'expiry', expiry)
    trim_history()
    if redis.call('PTTL', KEYS[2]) < age then redis.call('PEXPIRE', KEYS[2], ARGV[7]) end
  else
    redis.call('DEL', KEYS[2])
  end
end
if KEYS[3] then redis.call('SET', KEYS[3], offset .. ' ' .. epoch, 'PX', ARGV[9]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[4], offset .. ' ' .. epoch .. ' ' .. ARGV[5])
return {offset, epoch}
)lua";

// Returns offset and epoch.
constexpr const char* position_script = WEFT_LOAD_TOPIC R"lua(
local epoch, offset = load_topic(true)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {offset, epoch}
)lua";

// ARGV: 4 '1' to create the topic, 5 the first id, empty for the newest, 6 the most to return.
// Returns offset, epoch, the oldest id or '', and ids and bodies in order.
constexpr const char* history_script = WEFT_LOAD_TOPIC R"lua(
local epoch, offset = load_topic(ARGV[4] == '1')
if epoch == '0' then return {'0', '0', '', {}} end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
trim_history()
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local found = {}
if ARGV[6] ~= '0' then
  if ARGV[5] ~= '' then
    found = redis.call('XRANGE', KEYS[2], ARGV[5], '+', 'COUNT', ARGV[6])
  else
    local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', ARGV[6])
    for i = #newest, 1, -1 do found[#found + 1] = newest[i] end
  end
end
local list = {}
for _, each in ipairs(found) do
  list[#list + 1] = each[1]
  list[#list + 1] = each[2][2]
end
return {offset, epoch, oldest and oldest[1] or '', list}
)lua";

// KEYS: 1 presence. ARGV: 2 presence time (ms), then ids and data.
constexpr const char* enter_script = R"lua(
local time = redis.call('TIME')
local expiry = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
for i = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], string.format('%.0f ', expiry) .. ARGV[i + 1])
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
)lua";

// KEYS: 1 presence. Returns ids and data.
constexpr const char* who_is_there_script = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
local list = {}
for i = 1, #all, 2 do
  local space = string.find(all[i + 1], ' ', 1, true)
  if tonumber(string.sub(all[i + 1], 1, space - 1)) > now then
    list[#list + 1] = all[i]
    list[#list + 1] = string.sub(all[i + 1], space + 1)
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return list
)lua";

} // namespace

const std::array<const char*, redis_script_count> redis_script_texts{
    "", publish_script, position_script, history_script, enter_script, who_is_there_script};

} // namespace weft

#undef WEFT_LOAD_TOPIC
