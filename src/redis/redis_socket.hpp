// SPDX-License-Identifier: MIT
// The descriptor of a hiredis context, watched by the loop's engine. Does not know what is sent.
#pragma once

#include <hiredis/async.h>

#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include <weft/stream/observer_list.hpp>

#include "loop/engine.hpp"
#include "redis/tls_relay.hpp"

namespace weft {

class loop_state;

/// Passes readiness to hiredis, and reports it again after each call, because hiredis may leave
/// input unread. Owned by the context: hiredis retires it when it frees the context.
class redis_socket final : public source, public driver_observer {
public:
    /// Throws std::bad_alloc; then the context is unchanged.
    static redis_socket& attach(loop_state& loop, redisAsyncContext& context);

    /// Encrypts the connection from now on; `host` is the server's name. Called once, when hiredis
    /// has connected and has written nothing. Fails with the system's error. Throws std::bad_alloc.
    /// After a failure or an exception, the connection cannot be used.
    std::error_code encrypt(secure_layer& tls, std::string_view host);

    /// Returns why TLS has ended the connection, with details; no error if it has not.
    [[nodiscard]] std::error_code tls_error() const noexcept {
        return relay_ ? relay_->error() : std::error_code();
    }
    [[nodiscard]] std::string_view tls_error_detail() const noexcept {
        return relay_ ? relay_->error_detail() : std::string_view();
    }

    /// Returns true once after anything has arrived.
    [[nodiscard]] bool take_arrival() noexcept { return std::exchange(arrived_, false); }

    /// Reads what has arrived, unless hiredis is on the stack. May free the context.
    void read_now() noexcept;

    /// Writes what the system takes now, waits until all commands are answered, and frees the
    /// context; at the latest after `limit`. Needs no owner.
    void finish(duration limit) noexcept;

    /// Frees the context. If hiredis is on the stack, it does so when it returns.
    void free() noexcept;

private:
    struct finish_timer final : timed_work_item {
        explicit finish_timer(redis_socket& of) noexcept : owner(of) {}
        void expire() noexcept override { owner.free(); }
        redis_socket& owner;
    };

    redis_socket(loop_state& loop, redisAsyncContext& context);

    // called by hiredis
    static void add_read(void* self) noexcept;
    static void stop_reading(void* self) noexcept;
    static void add_write(void* self) noexcept;
    static void stop_writing(void* self) noexcept;
    static void cleanup(void* self) noexcept;

    // called by the loop
    void ready(readiness what) noexcept override;
    void run() noexcept override;
    void on_interrupt() override {}
    void on_driver_closed() noexcept override { free(); }

    void watch(bool read, bool write) noexcept;
    void register_again() noexcept;
    template <class Work>
    void call(Work&& work) noexcept;
    void after_call() noexcept;
    void write() noexcept;

    loop_state& loop_;
    redisAsyncContext* context_; // null after hiredis has freed it
    std::unique_ptr<tls_relay> relay_; // null without TLS
    finish_timer timer_{*this};
    interest wanted_{};
    bool watched_ = false;
    bool readable_ = false;
    bool writable_ = false;
    bool arrived_ = false;
    bool busy_ = false;     // hiredis is on the stack
    bool unwanted_ = false; // to be freed when hiredis has returned
};

} // namespace weft
