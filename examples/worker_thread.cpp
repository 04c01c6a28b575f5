// SPDX-License-Identifier: MIT
// Blocking work on a thread of its own: the loop queues jobs, and the thread sends the answers with
// a `connection_handle`, which may be used on any thread. The loop never waits for a job.
//
//     build/release/examples/worker_thread [port]
//     build/release/weft connect ws://127.0.0.1:9001/           # then type numbers
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <weft/weft.hpp>

namespace {

struct job {
    weft::connection_handle asked;
    unsigned long number = 0;
};

job job_from(weft::connection& peer, weft::message m) {
    return {peer.handle(), std::strtoul(std::string(m.text()).c_str(), nullptr, 10)};
}

/// The shared queue: the one place with a lock.
class job_queue {
public:
    void put(job next) {
        {
            const std::lock_guard lock(mutex_);
            waiting_.push_back(std::move(next));
        }
        arrived_.notify_one();
    }

    /// Ends the thread that takes jobs.
    void end() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        arrived_.notify_one();
    }

    /// Waits for a job; returns nothing after `end`.
    std::optional<job> take() {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
        if (ended_) return {};
        job next = std::move(waiting_.front());
        waiting_.pop_front();
        return next;
    }

private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<job> waiting_;
    bool ended_ = false;
};

/// The work: takes long for a large number.
bool is_prime(unsigned long number) {
    for (unsigned long by = 2; by <= number / by; ++by) {
        if (number % by == 0) return false;
    }
    return number > 1;
}

} // namespace

int main(int argc, char** argv) {
    weft::event_loop loop;
    weft::server server{loop};
    job_queue jobs;
    server.route("/", {
        .message = [&](weft::connection& peer, weft::message m) { jobs.put(job_from(peer, m)); },
    });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    std::thread worker([&] {
        while (const auto next = jobs.take()) {
            const bool prime = is_prime(next->number);
            const auto* verdict = prime ? " is prime" : " is not prime";
            next->asked.send(std::to_string(next->number) + verdict);
        }
    });
    loop.run();
    jobs.end();
    worker.join();
}
