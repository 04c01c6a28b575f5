// SPDX-License-Identifier: MIT
// A libev watcher for the loop's descriptor, and another for the destruction of the libev loop,
// which may come first. Knows nothing else of either loop.
#include <weft/hosts/ev.hpp>

#include <ev.h>

#include <memory>
#include <system_error>
#include <utility>

namespace weft {
namespace {

class ev_watch : public std::enable_shared_from_this<ev_watch> {
public:
    explicit ev_watch(struct ev_loop* host) noexcept : host_(host) {}

    result<void> start(int descriptor, function<void()> turn) {
        turn_ = std::move(turn);
        ev_io_init(&io_, readable, descriptor, EV_READ);
        io_.data = this;
        listen();
        ev_cleanup_init(&end_, ended);
        end_.data = this;
        ev_cleanup_start(host_, &end_);
        return {};
    }

    void stop() noexcept {
        if (!host_) return;
        ev_cleanup_stop(host_, &end_);
        if (!works_) ev_ref(host_); // ev_io_stop releases a reference
        ev_io_stop(host_, &io_);
    }

    void work(bool any) noexcept {
        if (!host_ || std::exchange(works_, any) == any) return;
        any ? ev_ref(host_) : ev_unref(host_);
    }

private:
    /// Starts the watcher. It keeps `ev_run` from returning, unless its reference is released.
    void listen() noexcept {
        ev_io_start(host_, &io_);
        if (!works_) ev_unref(host_);
    }

    static void readable(struct ev_loop*, ev_io* io, int what) noexcept {
        const auto here = static_cast<ev_watch*>(io->data)->shared_from_this();
        if ((what & EV_ERROR) != 0) here->restart();
        here->turn_();
    }

    /// Called in `ev_loop_destroy`.
    static void ended(struct ev_loop*, ev_cleanup* end, int) noexcept {
        static_cast<ev_watch*>(end->data)->host_ = nullptr;
    }

    /// Starts the watcher again after libev has stopped it and released a reference.
    void restart() noexcept {
        if (!works_) ev_ref(host_);
        listen();
    }

    struct ev_loop* host_; // null once it was destroyed
    ev_io io_{};
    ev_cleanup end_{};
    function<void()> turn_;
    bool works_ = false;
};

} // namespace

host_ops ev_host(struct ev_loop* host) {
    return ops_of(std::make_shared<ev_watch>(host));
}

// --- a host that Weft creates

namespace {

class owned_ev final : public owned_host {
public:
    owned_ev() : loop_(ev_loop_new(EVFLAG_AUTO)) {
        if (loop_ == nullptr) {
            throw std::system_error(std::make_error_code(std::errc::not_supported),
                                    "weft::ev_runner");
        }
    }
    ~owned_ev() override { ev_loop_destroy(loop_); }

    [[nodiscard]] struct ev_loop* get() const noexcept { return loop_; }
    host_ops ops() override { return ev_host(loop_); }
    void run() override { ev_run(loop_, 0); }
    void quit() noexcept override { ev_break(loop_, EVBREAK_ALL); }

private:
    struct ev_loop* loop_;
};

} // namespace

ev_runner::ev_runner(event_loop& loop, budget limit)
    : runner(loop, std::make_unique<owned_ev>(), limit) {}

struct ev_loop* ev_runner::host() const noexcept {
    return static_cast<owned_ev&>(owned()).get();
}

} // namespace weft
