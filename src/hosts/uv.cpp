// SPDX-License-Identifier: MIT
// A libuv poll handle for the loop's descriptor. Knows nothing else of either loop.
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

/// Exists until libuv has closed its handle and no callback is on the stack.
///
/// The application sees the handle in `uv_walk` and may close it there, so it may be closing or
/// closed when the attachment ends. The application may set the handle's data as well, so a watch
/// is found by the handle's address.
class uv_watch : private uv_poll_t, public std::enable_shared_from_this<uv_watch> {
public:
    explicit uv_watch(uv_loop_t* host) noexcept : uv_poll_t{}, host_(host) {}

    result<void> start(int descriptor, function<void()> turn) {
        if (const int status = uv_poll_init(host_, this, descriptor); status != 0) {
            return failure(as_error(status));
        }
        turn_ = std::move(turn);
        held_by_host_ = shared_from_this();
        uv_unref(handle()); // there is no work yet
        const int status = listen();
        if (status == 0) return {};
        stop([] {});
        return failure(as_error(status));
    }

    /// Stops watching. When this returns, the descriptor may be closed; the handle is still in use.
    void stop(function<void()> done) {
        done_ = std::move(done);
        if (is_closed()) return finish_stop();
        if (!uv_is_closing(handle())) return uv_close(handle(), closed);
        closed_by_application_ = std::exchange(close_cb, closed);
    }

    void work(bool any) noexcept { any ? uv_ref(handle()) : uv_unref(handle()); }

private:
    [[nodiscard]] uv_handle_t* handle() noexcept {
        return reinterpret_cast<uv_handle_t*>(static_cast<uv_poll_t*>(this));
    }

    static uv_watch& of(uv_poll_t* poll) noexcept { return *static_cast<uv_watch*>(poll); }

    int listen() noexcept { return uv_poll_start(this, UV_READABLE, readable); }

    /// Returns true if the libuv loop has closed the handle, after which that loop may be
    /// destroyed: `uv_is_closing` is also true of a handle that is about to be closed. The flag is
    /// libuv's UV_HANDLE_CLOSED, which its headers do not declare and which is the same in every
    /// libuv 1.
    [[nodiscard]] bool is_closed() const noexcept {
        constexpr unsigned uv_handle_closed = 2;
        return (flags & uv_handle_closed) != 0;
    }

    static void readable(uv_poll_t* poll, int status, int) noexcept {
        // A nested uv_run may close the handle while this callback runs.
        const auto here = of(poll).shared_from_this();
        if (status < 0) here->listen(); // libuv has stopped the handle
        here->turn_();
    }

    static void closed(uv_handle_t* handle) noexcept {
        uv_watch& here = of(reinterpret_cast<uv_poll_t*>(handle));
        if (here.closed_by_application_) here.closed_by_application_(handle);
        here.finish_stop();
    }

    void finish_stop() noexcept {
        const auto here = std::move(held_by_host_);
        done_();
    }

    uv_loop_t* host_;
    uv_close_cb closed_by_application_ = nullptr;
    function<void()> turn_;
    function<void()> done_;
    std::shared_ptr<uv_watch> held_by_host_;
};

} // namespace

host_ops uv_host(uv_loop_t* host) {
    return ops_of(std::make_shared<uv_watch>(host));
}

// --- a host that Weft creates

namespace {

class owned_uv final : public owned_host {
public:
    owned_uv() {
        if (const int status = uv_loop_init(&loop_); status != 0) {
            throw std::system_error(as_error(status), "weft::uv_runner");
        }
    }
    ~owned_uv() override {
        uv_run(&loop_, UV_RUN_NOWAIT); // completes the closing of handles
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
