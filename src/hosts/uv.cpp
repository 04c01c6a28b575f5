// SPDX-License-Identifier: MIT
// A poll handle of libuv's that watches the loop's descriptor. Knows nothing else of either loop.
#include <weft/hosts/uv.hpp>

#include <uv.h>

#include <memory>
#include <system_error>
#include <utility>

namespace weft {
namespace {

std::error_code as_error(int status) noexcept {
    return {-status, std::system_category()};
}

/// Lives until libuv has let go of its handle, and the last frame has left it.
class uv_watch : public std::enable_shared_from_this<uv_watch> {
public:
    explicit uv_watch(uv_loop_t* host) noexcept : host_(host) {}

    result<void> start(int descriptor, function<void()> turn) {
        if (const int status = uv_poll_init(host_, &poll_, descriptor); status != 0) {
            return failure(as_error(status));
        }
        poll_.data = this;
        turn_ = std::move(turn);
        held_by_host_ = shared_from_this();
        uv_unref(handle()); // there is no work yet
        const int status = listen();
        if (status == 0) return {};
        stop([] {});
        return failure(as_error(status));
    }

    /// The descriptor is free when this returns, the handle is not.
    void stop(function<void()> done) {
        done_ = std::move(done);
        uv_close(handle(), closed);
    }

    void work(bool any) noexcept { any ? uv_ref(handle()) : uv_unref(handle()); }

private:
    [[nodiscard]] uv_handle_t* handle() noexcept {
        return reinterpret_cast<uv_handle_t*>(&poll_);
    }

    int listen() noexcept { return uv_poll_start(&poll_, UV_READABLE, readable); }

    static void readable(uv_poll_t* poll, int status, int) noexcept {
        // A nested uv_run may close the handle while this one is in it.
        const auto here = static_cast<uv_watch*>(poll->data)->shared_from_this();
        if (status < 0) here->listen(); // libuv has stopped it
        here->turn_();
    }

    static void closed(uv_handle_t* handle) noexcept {
        const auto here = std::move(static_cast<uv_watch*>(handle->data)->held_by_host_);
        here->done_();
    }

    uv_loop_t* host_;
    uv_poll_t poll_{};
    function<void()> turn_;
    function<void()> done_;
    std::shared_ptr<uv_watch> held_by_host_;
};

} // namespace

host_ops uv_host(uv_loop_t* host) {
    return ops_of(std::make_shared<uv_watch>(host));
}

// --- a host of our own

namespace {

class owned_uv final : public owned_host {
public:
    owned_uv() {
        if (const int status = uv_loop_init(&loop_); status != 0) {
            throw std::system_error(as_error(status), "weft::uv_runner");
        }
    }
    ~owned_uv() override {
        uv_run(&loop_, UV_RUN_NOWAIT); // lets go of what was closed
        uv_loop_close(&loop_);
    }

    [[nodiscard]] uv_loop_t* get() noexcept { return &loop_; }
    host_ops ops() override { return uv_host(&loop_); }
    void run() override { uv_run(&loop_, UV_RUN_DEFAULT); }
    void quit() noexcept override { uv_stop(&loop_); }

private:
    uv_loop_t loop_{};
};

} // namespace

uv_runner::uv_runner(event_loop& loop, budget limit)
    : runner(loop, std::make_unique<owned_uv>(), limit) {}

uv_loop_t* uv_runner::host() const noexcept {
    return static_cast<owned_uv&>(owned()).get();
}

} // namespace weft
