// SPDX-License-Identifier: MIT
// A uloop descriptor for the loop's descriptor. Knows nothing else of either loop.
#include <weft/hosts/uloop.hpp>

extern "C" {
#include <libubox/uloop.h>
}

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace weft {
namespace {

std::error_code last_error() noexcept {
    return {errno, std::system_category()};
}

/// Derives from uloop_fd, since uloop's callback receives only that.
class uloop_watch : private uloop_fd, public std::enable_shared_from_this<uloop_watch> {
public:
    uloop_watch() noexcept : uloop_fd{} {}

    result<void> start(int descriptor, function<void()> turn) {
        turn_ = std::move(turn);
        cb = readable;
        fd = descriptor;
        // Prevents uloop from removing the descriptor after an error, and from changing its flags.
        if (uloop_fd_add(this, ULOOP_READ | ULOOP_ERROR_CB | ULOOP_BLOCKING) == 0) return {};
        return failure(last_error());
    }

    void stop() noexcept { uloop_fd_delete(this); }

private:
    static void readable(uloop_fd* watched, unsigned) noexcept {
        const auto here = static_cast<uloop_watch*>(watched)->shared_from_this();
        here->turn_();
    }

    function<void()> turn_;
};

} // namespace

host_ops uloop_host() {
    return ops_of(std::make_shared<uloop_watch>());
}

// --- the process's uloop, run by Weft

namespace {

class owned_uloop final : public owned_host {
public:
    owned_uloop() {
        if (uloop_init() != 0) throw std::system_error(last_error(), "weft::uloop_runner");
    }
    ~owned_uloop() override { uloop_done(); }

    host_ops ops() override { return uloop_host(); }
    void run() override { uloop_run(); }
    void quit() noexcept override { uloop_end(); }
};

} // namespace

uloop_runner::uloop_runner(event_loop& loop, budget limit)
    : runner(loop, std::make_unique<owned_uloop>(), limit) {}

} // namespace weft
