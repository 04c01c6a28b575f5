// SPDX-License-Identifier: MIT
// Any call on a stream that is fed by hand, from inside any handler, in both roles. Whatever it
// does, each connection ends once, nothing hangs and nothing is left.
#include <weft/connection/stream_endpoint.hpp>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <weft/stream/io_stream.hpp>
#include <weft/stream/manual_driver.hpp>

namespace weft {
namespace {

struct fed_case {
    role where;
    const char* handler;
    const char* call;
};

class fed_by_hand_matrix : public ::testing::TestWithParam<fed_case> {
protected:
    using pieces_of_output = std::span<const std::span<const std::byte>>;

    struct end {
        std::optional<io_stream> io;
        connection_handle handle;
        int ended = 0;
    };

    void SetUp() override {
        for (end* one : {&server_, &client_}) {
            one->io.emplace(d_, [this, one](pieces_of_output out) { return write(*one, out); });
            one->io->on_shutdown([this, one] { shut_down(*one); });
        }
    }

    static std::span<const std::byte> bytes_of(std::string_view text) {
        return std::as_bytes(std::span(text.data(), text.size()));
    }

    [[nodiscard]] end& own() { return GetParam().where == role::server ? server_ : client_; }
    [[nodiscard]] end& peer_of(const end& one) { return &one == &server_ ? client_ : server_; }

    /// Makes the call, once, if this is the place for it.
    void reach(const char* handler, const end& where) {
        if (&where != &own() || GetParam().handler != std::string(handler)) return;
        if (std::exchange(reached_, true) || !own().io) return;
        const std::string call = GetParam().call;
        const std::string_view ping("\x89\x80\0\0\0\0", GetParam().where == role::server ? 6 : 2);
        io_stream& io = *own().io;
        if (call == "read_some") io.read_some(bytes_of(ping));
        if (call == "read_all") io.read_all(bytes_of(ping));
        if (call == "extract") {
            std::istringstream more{std::string(ping)};
            more >> io;
        }
        if (call == "eof") io.eof();
        if (call == "fatal_error") io.fatal_error(std::make_error_code(std::errc::network_down));
        if (call == "writable") io.writable();
        if (call == "ask") asked_ = io.room() + io.output_waits() + io.closed();
        if (call == "on_shutdown") io.on_shutdown([this] { peer_of(own()).io->eof(); });
        if (call == "destroy") own().io.reset();
        if (call == "break_peer") {
            peer_of(own()).io->fatal_error(std::make_error_code(std::errc::network_reset));
        }
        if (call == "turn") d_.settle();
    }

    /// Takes a part of what is offered, as a slow network would.
    result<std::size_t> write(end& from, pieces_of_output out) {
        auto& to = peer_of(from).io;
        std::size_t taken = 0;
        if (to) {
            for (const auto piece : out) {
                const auto part = to->read_some(piece.first(std::min(piece.size(), 900 - taken)));
                taken += part;
                if (part < piece.size()) break;
            }
        }
        reach("output", from);
        return taken;
    }

    void shut_down(end& which) {
        if (auto& other = peer_of(which).io) other->eof();
        reach("shutdown", which);
    }

    handlers record_at(end& here) {
        return {
            .open =
                [&](connection& c) {
                    here.handle = c.handle();
                    c.send(std::string(5'000, 'x'));
                    reach("open", here);
                },
            .message = [&](connection&, message) { reach("message", here); },
            .writable = [&](connection&) { reach("writable", here); },
            .ping = [&](connection&, auto) { reach("ping", here); },
            .pong = [&](connection&, auto) { reach("pong", here); },
            .close =
                [&](connection&, const report&) {
                    ++here.ended;
                    reach("close", here);
                },
            .fail =
                [&](const report&) {
                    ++here.ended;
                    reach("fail", here);
                },
        };
    }

    /// Until nothing moves by itself.
    void carry() {
        for (bool moved = true; std::exchange(moved, false);) {
            moved |= d_.settle();
            for (end* one : {&server_, &client_}) {
                auto& to = peer_of(*one).io;
                const bool can_go_on = to && to->room() != 0;
                if (!one->io || !one->io->output_waits() || !can_go_on) continue;
                one->io->writable();
                moved = true;
            }
        }
    }

    void play() {
        auto at_server = record_at(server_);
        at_server.validate = [&](connection&) { reach("validate", server_); };
        at_server.http = [&](connection&) { reach("http", server_); };
        endpoint_.route("/", std::move(at_server));
        endpoint_.on_fail([&](const report&) { ++server_.ended; });
        endpoint_.serve(server_.io->take_stream());
        if (GetParam().handler == std::string("http")) {
            server_.io->read_all(bytes_of("GET / HTTP/1.1\r\nHost: hand\r\n"
                                          "Connection: close\r\n\r\n"));
            return carry();
        }
        const bool fails = GetParam().handler == std::string("fail");
        connecting_.connect(client_.io->take_stream(), *uri::parse(fails ? "ws://h/no" : "ws://h/"),
                            record_at(client_));
        d_.settle();
        for (end* one : {&server_, &client_}) {
            one->handle.with([](connection& c) {
                c.send("behind the first");
                c.ping("p");
            });
        }
        carry();
        client_.handle.close();
        carry();
    }

    manual_driver d_;
    end server_;
    end client_;
    stream_endpoint endpoint_{d_};
    stream_endpoint connecting_{d_};
    bool reached_ = false;
    std::size_t asked_ = 0;
};

TEST_P(fed_by_hand_matrix, each_ends_once_and_nothing_is_left) {
    play();
    for (int i = 0; i < 50 && d_.next_deadline() != never; ++i) {
        d_.advance(d_.next_deadline());
        carry();
    }
    EXPECT_TRUE(reached_);
    EXPECT_EQ(d_.next_deadline(), never) << "somebody still waits";
    EXPECT_EQ(endpoint_.connection_count() + connecting_.connection_count(), 0U);
    const bool plain = GetParam().handler == std::string("http");
    const bool untaken = plain && GetParam().call == std::string("break_peer");
    EXPECT_EQ(server_.ended, plain && !untaken ? 0 : 1)
        << "a plain request is answered, and no more is reported unless nobody takes that";
    EXPECT_EQ(client_.ended, plain ? 0 : 1);
}

std::vector<fed_case> fed_cases() {
    std::vector<fed_case> all;
    for (const char* call : {"read_some", "read_all", "extract", "eof", "fatal_error", "writable",
                             "ask", "on_shutdown", "destroy", "break_peer", "turn"}) {
        for (const char* handler : {"open", "message", "writable", "ping", "pong", "close",
                                    "shutdown", "output"}) {
            const bool turns = call == std::string("turn") && handler == std::string("output");
            if (turns) continue; // the one thing that is not allowed
            for (const role where : {role::server, role::client})
                all.push_back({where, handler, call});
        }
        for (const char* handler : {"validate", "http"})
            all.push_back({role::server, handler, call});
        all.push_back({role::client, "fail", call});
    }
    return all;
}

std::string fed_case_name(const ::testing::TestParamInfo<fed_case>& of) {
    const std::string where = of.param.where == role::server ? "server_" : "client_";
    return where + of.param.handler + "_" + of.param.call;
}

INSTANTIATE_TEST_SUITE_P(everywhere, fed_by_hand_matrix, ::testing::ValuesIn(fed_cases()),
                         fed_case_name);

} // namespace
} // namespace weft
