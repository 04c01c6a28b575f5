// SPDX-License-Identifier: MIT
// A server drains and restarts while thousands of our clients talk to it (`keep_connected`), over
// loopback sockets and in real time: all come back, not more than a given number of them in any
// second, and each message is handled exactly once and acknowledged. Usage: restart CLIENTS MOST
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/weft.hpp>

namespace {

using namespace std::chrono_literals;

constexpr int skipped = 77;

/// How many clients may be in their opening handshake at first.
constexpr std::size_t opening_max = 500;

/// Each client sends a message in one of so many ticks.
constexpr std::size_t shares = 20;

std::size_t number_in(std::string_view text) {
    std::size_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// What the service keeps across a restart: for each client, how often each message was handled.
using handled_messages = std::vector<std::vector<unsigned>>;

struct talking_client {
    weft::reconnecting_connection kept;
    std::size_t next = 0;          // the message to be acknowledged next
    bool sent = false;             // it is on its way
    std::size_t opened = 0;        // connections so far
    std::size_t after_restart = 0; // acknowledgements on the second one
};

class restart {
public:
    restart(std::size_t clients, std::size_t most)
        : clients_(clients), handled_(clients), most_(most) {}

    bool run() {
        if (!listen(0)) return false;
        client_.on_fail([](const weft::report&) {});
        tick_.arm_every(10ms);
        limit_.arm_after(150s);
        loop_.run();
        return check();
    }

private:
    bool listen(std::uint16_t port) {
        server_.emplace(loop_);
        server_->route("/", {.message = [this](weft::connection& peer, weft::message m) {
            handle(peer, m.text());
        }});
        const auto bound = server_->listen("127.0.0.1", port);
        if (!bound) {
            std::printf("cannot listen: %s\n", bound.error().message().c_str());
            return false;
        }
        port_ = bound->port();
        return true;
    }

    /// Handles "client message", and acknowledges it. A message that arrives behind our close frame
    /// cannot be acknowledged, so it is not handled: its client sends it again.
    void handle(weft::connection& peer, std::string_view text) {
        if (!peer.is_open()) return;
        const auto space = text.find(' ');
        auto& of_client = handled_[number_in(text.substr(0, space))];
        const std::size_t which = number_in(text.substr(space + 1));
        if (of_client.size() <= which) of_client.resize(which + 1);
        ++of_client[which];
        peer.send(text.substr(space + 1));
    }

    void add_client() {
        const std::size_t number = started_++;
        weft::handlers what;
        what.open = [this, number](weft::connection&) { opened(number); };
        what.message = [this, number](weft::connection&, weft::message m) {
            acknowledged(number, number_in(m.text()));
        };
        what.close = [this, number](weft::connection&, const weft::report& why) {
            // what is sent but not acknowledged now was not handled: it is sent again
            clients_[number].sent = false;
            --open_;
            unclean_ += !why.clean();
        };
        const auto target = "ws://127.0.0.1:" + std::to_string(port_) + "/";
        clients_[number].kept = client_.keep_connected(target, std::move(what));
    }

    void opened(std::size_t number) {
        ++open_;
        if (++clients_[number].opened > 1) returns_.push_back(loop_.now());
        send(clients_[number], number);
    }

    void send(talking_client& one, std::size_t number) {
        if (one.sent || !one.kept.is_open() || ending_) return;
        one.sent = true;
        one.kept.send(std::to_string(number) + ' ' + std::to_string(one.next));
    }

    void acknowledged(std::size_t number, std::size_t which) {
        talking_client& one = clients_[number];
        wrong_ += which != one.next;
        ++one.next;
        one.sent = false;
        one.after_restart += one.opened > 1;
        ++acknowledgements_;
    }

    void work() {
        while (started_ < clients_.size() && started_ - open_ < opening_max && !restarted_) {
            add_client();
        }
        for (std::size_t i = ticks_++ % shares; i < started_; i += shares) send(clients_[i], i);
        if (open_ == clients_.size() && !draining_) {
            draining_ = true;
            begin_restart();
        }
        const bool all_back = restarted_ && std::ranges::all_of(clients_, [](const auto& one) {
            return one.opened > 1 && one.after_restart > 1;
        });
        if (all_back) finish();
    }

    void begin_restart() {
        std::printf("%zu clients are connected\n", open_);
        weft::drain_options options;
        options.window = 5s;
        server_->drain(options, [this] {
            server_.reset();
            restarted_ = true;
            std::printf("the server ended, after %zu acknowledgements\n", acknowledgements_);
            if (!listen(port_)) finish();
        });
    }

    void finish() {
        ending_ = true;
        tick_.disarm();
        limit_.disarm();
        for (auto& one : clients_) one.kept.close();
        if (server_) server_->shutdown(5s);
    }

    /// Returns the most connections that were opened again within one second.
    std::size_t most_in_a_second() const {
        std::size_t most = 0, first = 0;
        for (std::size_t last = 0; last < returns_.size(); ++last) {
            while (returns_[last] - returns_[first] > 1s) ++first;
            most = std::max(most, last - first + 1);
        }
        return most;
    }

    bool check() const {
        std::size_t lost = 0, repeated = 0;
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            for (std::size_t which = 0; which < clients_[i].next; ++which) {
                const unsigned times = which < handled_[i].size() ? handled_[i][which] : 0;
                lost += times == 0;
                repeated += times > 1;
            }
        }
        const std::size_t most = most_in_a_second();
        std::printf("%zu clients came back, at most %zu in a second; %zu messages were "
                    "acknowledged: %zu lost, %zu handled twice, %zu out of order; %zu connections "
                    "did not end properly\n",
                    returns_.size(), most, acknowledgements_, lost, repeated, wrong_, unclean_);
        return ending_ && returns_.size() == clients_.size() && most <= most_ && lost == 0 &&
            repeated == 0 && wrong_ == 0 && unclean_ == 0;
    }

    weft::event_loop loop_;
    std::optional<weft::server> server_;
    weft::client client_{loop_};
    std::deque<talking_client> clients_;
    handled_messages handled_;
    std::size_t most_;
    std::uint16_t port_ = 0;
    std::size_t started_ = 0;
    std::size_t open_ = 0;
    std::size_t ticks_ = 0;
    std::size_t acknowledgements_ = 0;
    std::size_t wrong_ = 0;
    std::size_t unclean_ = 0;
    bool draining_ = false;
    bool restarted_ = false;
    bool ending_ = false;
    std::vector<weft::time_point> returns_; // when clients were connected again
    weft::timer tick_{loop_, [this] { work(); }};
    weft::timer limit_{loop_, [this] {
        std::puts("it takes too long");
        for (auto& one : clients_) one.kept = {};
        tick_.disarm();
        server_.reset();
    }};
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const std::size_t clients = number_in(argv[1]);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 2 * clients + 100) {
        std::printf("skipped: needs %zu descriptors, more than `ulimit -Hn` permits\n",
                    2 * clients + 100);
        return skipped;
    }
    return restart(clients, number_in(argv[2])).run() ? 0 : 1;
}
