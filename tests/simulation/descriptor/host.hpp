// SPDX-License-Identifier: MIT
// A host's view of one descriptor: watched level-triggered by poll(2), or by a set of the system's
// own, edge-triggered or one-shot. It remembers a report until the turn that answers it.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <optional>

namespace weft::testing {

enum class watching { level, edge, one_shot };

/// A set with one descriptor in it: epoll(7) or kqueue(2). Each system's folder defines it.
class outer_set {
public:
    outer_set(int watched, watching how);
    outer_set(const outer_set&) = delete;
    outer_set& operator=(const outer_set&) = delete;
    ~outer_set() { ::close(set_); }

    /// Whether it is reported within `wait`.
    bool reports(std::chrono::milliseconds wait);

    /// For one-shot: asks for the next report.
    void arm();

private:
    int watched_;
    watching how_;
    int set_;
};

class host {
public:
    host(int watched, watching how) : watched_(watched), how_(how) {
        if (how != watching::level) set_.emplace(watched, how);
    }
    host(const host&) = delete;
    host& operator=(const host&) = delete;

    /// Whether the descriptor was reported since the last turn began, waiting for it.
    bool readable(std::chrono::milliseconds wait = {}) {
        if (!set_) {
            pollfd one{watched_, POLLIN, 0};
            return ::poll(&one, 1, static_cast<int>(wait.count())) > 0;
        }
        reported_ = reported_ || set_->reports(wait);
        return reported_;
    }

    /// What was reported until now is answered by the turn that begins.
    void turn_begins() {
        if (!set_) return;
        readable();
        reported_ = false;
        if (how_ == watching::one_shot) set_->arm();
    }

private:
    int watched_;
    watching how_;
    std::optional<outer_set> set_;
    bool reported_ = false;
};

} // namespace weft::testing
