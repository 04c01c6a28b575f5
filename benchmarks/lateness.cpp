// SPDX-License-Identifier: MIT
//
// How late 10 ms timers ring, the host's and Weft's, while Weft serves an echo inside the host,
// with so many handlers and microseconds a turn (0 for no limit). Prints its port; a plain GET of
// /lateness tells what there was since the last one. Usage: lateness HOST HANDLERS MICROSECONDS

#include <weft/weft.hpp>

#include "lateness/host_timer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace weft::lateness;
using clock_type = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;

/// How late one timer was, each time.
class record {
public:
    void rang() {
        const auto now = clock_type::now();
        late_.push_back(std::max(0.0, microseconds(now - last_ - period).count()));
        last_ = clock_type::now();
    }

    /// As JSON; begins again.
    std::string tell() {
        std::sort(late_.begin(), late_.end());
        std::ostringstream text;
        text << "{\"rings\": " << late_.size() << ", \"p50_us\": " << at(0.5)
             << ", \"p99_us\": " << at(0.99) << ", \"max_us\": " << at(1) << "}";
        late_.clear();
        return text.str();
    }

private:
    [[nodiscard]] double at(double part) const {
        if (late_.empty()) return 0;
        return late_[static_cast<std::size_t>(part * static_cast<double>(late_.size() - 1))];
    }

    std::vector<double> late_; // microseconds
    clock_type::time_point last_ = clock_type::now();
};

record of_host;
record of_weft;

weft::budget limit_from(const char* handlers, const char* time) {
    weft::budget limit;
    if (const auto most = std::strtoul(handlers, nullptr, 10)) limit.handlers = most;
    if (const auto most = std::atol(time)) limit.time = std::chrono::microseconds(most);
    return limit;
}

int serve(const host& where, weft::budget limit) {
    weft::event_loop loop;
    weft::server server{loop};
    server.route("/echo", {
        .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
    });
    server.route("/lateness", {.http = [](weft::connection& c) {
        const auto both = "{\"host\": " + of_host.tell() + ", \"weft\": " + of_weft.tell() + "}\n";
        static_cast<void>(c.respond({200, {}, both}));
    }});
    std::optional<weft::timer> own;
    own.emplace(loop, [&] {
        of_weft.rang();
        own->arm_after(period);
    });
    own->arm_after(period);
    const auto bound = server.listen("127.0.0.1", 0);
    if (!bound) {
        std::cerr << "lateness: " << bound.error().message() << '\n';
        return 1;
    }
    std::cout << bound->port() << std::endl;
    where.make(loop, limit, [] { of_host.rang(); })->run();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    for (const auto& one : host_registration::all()) {
        if (argc == 2 && std::string_view(argv[1]) == "--hosts") std::cout << one.name << '\n';
        if (argc == 4 && one.name == argv[1]) return serve(one, limit_from(argv[2], argv[3]));
    }
    return argc == 2 ? 0 : 1;
}
