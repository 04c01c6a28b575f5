// SPDX-License-Identifier: MIT
// Writes the commands, and reads their answers.
#include "redis/redis_operation.hpp"

#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/redis/redis_error.hpp>

namespace weft {
namespace {

constexpr std::size_t fixed_size = 128; // of an operation itself
constexpr std::size_t read_max = 1'000'000'000;

std::string milliseconds(duration time) {
    const auto whole = std::chrono::ceil<std::chrono::milliseconds>(time).count();
    return std::to_string(std::max<std::int64_t>(whole, 0));
}

std::string_view text(const redisReply& of) noexcept {
    return of.str ? std::string_view(of.str, of.len) : std::string_view();
}

bool is_array(const redisReply* what, std::size_t least) noexcept {
    return what && what->type == REDIS_REPLY_ARRAY && what->elements >= least;
}

std::optional<position> read_position(const redisReply* answer) noexcept {
    if (!is_array(answer, 2)) return {};
    const auto offset = read_redis_number(text(*answer->element[0]));
    const auto epoch = read_redis_number(text(*answer->element[1]));
    if (!offset || !epoch) return {};
    return position{*offset, *epoch};
}

/// The offset in the id "OFFSET-0" of a stored publication.
std::optional<std::uint64_t> offset_of_id(std::string_view id) noexcept {
    return read_redis_number(id.substr(0, id.find('-')));
}

/// Returns a function for `redis_operation::done` that reads the answer with `read`. Without
/// memory for that, the outcome is an error; if the answer is malformed, it is `malformed`.
template <class T, class Read>
function<void(redis_outcome)> reading(completion<T>&& done, Read read,
                                      std::error_code malformed = redis_error::bad_answer) {
    return [done = std::move(done), read, malformed](redis_outcome outcome) mutable {
        if (!done) return;
        if (!outcome) return done(failure(outcome.error()));
        std::optional<T> value;
        try {
            value = read(*outcome);
        } catch (const std::bad_alloc&) {
            return done(failure(std::make_error_code(std::errc::not_enough_memory)));
        }
        if (!value) return done(failure(malformed));
        done(std::move(*value));
    };
}

/// A publication of history is missing if the oldest stored one comes later than `since`.
bool is_complete(const history_query& query, position latest, std::string_view oldest) noexcept {
    if (!query.since) return true;
    const auto& since = *query.since;
    if (since.epoch != latest.epoch || since.offset > latest.offset) return false;
    if (since.offset == latest.offset) return true;
    const auto first = offset_of_id(oldest);
    return first && *first <= since.offset + 1;
}

std::optional<history_page> read_page(const history_query& query, const redisReply* answer) {
    const auto latest = read_position(answer);
    if (!latest || !is_array(answer, 4) || !is_array(answer->element[3], 0)) return {};
    history_page page;
    page.latest = *latest;
    page.complete = is_complete(query, *latest, text(*answer->element[2]));
    if (!page.complete) return page;
    const redisReply& all = *answer->element[3];
    for (std::size_t i = 0; i + 1 < all.elements; i += 2) {
        const auto offset = offset_of_id(text(*all.element[i]));
        if (!offset) return {};
        auto one = read_redis_body(text(*all.element[i + 1]), {*offset, latest->epoch});
        if (!one) return {};
        page.messages.push_back(std::make_shared<const publication>(std::move(*one)));
    }
    return page;
}

} // namespace

std::size_t redis_operation::size() const noexcept {
    std::size_t sum = fixed_size;
    for (const auto& word : words) sum += word.size();
    return sum;
}

redis_operations redis_commands::on_topic(redis_script script, std::string_view topic,
                                          std::uint64_t new_epoch) const {
    redis_operations made(1);
    auto& one = made.front();
    one.script = script;
    one.keys = 2;
    one.words = {"2", names_.state(topic), names_.history(topic), std::to_string(new_epoch),
                 milliseconds(options_.topic_time)};
    return made;
}

redis_operations redis_commands::publish(std::string_view topic, const publication& what,
                                         const publish_options& how, const history_limits& limits,
                                         std::uint64_t new_epoch,
                                         completion<position> done) const {
    redis_operations made;
    if (how.transient && how.idempotency_key.empty()) {
        made.emplace_back();
        made.front().words = {"PUBLISH", names_.channel(topic), "0 0 " + redis_body(what)};
        made.front().done = reading(std::move(done), [](const redisReply*) {
            return std::optional(position());
        });
    } else {
        made = on_topic(redis_script::publish, topic, new_epoch);
        auto& words = made.front().words;
        if (!how.idempotency_key.empty()) {
            words[0] = "3";
            words.insert(words.begin() + 3, names_.once(topic, how.idempotency_key));
            made.front().keys = 3;
        }
        words.push_back(names_.channel(topic));
        words.push_back(redis_body(what));
        words.push_back(std::to_string(std::min(limits.messages, read_max)));
        words.push_back(milliseconds(limits.age));
        words.emplace_back(how.transient ? "1" : "0");
        words.push_back(milliseconds(std::max(options_.idempotency_time, duration(1))));
        const auto read = [](const redisReply* answer) {
            auto at = read_position(answer);
            if (at && at->offset == 0) at = position(); // transient
            return at;
        };
        made.front().done = reading(std::move(done), read, errc::outcome_unknown);
    }
    made.front().repeatable = false;
    return made;
}

redis_operations redis_commands::find_position(std::string_view topic, std::uint64_t new_epoch,
                                               completion<position> done) const {
    auto made = on_topic(redis_script::position, topic, new_epoch);
    made.front().done = reading(std::move(done), read_position);
    return made;
}

redis_operations redis_commands::history(std::string_view topic, const history_query& query,
                                         std::uint64_t new_epoch, bool create,
                                         completion<history_page> done) const {
    auto made = on_topic(redis_script::history, topic, new_epoch);
    auto& words = made.front().words;
    words.emplace_back(create ? "1" : "0");
    words.push_back(query.since ? std::to_string(query.since->offset + 1) + "-0" : "");
    words.push_back(std::to_string(std::min(query.limit, read_max)));
    made.front().done = reading(std::move(done), [query](const redisReply* answer) {
        return read_page(query, answer);
    });
    return made;
}

redis_operations redis_commands::enter(std::string_view topic) const {
    redis_operations made(1);
    auto& one = made.front();
    one.script = redis_script::enter;
    one.keys = 1;
    one.renewed = true;
    one.words = {"1", names_.presence(topic), milliseconds(options_.presence_time)};
    return made;
}

void redis_commands::add_entry(redis_operations& to, std::string_view id, std::string_view data) {
    to.front().words.emplace_back(id);
    to.front().words.emplace_back(data);
}

redis_operations redis_commands::leave(std::string_view topic, std::string_view id) const {
    redis_operations made(1);
    made.front().words = {"HDEL", names_.presence(topic), std::string(id)};
    return made;
}

redis_operations redis_commands::presence(std::string_view topic,
                                          completion<std::vector<presence_entry>> done) const {
    redis_operations made(1);
    auto& one = made.front();
    one.script = redis_script::who_is_there;
    one.keys = 1;
    one.words = {"1", names_.presence(topic)};
    one.done = reading(std::move(done), [](const redisReply* answer) {
        std::optional<std::vector<presence_entry>> all;
        if (!is_array(answer, 0)) return all;
        all.emplace();
        for (std::size_t i = 0; i + 1 < answer->elements; i += 2) {
            all->push_back({std::string(text(*answer->element[i])),
                            std::string(text(*answer->element[i + 1]))});
        }
        return all;
    });
    return made;
}

redis_operations redis_commands::keep_topic(std::string_view topic) const {
    redis_operations made(1);
    made.front().renewed = true;
    made.front().words = {"PEXPIRE", names_.state(topic), milliseconds(options_.topic_time)};
    return made;
}

} // namespace weft
