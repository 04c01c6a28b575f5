// SPDX-License-Identifier: MIT
// An echo server in an application whose main thread only calls functions that other threads post.
// Handlers run on that thread. Lines of standard input are sent to all clients; Ctrl-D ends it.
//
//     build/release/examples/dispatcher [port]
//     build/release/weft connect ws://127.0.0.1:9001/
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include <weft/weft.hpp>

/// The application's own dispatcher.
class message_queue {
public:
    void put(weft::function<void()> work) {
        const std::scoped_lock lock(mutex_);
        queue_.push_back(std::move(work));
        changed_.notify_one();
    }

    weft::function<void()> take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !queue_.empty(); });
        auto first = std::move(queue_.front());
        queue_.pop_front();
        return first;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<weft::function<void()>> queue_;
};

int main(int argc, char** argv) {
    message_queue queue;
    weft::event_loop loop;
    weft::dispatcher_guest guest{loop, [&](weft::function<void()> turn) {
        queue.put(std::move(turn));
    }};
    weft::server server{loop};
    server.route("/", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9001);
    const auto bound = server.listen("127.0.0.1", port);
    if (!bound) {
        std::cerr << "cannot listen: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << "ws://" << bound->str() << "/\n" << std::flush;

    bool ended = false;
    std::thread reader([&] {
        for (std::string line; std::getline(std::cin, line);) {
            queue.put([&server, line] {
                server.for_each([&](weft::connection& one) { one.send(line); });
            });
        }
        queue.put([&] { server.shutdown(std::chrono::seconds(2), [&] { ended = true; }); });
    });
    while (!ended) queue.take()();
    reader.join();
}
