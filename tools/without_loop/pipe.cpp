// SPDX-License-Identifier: MIT
// Feeds a connection from standard input, and writes its output to standard output.
#include "without_loop/pipe.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

#include "without_loop/chat_room.hpp"
#include "without_loop/held_signals.hpp"
#include "without_loop/peer_from_environment.hpp"
#include "without_loop/printable.hpp"
#include "without_loop/proper_end.hpp"
#include "without_loop/standard_wire.hpp"

namespace weft_tool {
namespace {

constexpr auto shutdown_time = std::chrono::seconds(3);

weft::time_point now() {
    return std::chrono::steady_clock::now();
}

/// Whether the error means that the connection broke, and not that a descriptor is unusable.
bool is_the_peers(std::error_code why) {
    return why == std::errc::broken_pipe || why == std::errc::connection_reset ||
        why == std::errc::timed_out;
}

class piped_connection {
public:
    explicit piped_connection(const pipe_options& options)
        : log_(standard_wire::errors_go_to_peer() ? log_level::quiet
                                                  : log_level_named(options.level)) {
        log_.listen_to(driver_, true);
        chat_service chat{room_.handlers(), room_.members_page()};
        for (auto& [path, what, how] : services(log_, std::move(chat), options.services))
            server_.route(path, with_outcome(std::move(what)), how);
        server_.on_fail([this](const weft::report& why) { not_opened(why); });
        io_.on_shutdown([this] { wire_.end_output(); });
        server_.serve(io_.take_stream());
    }

    exit_code run() {
        for (;;) {
            driver_.advance(now());
            driver_.settle();
            if (io_.closed()) return outcome();
            const standard_wire::readiness wanted{!ended_ && io_.room() != 0, io_.output_waits()};
            const auto left = driver_.next_deadline() - now();
            const auto ready = standard_wire::wait(wanted, left, signals_.while_waiting());
            if (ready.read) read();
            if (ready.write) io_.writable();
            handle_signals();
        }
    }

private:
    /// Returns the handlers, extended to set the exit code at the end.
    weft::handlers with_outcome(weft::handlers what) {
        if (what.http) {
            what.http = [this, http = std::move(what.http)](weft::connection& peer) mutable {
                outcome_ = exit_code::ok;
                http(peer);
            };
            return what; // stays a route for plain requests
        }
        what.close = [this, close = std::move(what.close)](weft::connection& peer,
                                                           const weft::report& why) mutable {
            outcome_ = is_proper(why) ? exit_code::ok : exit_code::ended_badly;
            if (close) close(peer, why);
        };
        what.fail = [this](const weft::report& why) { not_opened(why); };
        return what;
    }

    void not_opened(const weft::report& why) {
        outcome_ = exit_code::not_connected;
        print(printable(weft::to_string(why)));
    }

    void print(std::string_view what) {
        if (!log_.is_enabled(log_level::info)) return;
        log_.output().line(std::string("weft pipe: ").append(what));
    }

    void read() {
        const auto got = standard_wire::read(std::span(buffer_).first(io_.room()));
        if (!got) {
            note(got.error(), "standard input: ");
            return io_.fatal_error(got.error());
        }
        io_.read_all(std::span(buffer_).first(*got));
        if (*got != 0) return;
        ended_ = true;
        io_.eof();
    }

    weft::result<std::size_t> write(std::span<const std::span<const std::byte>> pieces) {
        auto taken = wire_.write(pieces);
        if (!taken) note(taken.error(), "standard output: ");
        return taken;
    }

    void note(std::error_code why, std::string_view where) {
        if (is_the_peers(why)) return;
        wire_broke_ = true;
        print(std::string(where) + why.message());
    }

    /// Called on a stop signal: the first closes properly, the second ends at once.
    void handle_signals() {
        const int count = held_signals::count();
        if (count == std::exchange(signals_handled_, count)) return;
        if (count > 1) return server_.stop();
        print("ending");
        server_.shutdown(shutdown_time);
    }

    exit_code outcome() {
        if (wire_broke_) return exit_code::input_output;
        if (signals_handled_ > 0) return exit_code::ok;
        if (!outcome_) print("refused a plain request: there is no such page");
        return outcome_.value_or(exit_code::not_connected);
    }

    server_log log_;
    chat_room room_;
    held_signals signals_;
    int signals_handled_ = 0;
    bool ended_ = false; // the input
    bool wire_broke_ = false;
    std::optional<exit_code> outcome_;
    std::array<std::byte, 64 * 1024> buffer_;
    standard_wire wire_;
    weft::manual_driver driver_{now()};
    weft::io_stream io_{driver_,
                        [this](auto pieces) { return write(pieces); },
                        {.remote = peer_from_environment()}};
    weft::stream_endpoint server_{driver_};
};

} // namespace

exit_code pipe(const pipe_options& options) {
    return piped_connection(options).run();
}

} // namespace weft_tool
