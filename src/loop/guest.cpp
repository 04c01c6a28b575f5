// SPDX-License-Identifier: MIT
// The attachment of a loop to a host: turns while it lasts, and one path to detach, whichever side
// begins.
#include <weft/loop/guest.hpp>

#include <utility>

#include <weft/core/error.hpp>

#include "loop/loop_state.hpp"

namespace weft {

class guest::attachment final : public host_link, public std::enable_shared_from_this<attachment> {
public:
    attachment(std::shared_ptr<loop_state> loop, host_ops host, budget limit)
        : loop_(std::move(loop)), host_(std::move(host)), limit_(limit) {}

    std::error_code begin() {
        const auto descriptor = loop_->descriptor();
        if (!descriptor) return descriptor.error();
        if (const auto why = loop_->attach(*this, host_.on_strand)) return why;
        try {
            if (const auto watched = watch(*descriptor); !watched) return give_up(watched.error());
        } catch (...) {
            give_up({});
            throw;
        }
        if (!loop_) return {};
        loop_->mailbox()->on_post(std::move(host_.posted));
        loop_->report_work();
        return {};
    }

    void end(function<void()> done) {
        const auto self = shared_from_this(); // the host may release the guest now
        const auto loop = std::exchange(loop_, nullptr);
        if (loop) loop->mailbox()->on_post({});
        if (loop) loop->detach();
        // A forked child shares the host's epoll set or the like with the parent: in the child, the
        // host stops watching a substitute descriptor.
        if (loop && (loop->engine().in_own_process() || loop->engine().disown())) {
            host_.unwatch(done ? std::move(done) : [] {});
        } else if (done) {
            done();
        }
    }

    [[nodiscard]] bool lasts() const noexcept { return loop_ != nullptr; }

private:
    result<void> watch(int descriptor) {
        // The host may keep the turn longer than the attachment lasts.
        return host_.watch(descriptor, [weak = weak_from_this()] {
            if (const auto here = weak.lock()) here->turn();
        });
    }

    std::error_code give_up(std::error_code why) noexcept {
        if (const auto loop = std::exchange(loop_, nullptr)) loop->detach();
        return why;
    }

    void turn() noexcept {
        if (!loop_) return;
        if (loop_->engine().in_own_process()) {
            loop_->run_ready(limit_);
        } else {
            end({}); // a child's host must not spin on work that only the parent can do
        }
    }

    void work_changed(bool any) noexcept override {
        const auto self = shared_from_this(); // as above
        if (host_.work) host_.work(any);
    }

    void loop_closed() noexcept override { end({}); }

    std::shared_ptr<loop_state> loop_; // null once detached
    host_ops host_;
    budget limit_;
};

guest::guest(event_loop& loop, host_ops host, budget limit)
    : attachment_(std::make_shared<attachment>(loop.state(), std::move(host), limit)) {
    if (const auto why = attachment_->begin()) throw std::system_error(why, "weft::guest");
}

guest::guest(std::shared_ptr<attachment> attached) noexcept : attachment_(std::move(attached)) {}

result<guest> guest::create(event_loop& loop, host_ops host, budget limit) {
    auto attached = std::make_shared<attachment>(loop.state(), std::move(host), limit);
    if (const auto why = attached->begin()) return failure(why);
    return guest(std::move(attached));
}

guest::~guest() {
    if (attachment_) attachment_->end({});
}

guest& guest::operator=(guest&& other) noexcept {
    std::swap(attachment_, other.attachment_);
    return *this;
}

void guest::detach(function<void()> done) {
    attachment_->end(std::move(done));
}

bool guest::attached() const noexcept {
    return attachment_->lasts();
}

} // namespace weft
