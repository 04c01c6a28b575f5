// SPDX-License-Identifier: MIT
// Runs the host, and makes it quit when the event loop has no work left: not every library's run
// ends then.
#include <weft/loop/runner.hpp>

#include <utility>

#include "loop/loop_state.hpp"

namespace weft {

runner::runner(event_loop& loop, std::unique_ptr<owned_host> host, budget limit)
    : loop_(loop.state()), host_(std::move(host)), guest_(loop, watched_ops(), limit) {}

runner::~runner() {
    guest_.detach();
}

void runner::run() {
    running_ = true;
    while (!stopped_) { // repeated: work may have begun while the host was about to end
        has_quit_ = false;
        const auto loop = loop_.lock();
        if (!guest_.attached() || !loop || loop->work() == 0) break;
        host_->run();
        if (!has_quit_) break;
    }
    running_ = stopped_ = false;
}

void runner::stop() noexcept {
    stopped_ = true;
    quit();
}

host_ops runner::watched_ops() {
    auto ops = host_->ops();
    ops.work = [this, report_work = std::move(ops.work)](bool any) mutable {
        if (report_work) report_work(any);
        if (!any) quit();
    };
    return ops;
}

void runner::quit() noexcept {
    has_quit_ = true;
    if (running_) host_->quit();
}

} // namespace weft
