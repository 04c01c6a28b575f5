// SPDX-License-Identifier: MIT
// One connection to Redis that is opened again whenever it ends: connects, does the handshake, and
// checks that Redis answers. Does not know topics.
#pragma once

#include <hiredis/async.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/address.hpp>
#include <weft/redis/redis_options.hpp>
#include <weft/stream/driver.hpp>

#include "loop/name_query.hpp"
#include "redis/redis_scripts.hpp"

namespace weft {

class loop_state;
class redis_link;
class redis_socket;

/// What a connection is for. On a connection with subscriptions, Redis accepts only a few other
/// commands (protocol RESP2).
enum class redis_role : std::uint8_t { commands, subscriptions };

/// Receives what happens on a connection. Every function may close it.
class redis_link_owner {
public:
    virtual void on_ready(redis_link& which) noexcept = 0;

    /// Called when the connection has ended or could not be made; another attempt follows.
    virtual void on_lost(redis_link& which, std::error_code why,
                         std::string_view text) noexcept = 0;

    /// Called with the answer to the oldest command that has none.
    virtual void on_answer(const redisReply& answer) noexcept = 0;

    /// Called with what Redis sends to a connection with subscriptions.
    virtual void on_pushed(const redisReply& what) noexcept = 0;

    /// Returns a pointer that keeps the owner alive while its functions are on the stack.
    [[nodiscard]] virtual std::shared_ptr<void> hold() noexcept = 0;

protected:
    ~redis_link_owner() = default;
};

class redis_link final : public timed_work_item, public address_sink {
public:
    redis_link(loop_state& loop, redis_link_owner& owner, const redis_options& options,
               redis_role role, std::string idle_channel);
    ~redis_link() override { close(); }

    /// Begins to connect, in a later turn. Throws std::bad_alloc.
    void start();
    [[nodiscard]] bool ready() const noexcept { return phase_ == phase::ready; }

    /// True if Redis has accepted a first SUBSCRIBE on the last connection, so that an error
    /// concerns a later one.
    [[nodiscard]] bool may_subscribe() const noexcept { return may_subscribe_; }

    /// Sends a command, which `on_answer` answers. Returns false if there is no memory; then
    /// nothing was sent. Must be `ready`.
    [[nodiscard]] bool send(std::size_t count, const char** words,
                            const std::size_t* sizes) noexcept;

    /// Sends SUBSCRIBE, UNSUBSCRIBE, PSUBSCRIBE or PUNSUBSCRIBE for one name. If there is no
    /// memory, the connection ends.
    void send_subscription(const char* command, std::string_view name) noexcept;

    /// Ends the connection, for example because Redis has become a replica.
    void fail(std::error_code why, std::string_view text) noexcept;

    /// Loads the scripts again, and then calls `on_ready`.
    void load_scripts() noexcept;

    /// Returns the hash of a script.
    [[nodiscard]] const std::string& hash(redis_script which) const noexcept {
        return hashes_[static_cast<std::size_t>(which)];
    }

    /// Returns the `run_id` of Redis, which changes with each start; always "kept" with
    /// `redis_options::keeps_data`, or if Redis reports none.
    [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

    /// Ends everything; nothing is called afterwards.
    void close() noexcept;

    /// Like `close`, but the socket first sends the commands in its buffer and waits for the
    /// answers, for at most two seconds.
    void finish() noexcept;

private:
    enum class phase : std::uint8_t { closed, waiting, resolving, connecting, handshake, ready };

    // called by hiredis
    static void connected(const redisAsyncContext* context, int status) noexcept;
    static void disconnected(const redisAsyncContext* context, int status) noexcept;
    static void handshake_answered(redisAsyncContext* context, void* answer, void* what) noexcept;
    static void answered(redisAsyncContext* context, void* answer, void* unused) noexcept;
    static void pinged(redisAsyncContext* context, void* answer, void* unused) noexcept;
    static void pushed(redisAsyncContext* context, void* answer, void* unused) noexcept;

    // called by the loop
    void expire() noexcept override;
    void run() noexcept override;
    void on_found(std::span<const address> some) noexcept override;
    void on_no_more(std::error_code why) noexcept override;

    void begin();
    void connect_to(const address& where);
    void adopt(redisAsyncContext* made);
    [[nodiscard]] bool secure() noexcept;
    void begin_handshake() noexcept;
    void send_handshake_command(std::uint8_t what,
                                std::initializer_list<std::string_view> words) noexcept;
    void on_handshake_answer(std::uint8_t what, const redisReply& answer) noexcept;
    void read_run_id(std::string_view text);
    void became_ready() noexcept;
    void schedule_liveness_check() noexcept;
    void check_liveness() noexcept;
    void expect_answer() noexcept;
    [[nodiscard]] duration next_delay() noexcept;
    redis_socket* take_socket() noexcept;

    loop_state& loop_;
    redis_link_owner& owner_;
    const redis_options& options_;
    std::string idle_channel_;
    std::string run_id_;
    std::array<std::string, redis_script_count> hashes_;
    std::vector<address> found_;
    name_query query_;
    redisAsyncContext* context_ = nullptr;
    redis_socket* socket_ = nullptr;
    std::size_t unanswered_ = 0;
    std::size_t handshake_unanswered_ = 0; // commands of the handshake that have no answer yet
    std::size_t attempts_ = 0;             // since the last success
    time_point alive_at_{};                // bytes arrived, or an answer became due
    int connect_error_ = 0;                // errno after an attempt, which may have failed
    redis_role role_;
    phase phase_ = phase::closed;
    bool may_subscribe_ = false;
};

} // namespace weft
