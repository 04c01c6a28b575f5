// SPDX-License-Identifier: MIT
// Resolves the name of Redis, connects, logs in, checks that Redis answers, and connects again.
#include "redis/redis_link.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/loop/resolve_error.hpp>
#include <weft/redis/redis_error.hpp>

#include "loop/known_names.hpp"
#include "loop/loop_state.hpp"
#include "redis/redis_socket.hpp"

namespace weft {
namespace {

constexpr duration finish_limit = std::chrono::seconds(2);

// What a command of the handshake is for; smaller numbers are scripts to load.
constexpr std::uint8_t handshake_login = 100;
constexpr std::uint8_t handshake_info = 101;

redis_link* link_of(const redisAsyncContext* context) noexcept {
    return static_cast<redis_link*>(context->data);
}

std::string_view text_of(const redisReply& answer) noexcept {
    return answer.str ? std::string_view(answer.str, answer.len) : std::string_view();
}

/// The error of a context that could not connect, or that was disconnected.
std::error_code error_of(const redisAsyncContext& context) noexcept {
    switch (context.err) {
    case REDIS_ERR_IO:
        if (errno != 0) return {errno, std::system_category()};
        return redis_error::connection_lost;
    case REDIS_ERR_OOM: return std::make_error_code(std::errc::not_enough_memory);
    case REDIS_ERR_PROTOCOL: return redis_error::bad_answer;
    case REDIS_ERR_OTHER:
        if (redis_error_of(context.errstr) != redis_error::command_failed) {
            return redis_error_of(context.errstr); // the answer to SUBSCRIBE
        }
        return redis_error::connection_lost;
    default: return redis_error::connection_lost;
    }
}

} // namespace

redis_link::redis_link(loop_state& loop, redis_link_owner& owner, const redis_options& options,
                       redis_role role, std::string idle_channel)
    : loop_(loop), owner_(owner), options_(options), idle_channel_(std::move(idle_channel)),
      role_(role) {}

void redis_link::start() {
    loop_.take_place(*this);
    phase_ = phase::waiting;
    loop_.defer(*this);
}

// --- connecting

void redis_link::run() noexcept {
    if (phase_ != phase::waiting) return;
    const auto self = owner_.hold();
    phase_ = phase::resolving;
    loop_.arm(*this, deadline_after(loop_.read_clock(), options_.connect_timeout));
    try {
        begin();
    } catch (const std::bad_alloc&) {
        fail(std::make_error_code(std::errc::not_enough_memory), "no memory to connect");
    }
}

void redis_link::begin() {
    if (!options_.socket.empty()) {
        errno = 0;
        auto* const made = redisAsyncConnectUnix(options_.socket.c_str());
        connect_error_ = errno; // which hiredis 0.14 does not report
        return adopt(made);
    }
    found_ = known_addresses(options_.host, options_.port);
    if (found_.empty()) {
        auto asked = query_.ask(loop_, options_.host, options_.port, *this, *this);
        if (!asked) return fail(asked.error(), options_.host);
        if (phase_ != phase::resolving || asked->empty()) return; // the resolver will answer
        found_ = std::move(*asked);
    }
    connect_to(found_[attempts_ % found_.size()]);
}

void redis_link::on_found(std::span<const address> some) noexcept {
    if (phase_ != phase::resolving) return;
    try {
        const auto added = usable(some, options_.port);
        found_.insert(found_.end(), added.begin(), added.end());
    } catch (const std::bad_alloc&) {
        fail(std::make_error_code(std::errc::not_enough_memory), "no memory to connect");
    }
}

void redis_link::on_no_more(std::error_code why) noexcept {
    if (phase_ != phase::resolving) return;
    if (found_.empty()) return fail(why ? why : resolve_error::no_address, options_.host);
    try {
        connect_to(found_[attempts_ % found_.size()]);
    } catch (const std::bad_alloc&) {
        fail(std::make_error_code(std::errc::not_enough_memory), "no memory to connect");
    }
}

/// The address is numeric, so hiredis does not block to resolve it.
void redis_link::connect_to(const address& where) {
    adopt(redisAsyncConnect(where.host().c_str(), options_.port));
}

void redis_link::adopt(redisAsyncContext* made) {
    if (!made) throw std::bad_alloc();
    if (made->err != 0) {
        const auto why = error_of(*made);
        const std::string text = made->errstr;
        redisAsyncFree(made);
        return fail(why, text);
    }
    try {
        socket_ = &redis_socket::attach(loop_, *made);
    } catch (const std::bad_alloc&) {
        redisAsyncFree(made);
        throw;
    }
    context_ = made;
    context_->data = this;
    phase_ = phase::connecting;
    redisAsyncSetDisconnectCallback(context_, &redis_link::disconnected);
    redisAsyncSetConnectCallback(context_, &redis_link::connected); // waits for writability
}

void redis_link::connected(const redisAsyncContext* context, int status) noexcept {
    redis_link* const link = link_of(context);
    if (!link) return;
    const auto self = link->owner_.hold();
    if (status == REDIS_OK) {
        if (link->secure()) link->begin_handshake();
        return;
    }
    link->fail(errno != 0 ? std::error_code(errno, std::system_category())
                          : make_error_code(redis_error::connection_lost),
               context->errstr ? context->errstr : "");
}

/// Starts TLS if the options ask for it. The commands that follow, such as AUTH, are buffered, and
/// sent when TLS has verified the server. Returns false after a failure.
bool redis_link::secure() noexcept {
    if (!options_.tls) return true;
    const auto& host = options_.tls_host.empty() ? options_.host : options_.tls_host;
    std::error_code why;
    try {
        why = socket_->encrypt(*options_.tls, host);
    } catch (const std::bad_alloc&) {
        why = std::make_error_code(std::errc::not_enough_memory);
    }
    if (why) fail(why, "cannot encrypt");
    return !why;
}

// --- the handshake: AUTH, SELECT, INFO, and loading the scripts

void redis_link::begin_handshake() noexcept {
    phase_ = phase::handshake;
    if (!options_.password.empty() && options_.user.empty()) {
        send_handshake_command(handshake_login, {"AUTH", options_.password});
    } else if (!options_.password.empty()) {
        send_handshake_command(handshake_login, {"AUTH", options_.user, options_.password});
    }
    if (options_.database != 0 && phase_ == phase::handshake) {
        char number[16];
        const int size = std::snprintf(number, sizeof number, "%u", options_.database);
        send_handshake_command(handshake_login,
                               {"SELECT", {number, static_cast<std::size_t>(size)}});
    }
    if (role_ == redis_role::subscriptions) {
        return send_handshake_command(handshake_login, {"PING"});
    }
    send_handshake_command(handshake_info, {"INFO", "server"});
    load_scripts();
}

void redis_link::load_scripts() noexcept {
    if (phase_ == phase::ready) {
        phase_ = phase::handshake;
        loop_.arm(*this, deadline_after(loop_.read_clock(), options_.connect_timeout));
    }
    for (std::uint8_t i = 1; i < redis_script_count && phase_ == phase::handshake; ++i) {
        send_handshake_command(i, {"SCRIPT", "LOAD", redis_script_texts[i]});
    }
}

void redis_link::send_handshake_command(std::uint8_t what,
                                        std::initializer_list<std::string_view> words) noexcept {
    if (phase_ != phase::handshake) return;
    const char* parts[4];
    std::size_t sizes[4];
    int count = 0;
    for (const auto word : words) {
        parts[count] = word.data();
        sizes[count++] = word.size();
    }
    void* const meaning = reinterpret_cast<void*>(static_cast<std::uintptr_t>(what));
    if (redisAsyncCommandArgv(context_, &redis_link::handshake_answered, meaning, count, parts,
                              sizes) != REDIS_OK) {
        return fail(std::make_error_code(std::errc::not_enough_memory), "no memory to log in");
    }
    ++handshake_unanswered_;
    expect_answer();
}

void redis_link::handshake_answered(redisAsyncContext* context, void* answer, void* what) noexcept {
    redis_link* const link = link_of(context);
    if (!link || !answer) return;
    const auto self = link->owner_.hold();
    link->on_handshake_answer(static_cast<std::uint8_t>(reinterpret_cast<std::uintptr_t>(what)),
                              *static_cast<redisReply*>(answer));
}

void redis_link::on_handshake_answer(std::uint8_t what, const redisReply& answer) noexcept {
    --unanswered_;
    --handshake_unanswered_;
    const auto text = text_of(answer);
    if (answer.type == REDIS_REPLY_ERROR) return fail(redis_error_of(text), text);
    try {
        if (what == handshake_info) read_run_id(text);
        else if (what < redis_script_count) hashes_[what] = text;
    } catch (const std::bad_alloc&) {
        return fail(std::make_error_code(std::errc::not_enough_memory), "no memory to log in");
    }
    if (handshake_unanswered_ == 0) became_ready();
}

void redis_link::read_run_id(std::string_view text) {
    constexpr std::string_view name = "run_id:";
    run_id_ = "kept";
    const auto at = text.find(name);
    if (options_.keeps_data || at == text.npos) return;
    const auto rest = text.substr(at + name.size());
    run_id_ = rest.substr(0, rest.find_first_of("\r\n"));
}

void redis_link::became_ready() noexcept {
    phase_ = phase::ready;
    may_subscribe_ = false;
    connect_error_ = 0;
    attempts_ = 0;
    alive_at_ = loop_.read_clock();
    schedule_liveness_check();
    if (phase_ != phase::ready) return;
    if (role_ == redis_role::subscriptions) send_subscription("SUBSCRIBE", idle_channel_);
    if (phase_ == phase::ready) owner_.on_ready(*this);
}

// --- commands

bool redis_link::send(std::size_t count, const char** words, const std::size_t* sizes) noexcept {
    if (count > INT_MAX || redisAsyncCommandArgv(context_, &redis_link::answered, nullptr,
                                                 static_cast<int>(count), words,
                                                 sizes) != REDIS_OK) {
        return false;
    }
    expect_answer();
    return true;
}

void redis_link::answered(redisAsyncContext* context, void* answer, void*) noexcept {
    redis_link* const link = link_of(context);
    if (!link || !answer) return;
    const auto self = link->owner_.hold();
    --link->unanswered_;
    link->owner_.on_answer(*static_cast<redisReply*>(answer));
}

void redis_link::send_subscription(const char* command, std::string_view name) noexcept {
    const char* parts[] = {command, name.data()};
    const std::size_t sizes[] = {std::string_view(command).size(), name.size()};
    if (redisAsyncCommandArgv(context_, &redis_link::pushed, nullptr, 2, parts, sizes) !=
        REDIS_OK) {
        return fail(std::make_error_code(std::errc::not_enough_memory), "no memory to subscribe");
    }
    expect_answer();
}

void redis_link::pushed(redisAsyncContext* context, void* answer, void*) noexcept {
    redis_link* const link = link_of(context);
    if (!link || !answer) return;
    const auto self = link->owner_.hold();
    const auto& what = *static_cast<redisReply*>(answer);
    if (what.type != REDIS_REPLY_ARRAY || what.elements < 3) return;
    const auto kind = text_of(*what.element[0]);
    if (kind != "message" && kind != "pmessage") {
        if (link->unanswered_ != 0) --link->unanswered_;
        if (text_of(*what.element[1]) == link->idle_channel_) {
            link->may_subscribe_ = true;
            return;
        }
    }
    link->owner_.on_pushed(what);
}

// --- checking that Redis answers

/// Begins to wait for an answer.
void redis_link::expect_answer() noexcept {
    if (unanswered_++ != 0 || phase_ != phase::ready) return;
    static_cast<void>(socket_->take_arrival());
    alive_at_ = loop_.now();
    schedule_liveness_check();
}

/// Arms the timer for the next check.
void redis_link::schedule_liveness_check() noexcept {
    const duration wait = unanswered_ != 0 ? options_.response_timeout : options_.check_interval;
    const time_point due = deadline_after(alive_at_, wait);
    if (!armed()) return loop_.arm(*this, due);
    loop_.move_deadline(*this, due);
}

void redis_link::expire() noexcept {
    const auto self = owner_.hold();
    if (phase_ == phase::waiting) return run();
    if (phase_ != phase::ready) {
        const bool resolving = phase_ == phase::resolving;
        return fail(resolving ? make_error_code(errc::resolve_timeout)
                              : make_error_code(redis_error::timeout),
                    "connecting took too long");
    }
    // After a pause of this process, input may wait that came in time.
    socket_->read_now();
    if (phase_ != phase::ready) return;
    if (socket_->take_arrival()) alive_at_ = loop_.now();
    const duration silence = loop_.now() - alive_at_;
    const duration limit = options_.response_timeout;
    if (unanswered_ != 0 && limit > duration::zero() && silence >= limit) {
        return fail(redis_error::timeout, "no answer in time");
    }
    const duration interval = options_.check_interval;
    if (unanswered_ == 0 && interval > duration::zero() && silence >= interval) {
        check_liveness();
    }
    if (phase_ == phase::ready) schedule_liveness_check();
}

/// hiredis would take a message that arrives before the answer to PING for that answer, so a
/// connection with subscriptions subscribes once more instead.
void redis_link::check_liveness() noexcept {
    if (role_ == redis_role::subscriptions) return send_subscription("SUBSCRIBE", idle_channel_);
    const char* word = "PING";
    const std::size_t size = 4;
    if (redisAsyncCommandArgv(context_, &redis_link::pinged, nullptr, 1, &word, &size) !=
        REDIS_OK) {
        return fail(std::make_error_code(std::errc::not_enough_memory), "no memory to send PING");
    }
    expect_answer();
}

void redis_link::pinged(redisAsyncContext* context, void* answer, void*) noexcept {
    redis_link* const link = link_of(context);
    if (link && answer) --link->unanswered_;
}

// --- the end of a connection

void redis_link::disconnected(const redisAsyncContext* context, int) noexcept {
    redis_link* const link = link_of(context);
    if (!link) return;
    const auto self = link->owner_.hold();
    auto why = error_of(*context);
    if (!link->ready() && link->connect_error_ != 0 && link->connect_error_ != EINPROGRESS) {
        why = std::error_code(link->connect_error_, std::system_category());
    }
    if (const auto broken = link->socket_ ? link->socket_->tls_error() : std::error_code()) {
        return link->fail(broken, link->socket_->tls_error_detail());
    }
    link->fail(why, context->errstr ? context->errstr : "");
}

/// `text` may belong to the context, which ends before the owner is called.
void redis_link::fail(std::error_code why, std::string_view text) noexcept {
    if (phase_ == phase::closed || phase_ == phase::waiting) return;
    char copy[256];
    const std::string_view kept(copy, text.copy(copy, sizeof copy));
    close();
    phase_ = phase::waiting;
    loop_.arm(*this, later(loop_.read_clock(), next_delay()));
    owner_.on_lost(*this, why, kept);
}

/// Doubles with each attempt. The random part keeps many processes from coming back at the same
/// moment.
duration redis_link::next_delay() noexcept {
    const duration delay =
        std::max(doubled(options_.backoff_min, attempts_++, options_.backoff_max), duration(1));
    return delay - random_delay(loop_.random(), delay / 2);
}

/// Resets the link, and returns the socket, which the caller must finish or free.
redis_socket* redis_link::take_socket() noexcept {
    if (phase_ == phase::closed) return nullptr;
    phase_ = phase::closed;
    query_.cancel();
    loop_.disarm(*this);
    loop_.cancel(*this);
    unanswered_ = handshake_unanswered_ = 0;
    found_.clear();
    if (context_) context_->data = nullptr;
    context_ = nullptr;
    return std::exchange(socket_, nullptr);
}

void redis_link::close() noexcept {
    if (redis_socket* const socket = take_socket()) socket->free();
}

void redis_link::finish() noexcept {
    if (redis_socket* const socket = take_socket()) socket->finish(finish_limit);
}

} // namespace weft
