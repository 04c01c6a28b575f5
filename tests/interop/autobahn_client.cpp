// SPDX-License-Identifier: MIT
// A client that an Autobahn fuzzing server puts through its cases, one after the other; inside a
// host library if that is named. TLS and compression as the program has them.
// Usage: autobahn_client ws://127.0.0.1:9001 [loop]
//        autobahn_client wss://localhost:9001 <loop> <file of certificates to trust>

#include <weft/weft.hpp>

#include <charconv>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "host_loops/host_loops.hpp"
#include "tls_libraries/tls_libraries.hpp"
#include "weft/compression.hpp"

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

    void tls(std::shared_ptr<weft::secure_layer> layer) { client_.tls(std::move(layer)); }

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

    // Servers accept the offer of compression in the cases about it, and decline it in the others.
    [[nodiscard]] weft::connect_options roomy() const {
        weft::connect_options options;
        options.connection.queue_size_max = 64 * 1024 * 1024;
        options.connection.extension = compression_;
        return options;
    }

    weft::client client_;
    std::string server_;
    std::shared_ptr<weft::extension_negotiator> compression_ =
        weft_tool::compression_for("autobahn_client");
    int count_ = 0;
    int next_ = 1;
    bool finished_ = false;
};

} // namespace

int main(int count, char** arguments) {
    if (count < 2 || count > 4) {
        std::cerr << "usage: autobahn_client ws://host:port [loop [file of certificates]]\n";
        return 2;
    }
    const std::string_view where = count > 2 ? arguments[2] : "automatic";
    weft::event_loop loop({.engine = weft_tool::engine_of(where)});
    autobahn_client client{loop, arguments[1]};
    if (count > 3) {
        const auto* library = weft_tool::tls_library_named(weft_tool::default_tls_library());
        if (!library) {
            std::cerr << "this build is without a TLS library\n";
            return 2;
        }
        std::string fault;
        auto layer = library->make_client(arguments[3], true, fault);
        if (!layer) {
            std::cerr << arguments[3] << ": " << layer.error().message() << '\n';
            return 2;
        }
        client.tls(std::move(*layer));
    }
    client.start();
    weft_tool::run_inside(where, loop);
    return client.finished() ? 0 : 1;
}
