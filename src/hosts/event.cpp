// SPDX-License-Identifier: MIT
// Two libevent events for the loop's descriptor, one of which is added at a time: the base counts
// one of them as work, and not the other. Knows nothing else of either loop.
#include <weft/hosts/event.hpp>

#include <event2/event.h>
#include <event2/event_struct.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace weft {
namespace {

struct event_deleter {
    void operator()(event* one) const noexcept { event_free(one); }
};
using owned_event = std::unique_ptr<event, event_deleter>;

std::error_code last_error() noexcept {
    return {errno != 0 ? errno : ENOMEM, std::system_category()};
}

/// `event_base_dispatch` returns when the base has no events. Without work, ours must still be
/// added to detect calls from other threads: then it is an internal event, like libevent's own,
/// which does not keep a base running. An internal event does not end EVLOOP_ONCE either, so turns
/// always run from the other event.
class event_watch : public std::enable_shared_from_this<event_watch> {
public:
    explicit event_watch(event_base* host) noexcept : host_(host) {}

    result<void> start(int descriptor, function<void()> turn) {
        errno = 0;
        turn_ = std::move(turn);
        counted_.reset(event_new(host_, descriptor, EV_READ | EV_PERSIST, make_turn, this));
        uncounted_.reset(event_new(host_, descriptor, EV_READ | EV_PERSIST, activate, this));
        if (counted_ && uncounted_) {
            uncounted_->ev_evcallback.evcb_flags |= EVLIST_INTERNAL;
            if (event_add(uncounted_.get(), nullptr) == 0) return {};
        }
        const auto why = last_error();
        stop();
        return failure(why);
    }

    void stop() noexcept {
        counted_.reset();
        uncounted_.reset();
    }

    /// Exchanges the events. The base watches the descriptor already, so this cannot fail and makes
    /// no system call.
    void work(bool any) noexcept {
        event_add((any ? counted_ : uncounted_).get(), nullptr);
        event_del((any ? uncounted_ : counted_).get());
    }

private:
    static void make_turn(evutil_socket_t, short, void* watch) noexcept {
        const auto here = static_cast<event_watch*>(watch)->shared_from_this();
        here->turn_();
    }

    static void activate(evutil_socket_t, short, void* watch) noexcept {
        event_active(static_cast<event_watch*>(watch)->counted_.get(), EV_READ, 0);
    }

    event_base* host_;
    function<void()> turn_;
    owned_event counted_;
    owned_event uncounted_;
};

} // namespace

host_ops event_host(event_base* host) {
    return ops_of(std::make_shared<event_watch>(host));
}

// --- a host that Weft creates

namespace {

class owned_event_base final : public owned_host {
public:
    owned_event_base() : base_(event_base_new()) {
        if (base_ == nullptr) throw std::system_error(last_error(), "weft::event_runner");
    }
    ~owned_event_base() override { event_base_free(base_); }

    [[nodiscard]] event_base* get() const noexcept { return base_; }
    host_ops ops() override { return event_host(base_); }
    void run() override { event_base_dispatch(base_); }
    void quit() noexcept override { event_base_loopbreak(base_); }

private:
    event_base* base_;
};

} // namespace

event_runner::event_runner(event_loop& loop, budget limit)
    : runner(loop, std::make_unique<owned_event_base>(), limit) {}

event_base* event_runner::host() const noexcept {
    return static_cast<owned_event_base&>(owned()).get();
}

} // namespace weft
