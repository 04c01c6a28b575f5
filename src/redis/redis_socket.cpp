// SPDX-License-Identifier: MIT
// Calls hiredis when the engine reports that its socket is ready.
#include "redis/redis_socket.hpp"

#include <utility>

#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {

redis_socket::redis_socket(loop_state& loop, redisAsyncContext& context)
    : loop_(loop), context_(&context) {
    loop_.take_place(timer_);
}

redis_socket& redis_socket::attach(loop_state& loop, redisAsyncContext& context) {
    auto* const made = new redis_socket(loop, context);
    context.ev.data = made;
    context.ev.addRead = &redis_socket::add_read;
    context.ev.delRead = &redis_socket::stop_reading;
    context.ev.addWrite = &redis_socket::add_write;
    context.ev.delWrite = &redis_socket::stop_writing;
    context.ev.cleanup = &redis_socket::cleanup;
    return *made;
}

/// Unregisters the descriptor, which is now another socket; `after_call` registers it again.
std::error_code redis_socket::encrypt(secure_layer& tls, std::string_view host) {
    const int which = context_->c.fd;
    if (std::exchange(watched_, false)) loop_.engine().remove(which);
    auto diverted = divert(which);
    if (!diverted) return diverted.error();
    relay_ = std::make_unique<tls_relay>(loop_, std::move(*diverted), tls, host);
    relay_->start();
    return {};
}

// --- called by hiredis

void redis_socket::add_read(void* self) noexcept {
    auto& one = *static_cast<redis_socket*>(self);
    if (!one.wanted_.read) one.watch(true, one.wanted_.write);
}

void redis_socket::stop_reading(void* self) noexcept {
    auto& one = *static_cast<redis_socket*>(self);
    if (one.wanted_.read) one.watch(false, one.wanted_.write);
}

void redis_socket::add_write(void* self) noexcept {
    auto& one = *static_cast<redis_socket*>(self);
    if (!one.wanted_.write) one.watch(one.wanted_.read, true);
}

void redis_socket::stop_writing(void* self) noexcept {
    auto& one = *static_cast<redis_socket*>(self);
    if (one.wanted_.write) one.watch(one.wanted_.read, false);
}

/// Called before hiredis closes the descriptor. The object is destroyed once none of its functions
/// is on the stack.
void redis_socket::cleanup(void* self) noexcept {
    auto& one = *static_cast<redis_socket*>(self);
    if (std::exchange(one.watched_, false)) one.loop_.engine().remove(one.context_->c.fd);
    one.context_ = nullptr;
    if (one.relay_) one.relay_->close();
    one.loop_.leave(one);
    one.loop_.disarm(one.timer_);
    one.loop_.cancel(one);
    if (!one.busy_) one.loop_.retire(&one);
}

// --- readiness

/// An error of the engine is ignored: a connection that is not watched times out, unless
/// `connect_timeout` and `response_timeout` are zero. Another registration is tried after each call
/// of hiredis.
void redis_socket::watch(bool read, bool write) noexcept {
    wanted_ = {.read = read, .write = write};
    if (busy_) return; // registered after the call
    register_again();
}

void redis_socket::register_again() noexcept {
    auto& engine = loop_.engine();
    const int which = context_->c.fd;
    if (watched_) return static_cast<void>(engine.modify(which, *this, wanted_));
    watched_ = !engine.add(which, *this, wanted_);
}

void redis_socket::ready(readiness what) noexcept {
    readable_ |= what.read || what.hangup;
    writable_ |= what.write;
    loop_.defer(*this);
}

/// A nested turn in a completion finds hiredis on the stack, and leaves the rest to the outer one.
void redis_socket::run() noexcept {
    if (busy_ || !context_) return;
    call([this] {
        const bool connected = (context_->c.flags & REDIS_CONNECTED) != 0;
        const bool written = std::exchange(writable_, false);
        const bool read = std::exchange(readable_, false) || (written && !connected);
        if (written && connected) write();
        if (!read || !context_) return;
        arrived_ = true;
        redisAsyncHandleRead(context_);
    });
}

/// hiredis writes with a call that raises SIGPIPE, so its buffer is written here, without that
/// signal. `redisAsyncHandleWrite` is called afterwards, if nothing is left to write or writing has
/// failed: it calls callbacks, which must run with the thread's own signal mask. While hiredis
/// connects, `run` calls `redisAsyncHandleRead` instead, which then writes nothing.
void redis_socket::write() noexcept {
    struct outcome {
        redisContext& context;
        int done = 0;
    } all{context_->c};
    const auto write_buffer = [](void* with) noexcept {
        auto& to = *static_cast<outcome*>(with);
        return redisBufferWrite(&to.context, &to.done) == REDIS_OK;
    };
    call_without_sigpipe(context_->c.fd, write_buffer, &all);
    if (all.done != 0 || context_->c.err != 0) redisAsyncHandleWrite(context_);
}

/// Calls hiredis, which calls the application's functions.
template <class Work>
void redis_socket::call(Work&& work) noexcept {
    busy_ = true;
    loop_.call(*this, std::forward<Work>(work));
    after_call();
}

void redis_socket::after_call() noexcept {
    if (context_ && unwanted_) redisAsyncFree(context_);
    busy_ = false;
    if (!context_) return loop_.retire(this);
    register_again();
}

void redis_socket::read_now() noexcept {
    if (busy_ || !context_) return;
    call([this] { redisAsyncHandleRead(context_); });
}

// --- the end

void redis_socket::finish(duration limit) noexcept {
    loop_.enroll(*this); // nobody else ends it now
    loop_.arm(timer_, later(loop_.read_clock(), limit));
    if (busy_) return redisAsyncDisconnect(context_);
    busy_ = true;
    if ((context_->c.flags & REDIS_CONNECTED) != 0) write();
    if (context_) redisAsyncDisconnect(context_);
    after_call();
}

void redis_socket::free() noexcept {
    if (busy_) {
        unwanted_ = true;
    } else if (context_) {
        redisAsyncFree(context_);
    }
}

} // namespace weft
