// SPDX-License-Identifier: MIT
// The thread that waits on behalf of a dispatcher's guest, and the turns that it posts. Its lock is
// held only briefly, and never while a function of the application or the dispatcher runs.
#include <weft/loop/dispatcher_guest.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "loop/system.hpp"

namespace weft {
namespace {

/// If a turn lasts longer, a handler may be running the dispatcher itself, so another turn is
/// posted.
constexpr std::chrono::milliseconds turn_at_most{5};

/// The delay before another try after the dispatcher has refused a turn.
constexpr std::chrono::milliseconds pause_after_refusal{100};

class dispatched_turns : public std::enable_shared_from_this<dispatched_turns> {
public:
    explicit dispatched_turns(dispatch post) : post_(std::move(post)) {}

    result<void> start(int descriptor, function<void()> turn) {
        if (const auto why = wait_.open()) return failure(why);
        turn_ = std::move(turn);
        try {
            thread_ = start_thread([self = shared_from_this(), descriptor] {
                while (self->wait_.readable(descriptor) && self->post_turn()) {}
            });
        } catch (const std::system_error& why) {
            return failure(why.code());
        }
        return {};
    }

    /// Ends the thread. A forked child does not have it, and it may have held the lock.
    void stop() noexcept {
        if (!in_own_process()) {
            wait_ = {};
            return thread_.detach();
        }
        {
            const std::scoped_lock lock(mutex_);
            ended_ = true;
        }
        changed_.notify_all();
        wait_.end();
        thread_.join();
    }

private:
    enum class progress : std::uint8_t { posted, begun, over, refused };

    /// One turn, as the function that the dispatcher holds.
    class posted_turn {
    public:
        posted_turn(std::shared_ptr<dispatched_turns> of, std::shared_ptr<progress> where)
            : turns_(std::move(of)), at_(std::move(where)) {}
        posted_turn(posted_turn&&) noexcept = default;
        ~posted_turn() {
            if (turns_) turns_->reach(*at_, progress::refused);
        }

        void operator()() {
            if (!turns_->reach(*at_, progress::begun)) return;
            turns_->turn_();
            turns_->reach(*at_, progress::over);
        }

    private:
        std::shared_ptr<dispatched_turns> turns_;
        std::shared_ptr<progress> at_;
    };

    [[nodiscard]] bool in_own_process() const noexcept {
        return fork_generation_ == fork_generation();
    }

    /// Returns false once the attachment has ended. A turn that has begun is not refused any more.
    bool reach(progress& at, progress next) noexcept {
        if (!in_own_process()) return false;
        const std::scoped_lock lock(mutex_);
        if (next != progress::refused || at == progress::posted) at = next;
        changed_.notify_all();
        return !ended_;
    }

    /// Runs on the thread; returns false once the attachment has ended.
    bool post_turn() noexcept {
        std::shared_ptr<progress> at;
        try {
            at = std::make_shared<progress>(progress::posted);
            post_(posted_turn(shared_from_this(), at));
        } catch (...) { // `posted_turn`, if it was made, has reported the refusal
        }
        std::unique_lock lock(mutex_);
        if (at) {
            changed_.wait(lock, [&] { return ended_ || *at != progress::posted; });
            changed_.wait_for(lock, turn_at_most, [&] { return ended_ || *at != progress::begun; });
        }
        if (!at || *at == progress::refused) {
            changed_.wait_for(lock, pause_after_refusal, [&] { return ended_; });
        }
        return !ended_;
    }

    dispatch post_; // used by the thread only
    function<void()> turn_;
    descriptor_wait wait_;
    unsigned fork_generation_ = weft::fork_generation();
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
};

} // namespace

host_ops dispatcher_host(dispatch post) {
    return ops_of(std::make_shared<dispatched_turns>(std::move(post)));
}

} // namespace weft
