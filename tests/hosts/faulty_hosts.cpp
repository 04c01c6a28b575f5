// SPDX-License-Identifier: MIT
// Each does one part of a sound loop's work wrong.
#include "hosts/faulty_hosts.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "hosts/plain_hosts.hpp"

namespace weft::testing {
namespace {

using namespace std::chrono_literals;

/// Hears of the first wake-up only.
class watches_once final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void readable(const attachment& which) override {
        waiter().remove(which->descriptor);
        which->turn();
    }
};

/// An edge-triggered host that does not look before it waits.
class drops_wake_ups final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void readable(const attachment& which) override {
        if (++count_ % 50 != 0) which->turn();
    }

private:
    int count_ = 0;
};

/// Takes the edge that the turn has made for the one that it has served.
class clears_readiness_too_late final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void readable(const attachment& which) override {
        which->turn();
        static_cast<void>(waiter().wait(0s));
    }
};

class does_not_see_what_waits_already final : public plain_loop {
public:
    using plain_loop::plain_loop;
    result<void> watch(const attachment& which, int descriptor, function<void()> turn) override {
        auto watched = plain_loop::watch(which, descriptor, std::move(turn));
        static_cast<void>(waiter().wait(0s));
        return watched;
    }
};

class turns_on_another_thread final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void readable(const attachment& which) override {
        std::thread([&] { which->turn(); }).join();
    }
};

class turns_inside_watch final : public plain_loop {
public:
    using plain_loop::plain_loop;
    result<void> watch(const attachment& which, int descriptor, function<void()> turn) override {
        auto watched = plain_loop::watch(which, descriptor, std::move(turn));
        which->turn();
        return watched;
    }
};

class turns_inside_unwatch final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void unwatch(const attachment& which, function<void()> done) override {
        which->turn();
        plain_loop::unwatch(which, std::move(done));
    }
};

class turns_after_unwatch final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void unwatch(const attachment& which, function<void()> done) override {
        plain_loop::unwatch(which, std::move(done));
        call_after(0s, [which] { which->turn(); });
    }
};

class forgets_done final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void unwatch(const attachment& which, function<void()>) override {
        plain_loop::unwatch(which, [] {});
    }
};

class calls_done_twice final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void unwatch(const attachment& which, function<void()> done) override {
        done();
        plain_loop::unwatch(which, std::move(done));
    }
};

class calls_done_on_another_thread final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void unwatch(const attachment& which, function<void()> done) override {
        plain_loop::unwatch(which, [&] { std::thread([&] { done(); }).join(); });
    }
};

class fails_to_watch final : public plain_loop {
public:
    using plain_loop::plain_loop;
    result<void> watch(const attachment&, int, function<void()>) override {
        return failure(std::make_error_code(std::errc::file_exists));
    }
};

/// Calls everybody, at any time.
class turns_for_nothing final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void turn(duration at_most) override {
        plain_loop::turn(std::min<duration>(at_most, 1ms));
        for (const auto& [descriptor, which] : std::map(attachments_)) {
            if (attachments_.contains(descriptor)) which->turn();
        }
    }
};

class polls final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void turn(duration) override { plain_loop::turn(0s); }
};

/// Serves a descriptor for as long as there is something.
class starves_its_own_timers final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void readable(const attachment& which) override {
        do {
            which->turn();
        } while (!waiter().wait(0s).empty() && attachments_.contains(which->descriptor));
    }
};

/// Calls the first that is readable, and waits again.
class starves_other_descriptors final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void turn(duration at_most) override {
        called_ = false;
        plain_loop::turn(at_most);
    }
    void readable(const attachment& which) override {
        if (!std::exchange(called_, true)) which->turn();
    }

private:
    bool called_ = false;
};

class does_not_call_in_nested_turns final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void readable(const attachment& which) override {
        if (std::exchange(inside_, true)) return;
        which->turn();
        inside_ = false;
    }

private:
    bool inside_ = false;
};

/// Keeps one stay for all.
class has_room_for_one final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void readable(const attachment& which) override {
        if (attachments_.rbegin()->second == which) which->turn();
    }
};

class forgets_all_when_one_leaves final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void unwatch(const attachment& which, function<void()> done) override {
        plain_loop::unwatch(which, std::move(done));
        for (const auto& one : attachments_) waiter().remove(one.first);
    }
};

class forgets_that_work_is_done final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void work(const attachment& which, bool any) override { which->working |= any; }
};

