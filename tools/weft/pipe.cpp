// SPDX-License-Identifier: MIT
// Standard input feeds a connection by hand, in time; what it writes goes to standard output.
#include "weft/pipe.hpp"

#include <array>
#include <chrono>
#include <iostream>

#include <weft/connection/service.hpp>
#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

#include "weft/proper_end.hpp"
#include "weft/seconds.hpp"
#include "weft/standard_wire.hpp"

namespace weft_tool {
namespace {

weft::time_point now() {
    return std::chrono::steady_clock::now();
}

class piped_connection {
public:
    explicit piped_connection(const pipe_options& options)
        : quiet_(options.quiet || standard_wire::peer_hears_errors()) {
        weft::route_options route;
        route.connection.limits.message_size_max = options.message_size_max;
        route.connection.timeouts.idle = seconds(options.idle_timeout);
        server_.route("*", {
            .message = [](weft::connection& peer, weft::message m) { peer.send(m); },
            .close =
                [this](weft::connection&, const weft::report& why) {
                    ended(why, is_proper(why) ? exit_code::ok : exit_code::ended_badly);
                },
            .fail = [this](const weft::report& why) { ended(why, exit_code::not_connected); },
        }, route);
        server_.on_fail([this](const weft::report& why) { ended(why, exit_code::not_connected); });
        io_.on_shutdown([this] { wire_.end_output(); });
        server_.serve(io_.take_stream());
    }

    exit_code run() {
        for (;;) {
            driver_.advance(now());
            driver_.settle();
            if (io_.closed()) return outcome_;
            const standard_wire::readiness wanted{!ended_ && io_.room() != 0, io_.output_waits()};
            const auto ready = standard_wire::wait(wanted, driver_.next_deadline() - now());
            if (ready.read) read();
            if (ready.write) io_.writable();
        }
    }

private:
    void read() {
        const auto got = standard_wire::read(std::span(buffer_).first(io_.room()));
        if (!got) return io_.fatal_error(got.error());
        io_.read_all(std::span(buffer_).first(*got));
        if (*got != 0) return;
        ended_ = true;
        io_.eof();
    }

    void ended(const weft::report& why, exit_code as) {
        outcome_ = as;
        if (!quiet_) std::cerr << "weft pipe: " << why << '\n';
    }

    bool quiet_;
    bool ended_ = false; // the input
    exit_code outcome_ = exit_code::not_connected; // a plain request is answered without a word
    std::array<std::byte, 64 * 1024> buffer_;
    standard_wire wire_;
    weft::manual_driver driver_{now()};
    weft::io_stream io_{driver_, [this](auto pieces) { return wire_.write(pieces); }};
    weft::service server_{driver_};
};

} // namespace

exit_code pipe(const pipe_options& options) {
    return piped_connection(options).run();
}

} // namespace weft_tool
