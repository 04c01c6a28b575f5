// SPDX-License-Identifier: MIT
// The waiters, and the loop around them.
#include "hosts/plain_hosts.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <weft/loop/dispatcher_guest.hpp>

#include "endpoint/select_loop.hpp"

namespace weft::testing {
namespace {

class select_waiter final : public plain_waiter {
public:
    void add(int descriptor) override {
        loop_.watch(descriptor, [this, descriptor] { ready_.push_back(descriptor); });
    }
    void remove(int descriptor) override { loop_.unwatch(descriptor); }
    std::vector<int> wait(duration at_most) override {
        loop_.turn(std::chrono::ceil<std::chrono::microseconds>(at_most));
        return std::exchange(ready_, {});
    }

private:
    select_loop loop_;
    std::vector<int> ready_;
};

int as_milliseconds(duration at_most) {
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(at_most).count());
}

class poll_waiter final : public plain_waiter {
public:
    void add(int descriptor) override { set_.push_back({descriptor, POLLIN, 0}); }
    void remove(int descriptor) override {
        std::erase_if(set_, [=](const pollfd& one) { return one.fd == descriptor; });
    }
    std::vector<int> wait(duration at_most) override {
        std::vector<int> ready;
        if (::poll(set_.data(), set_.size(), as_milliseconds(at_most)) <= 0) return ready;
        for (const pollfd& one : set_) {
            if (one.revents != 0) ready.push_back(one.fd);
        }
        return ready;
    }

private:
    std::vector<pollfd> set_;
};

class epoll_waiter final : public plain_waiter {
public:
    explicit epoll_waiter(unsigned flags) : flags_(flags) {}
    ~epoll_waiter() override { ::close(set_); }

    void add(int descriptor) override { control(EPOLL_CTL_ADD, descriptor); }
    void remove(int descriptor) override { control(EPOLL_CTL_DEL, descriptor); }
    void calling(int descriptor) override {
        if ((flags_ & EPOLLONESHOT) != 0) control(EPOLL_CTL_MOD, descriptor);
    }
    std::vector<int> wait(duration at_most) override {
        std::array<epoll_event, 4> events;
        const int count = ::epoll_wait(set_, events.data(), static_cast<int>(events.size()),
                                       as_milliseconds(at_most));
        std::vector<int> ready;
        const auto collected =
            std::span(events).first(static_cast<std::size_t>(std::max(count, 0)));
        for (const auto& one : collected) {
            ready.push_back(one.data.fd);
        }
        return ready;
    }

private:
    void control(int operation, int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN | flags_;
        event.data.fd = descriptor;
        ::epoll_ctl(set_, operation, descriptor, &event);
    }

    int set_ = ::epoll_create1(EPOLL_CLOEXEC);
    unsigned flags_;
};

} // namespace

std::unique_ptr<plain_waiter> make_select_waiter() {
    return std::make_unique<select_waiter>();
}
std::unique_ptr<plain_waiter> make_poll_waiter() {
    return std::make_unique<poll_waiter>();
}
std::unique_ptr<plain_waiter> make_epoll_waiter(unsigned flags) {
    return std::make_unique<epoll_waiter>(flags);
}

// --- timers

void plain_alarms::add(duration delay, function<void()> rings) {
    all_.emplace(clock::now() + delay, std::move(rings));
}

void plain_alarms::ring_what_is_due() {
    while (!all_.empty() && all_.begin()->first <= clock::now()) {
        auto first = all_.extract(all_.begin());
        first.mapped()();
    }
}

duration plain_alarms::left(duration at_most) const {
    if (all_.empty()) return at_most;
    return std::clamp<duration>(all_.begin()->first - clock::now(), duration::zero(), at_most);
}

// --- the loop

host_ops plain_loop::ops() {
    const auto here = std::make_shared<watched_loop>();
    return {
        .watch = [this, here](int descriptor, function<void()> turn) {
            return watch(here, descriptor, std::move(turn));
        },
        .unwatch = [this, here](function<void()> done) { unwatch(here, std::move(done)); },
        .work = [this, here](bool any) { work(here, any); },
    };
}

result<void> plain_loop::watch(const attachment& which, int descriptor, function<void()> turn) {
    which->descriptor = descriptor;
    which->turn = std::move(turn);
    attachments_[descriptor] = which;
    waiter().add(descriptor);
    return {};
}

void plain_loop::unwatch(const attachment& which, function<void()> done) {
    waiter().remove(which->descriptor);
    attachments_.erase(which->descriptor);
    done();
}

void plain_loop::turn(duration at_most) {
    const auto ready = waiter().wait(alarms_.left(at_most));
    for (const int descriptor : ready) {
        const auto found = attachments_.find(descriptor);
        if (found == attachments_.end()) continue; // has left in this turn
        const attachment which = found->second;
        waiter().calling(descriptor);
        readable(which);
    }
    alarms_.ring_what_is_due();
}

void plain_loop::call_after(duration delay, function<void()> rings) {
    alarms_.add(delay, std::move(rings));
}

void plain_loop::run() {
    const auto works = [](const auto& one) { return one.second->working; };
    quit_ = false;
    while (!quit_ && (!alarms_.empty() ||
                      std::any_of(attachments_.begin(), attachments_.end(), works))) {
        turn(std::chrono::seconds(1));
    }
}

// --- the dispatcher

host_ops plain_dispatcher::ops() {
    return dispatcher_host([this](function<void()> work) { queue_.post(std::move(work)); });
}

void plain_dispatcher::turn(duration at_most) {
    queue_.call_one(alarms_.left(at_most));
    alarms_.ring_what_is_due();
}

void plain_dispatcher::call_after(duration delay, function<void()> rings) {
    alarms_.add(delay, std::move(rings));
}

std::vector<plain_host> all_plain_hosts() {
    const auto host = [](std::string name, auto waiter) {
        return plain_host{std::move(name),
                          [waiter] { return std::make_unique<plain_loop>(waiter()); }};
    };
    return {
        host("select", make_select_waiter),
        host("poll", make_poll_waiter),
        host("epoll_level", [] { return make_epoll_waiter(0); }),
        host("epoll_edge", [] { return make_epoll_waiter(EPOLLET); }),
        host("epoll_one_shot", [] { return make_epoll_waiter(EPOLLONESHOT); }),
        {"dispatcher", [] { return std::make_unique<plain_dispatcher>(); }},
    };
}

} // namespace weft::testing