class forgets_that_there_is_work final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void work(const attachment&, bool) override {}
};

class counts_an_attachment_as_work final : public plain_loop {
public:
    using plain_loop::plain_loop;
    void work(const attachment& which, bool) override { which->working = true; }
    result<void> watch(const attachment& which, int descriptor, function<void()> turn) override {
        which->working = true;
        return plain_loop::watch(which, descriptor, std::move(turn));
    }
};

class watches_each_attachment_once final : public plain_loop {
public:
    using plain_loop::plain_loop;
    result<void> watch(const attachment& which, int descriptor, function<void()> turn) override {
        auto watched = plain_loop::watch(which, descriptor, std::move(turn));
        if (++known_[descriptor] > 1) waiter().remove(descriptor);
        return watched;
    }

private:
    std::map<int, int> known_;
};

template <class Host>
faulty_host faulty(std::string name, std::string check, std::string words, unsigned flags = 0) {
    return {std::move(name), std::move(check), std::move(words),
            [flags] { return std::make_unique<Host>(make_epoll_waiter(flags)); }};
}

} // namespace

std::vector<faulty_host> all_faulty_hosts() {
    return {
        faulty<watches_once>("watches_once", "posts", "not only once"),
        faulty<clears_readiness_too_late>("clears_readiness_too_late", "posts",
                                          "clear readiness before calling turn", EPOLLET),
        faulty<does_not_see_what_waits_already>("does_not_see_what_waits_already", "posts",
                                                "work that waited before watch", EPOLLET),
        faulty<drops_wake_ups>("drops_wake_ups", "threads", "a wake-up gets lost", EPOLLET),
        faulty<turns_on_another_thread>("turns_on_another_thread", "deadlines",
                                        "turn is called on another thread"),
        faulty<watches_once>("watches_for_one_timer", "deadlines",
                             "a timer that was armed outside a turn does not fire"),
        faulty<watches_once>("turns_once_for_each_wake_up", "budget",
                             "work is left when the budget of a turn is used up"),
        faulty<watches_once>("watches_until_the_first_turn", "conversation",
                             "a connection does not open"),
        faulty<turns_for_nothing>("turns_for_nothing", "idle", "turn is called again and again"),
        faulty<polls>("polls", "idle", "the host uses the processor"),
        faulty<starves_its_own_timers>("starves_its_own_timers", "fairness",
                                       "the host's own timer starves"),
        {"starves_other_descriptors", "fairness",
         "another descriptor that the host watches starves",
         [] { return std::make_unique<starves_other_descriptors>(make_poll_waiter()); }},
        faulty<does_not_call_in_nested_turns>("does_not_call_in_nested_turns", "nesting",
                                              "does not call turn"),
        faulty<has_room_for_one>("has_room_for_one", "two_attachments", "only one is served"),
        faulty<forgets_all_when_one_leaves>("forgets_all_when_one_leaves", "two_attachments",
                                            "the other is not served any more"),
        faulty<forgets_that_work_is_done>("forgets_that_work_is_done", "work",
                                          "run does not return when Weft's work is done"),
        faulty<forgets_that_there_is_work>("forgets_that_there_is_work", "work",
                                           "run returns although Weft has work"),
        faulty<counts_an_attachment_as_work>("counts_an_attachment_as_work", "work",
                                             "although Weft has no work"),
        faulty<fails_to_watch>("fails_to_watch", "leaving", "watch fails: File exists"),
        faulty<turns_inside_watch>("turns_inside_watch", "leaving", "turn is called inside watch"),
        faulty<turns_inside_unwatch>("turns_inside_unwatch", "leaving",
                                     "turn is called inside unwatch"),
        faulty<turns_after_unwatch>("turns_after_unwatch", "leaving",
                                    "turn is called after unwatch has returned"),
        faulty<forgets_done>("forgets_done", "leaving", "unwatch's done was not called"),
        faulty<calls_done_twice>("calls_done_twice", "leaving",
                                 "unwatch's done is called more than once"),
        faulty<calls_done_on_another_thread>("calls_done_on_another_thread", "leaving",
                                             "unwatch's done is called on another thread"),
        faulty<watches_each_attachment_once>(
            "watches_each_attachment_once", "again",
            "a loop that was detached and attached again is not served"),
        faulty<forgets_all_when_one_leaves>("forgets_others_at_an_end", "destruction",
                                            "the host no longer serves others"),
    };
}

} // namespace weft::testing
