// SPDX-License-Identifier: MIT
// A host's view of one descriptor: watched level-triggered by poll(2), or by an epoll set of its
// own, edge-triggered or one-shot. It remembers a report until the turn that answers it.
#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <chrono>

namespace weft::testing {

enum class watching { level, edge, one_shot };

class host {
public:
    host(int watched, watching how) : watched_(watched), how_(how) {
        if (how == watching::level) return;
        set_ = ::epoll_create1(EPOLL_CLOEXEC);
        control(EPOLL_CTL_ADD);
    }
    host(const host&) = delete;
    host& operator=(const host&) = delete;
    ~host() {
        if (set_ >= 0) ::close(set_);
    }

    /// Whether the descriptor was reported since the last turn began, waiting for it.
    bool readable(std::chrono::milliseconds wait = {}) {
        const int timeout = static_cast<int>(wait.count());
        if (how_ == watching::level) {
            pollfd one{watched_, POLLIN, 0};
            return ::poll(&one, 1, timeout) > 0;
        }
        epoll_event event{};
        reported_ = reported_ || ::epoll_wait(set_, &event, 1, timeout) > 0;
        return reported_;
    }

    /// What was reported until now is answered by the turn that begins.
    void turn_begins() {
        if (how_ == watching::level) return;
        readable();
        reported_ = false;
        if (how_ == watching::one_shot) control(EPOLL_CTL_MOD);
    }

private:
    void control(int what) {
        epoll_event event{};
        event.events = EPOLLIN;
        if (how_ == watching::edge) event.events |= EPOLLET;
        if (how_ == watching::one_shot) event.events |= EPOLLONESHOT;
        ::epoll_ctl(set_, what, watched_, &event);
    }

    int watched_;
    watching how_;
    int set_ = -1;
    bool reported_ = false;
};

} // namespace weft::testing
