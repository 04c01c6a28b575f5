// SPDX-License-Identifier: MIT
// A client that an Autobahn fuzzing server puts through its cases, one after the other; inside a
// host library if that is named.
// Usage: autobahn_client ws://127.0.0.1:9001 [loop]

#include <weft/weft.hpp>

#include <charconv>
#include <iostream>
#include <string>
#include <string_view>

#include "host_loops/host_loops.hpp"

namespace {

class autobahn_client {
public:
    autobahn_client(weft::event_loop& loop, std::string server)
        : client_(loop), server_(std::move(server)) {}

    void start() {
        client_.connect(server_ + "/getCaseCount",
                        {.message = [this](auto&, auto number) { read_count(number.text()); },
                         .close = [this](auto&, auto&) { run_next(); },
                         .fail = [this](auto& why) { give_up(why); }});
    }

    [[nodiscard]] bool finished() const noexcept { return finished_; }

private:
    void read_count(std::string_view text) {
        std::from_chars(text.data(), text.data() + text.size(), count_);
    }

    // A case may break the handshake too, so failing is no reason to stop.
    void run_next() {
        if (next_ > count_) {
            update_reports();
            return;
        }
        const std::string number = std::to_string(next_++);
        client_.connect(server_ + "/runCase?case=" + number + "&agent=weft",
                        {.message = [](auto& peer, auto what) { peer.send(what); },
                         .close = [this](auto&, auto&) { run_next(); },
                         .fail =
                             [this, number](auto& why) {
                                 std::cerr << "case " << number << ": " << why << '\n';
                                 run_next();
                             }},
                        roomy());
    }

    void update_reports() {
        client_.connect(server_ + "/updateReports?agent=weft",
                        {.close = [this](auto&, auto&) { finished_ = true; },
                         .fail = [this](auto& why) { give_up(why); }});
    }

    void give_up(const weft::report& why) { std::cerr << server_ << ": " << why << '\n'; }

    static weft::dial_options roomy() {
        weft::dial_options options;
        options.connection.queue_size_max = 64 * 1024 * 1024;
        return options;
    }

    weft::client client_;
    std::string server_;
    int count_ = 0;
    int next_ = 1;
    bool finished_ = false;
};

} // namespace

int main(int count, char** arguments) {
    if (count != 2 && count != 3) {
        std::cerr << "usage: autobahn_client ws://host:port [loop]\n";
        return 2;
    }
    const std::string_view where = count == 3 ? arguments[2] : "automatic";
    weft::event_loop loop({.engine = weft_tool::engine_of(where)});
    autobahn_client client{loop, arguments[1]};
    client.start();
    weft_tool::run_inside(where, loop);
    return client.finished() ? 0 : 1;
}
