// SPDX-License-Identifier: MIT
// Subscribers of several servers that share a Redis, and a publisher of numbers. Each subscriber
// comes back with its position, and checks that it gets every number once and in order, unless its
// server has told it of a loss. Usage: machine_clients SUBSCRIBERS_OF_EACH PORT...
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <weft/weft.hpp>

namespace {

using namespace std::chrono_literals;

constexpr std::size_t connected_at_once = 256;
constexpr auto patience = 120s;

weft::reconnect_options patient() {
    weft::reconnect_options options;
    options.connect.connect_timeout = patience;
    options.connect.connection.timeouts.handshake = patience;
    options.connect.connection.timeouts.pong = patience;
    options.backoff_first = 200ms;
    options.backoff_max = 2s;
    options.stable_after = 0s;
    options.decide = [](const weft::report&, weft::reconnect_decision) {
        return weft::reconnect_decision(); // again
    };
    return options;
}

struct totals {
    std::uint64_t deliveries = 0;
    std::uint64_t told = 0; // of a loss
    std::uint64_t recovered = 0;
    std::uint64_t reconnects = 0;
    std::uint64_t errors = 0;
};

/// One subscriber.
struct subscriber {
    weft::reconnecting_connection connection = {};
    std::string since = {};
    std::uint64_t last = 0;
    bool is_told = false;
    bool has_begun = false;
};

class crowd {
public:
    crowd(std::size_t each, std::vector<std::string> ports)
        : ports_(std::move(ports)), all_(each * ports_.size()), publishers_(ports_.size()) {}

    void start() {
        for (std::size_t i = 0; i < ports_.size(); ++i) publishers_[i] = publisher_to(ports_[i]);
        while (asked_ < std::min(connected_at_once, all_.size())) connect(asked_++);
        loop_.run();
    }

    /// Executes a line of the input; called on the loop's thread.
    void command(const std::string& line) {
        if (line.starts_with("publish ")) {
            target_ += std::strtoull(line.c_str() + 8, nullptr, 10);
            complete_ = 0;
            return publish_next();
        }
        if (line == "wait") {
            waited_for_ = true;
            return report_if_complete();
        }
        loop_.stop();
    }

    void post(std::string line) {
        loop_.post([this, line = std::move(line)] { command(line); });
    }

private:
    // --- subscribers

    void connect(std::size_t which) {
        subscriber& one = all_[which];
        const std::string base = "ws://127.0.0.1:" + ports_[which % ports_.size()] + "/numbers";
        auto options = patient();
        options.prepare = [&one, base](weft::reconnect_attempt attempt) {
            attempt.target(one.since.empty() ? base : base + "?since=" + one.since);
            attempt.start();
        };
        one.connection = client_.keep_connected(
            base, {.message = [this, &one](weft::connection&,
                                           weft::message m) { received(one, m.text()); },
                   .close = [this](weft::connection&,
                                   const weft::report&) { ++totals_.reconnects; }},
            std::move(options));
    }

    void received(subscriber& one, std::string_view text) {
        const auto space = text.find(' ');
        const auto first = text.substr(0, space);
        const auto rest = text.substr(space + 1);
        if (first == "back") {
            ++totals_.recovered;
        } else if (first == "at" || first == "reset") {
            if (first == "reset") {
                ++totals_.told;
                one.is_told = true;
            }
            one.since = rest;
            if (!std::exchange(one.has_begun, true)) begun();
        } else {
            one.since = first;
            numbered(one, rest);
        }
    }

    void begun() {
        if (++begun_ == all_.size()) std::cout << "open" << std::endl;
        if (asked_ < all_.size()) connect(asked_++);
    }

    void numbered(subscriber& one, std::string_view text) {
        std::uint64_t number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        ++totals_.deliveries;
        if (number != one.last + 1 && !one.is_told && totals_.errors++ < 5) {
            std::cerr << "machine_clients: " << number << " came after " << one.last << '\n';
        }
        one.is_told = false;
        if (one.last == target_) --complete_;
        one.last = number;
        if (number != target_) return;
        ++complete_;
        report_if_complete();
    }

    // --- the publisher

    weft::reconnecting_connection publisher_to(const std::string& port) {
        return client_.keep_connected(
            "ws://127.0.0.1:" + port + "/publish",
            {.message = [this](weft::connection&, weft::message m) { answered(m.text()); },
             .close = [this](weft::connection&, const weft::report&) { try_again(); }},
            patient());
    }

    void publish_next() {
        if (is_publishing_ || published_ == target_) return;
        is_publishing_ = true;
        send_number();
    }

    /// Sends the number to the next server that is there.
    void send_number() {
        const std::string text = std::to_string(published_ + 1);
        for (std::size_t i = 0; i < publishers_.size(); ++i) {
            auto* const to = publishers_[turn_++ % publishers_.size()].current();
            if (!to) continue;
            to->send(weft::message(std::string_view(text)));
            return;
        }
        try_again();
    }

    /// A number that was published already is not published again: it is its idempotency key.
    void try_again() {
        if (is_publishing_) again_.arm_after(50ms);
    }

    void answered(std::string_view text) {
        if (!is_publishing_) return;
        const std::string number = std::to_string(published_ + 1);
        if (text == "again " + number) return try_again();
        if (text != "ok " + number) return; // a second answer for an earlier one
        again_.disarm();
        ++published_;
        is_publishing_ = false;
        publish_next();
        report_if_complete();
    }

    void report_if_complete() {
        if (!waited_for_ || complete_ != all_.size() || published_ != target_) return;
        waited_for_ = false;
        std::cout << "all " << totals_.deliveries << ' ' << totals_.told << ' '
                  << totals_.recovered << ' ' << totals_.reconnects << ' ' << totals_.errors
                  << std::endl;
    }

    weft::event_loop loop_;
    weft::client client_{loop_};
    std::vector<std::string> ports_;
    std::vector<subscriber> all_;
    std::vector<weft::reconnecting_connection> publishers_;
    weft::timer again_{loop_, [this] { send_number(); }};
    totals totals_;
    std::size_t asked_ = 0;
    std::size_t begun_ = 0;
    std::size_t complete_ = 0; // subscribers that have the number `target_`
    std::size_t turn_ = 0;
    std::uint64_t target_ = 0;
    std::uint64_t published_ = 0;
    bool is_publishing_ = false;
    bool waited_for_ = false;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: machine_clients SUBSCRIBERS_OF_EACH PORT...\n";
        return 2;
    }
    crowd all(std::strtoul(argv[1], nullptr, 10), std::vector<std::string>(argv + 2, argv + argc));
    std::thread input([&] {
        for (std::string line; std::getline(std::cin, line);) all.post(line);
        all.post("end");
    });
    all.start();
    input.join();
}
