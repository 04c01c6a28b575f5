// SPDX-License-Identifier: MIT
// A whole connection over a memory pipe and a manual driver, server or client, with a peer that
// sends anything. The input says what happens next, and what handlers do when they are called.
//
// Input: options, a section of steps, a section of handler actions, then what the peer sends.
#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <weft/connection/stream_endpoint.hpp>
#include <weft/core/utf8.hpp>
#include <weft/stream/manual_driver.hpp>

#include "counting_random.hpp"
#include "fuzz_input.hpp"
#include "sent_frames.hpp"
#include "support/canned_handshake.hpp"
#include "unit/connection/raw_peer.hpp"

namespace weft::fuzz::connection_target {
namespace {

using namespace std::chrono_literals;

// The first byte of the input.
constexpr unsigned as_client = 0x01;
constexpr unsigned opens_first = 0x02;
constexpr unsigned small_pipe = 0x04;
constexpr unsigned small_queue = 0x08;
constexpr unsigned keeps_handshake = 0x10;
constexpr unsigned policy_bits = 0x60;

class scenario {
public:
    scenario(unsigned options, fuzz_input steps, fuzz_input actions, byte_view from_peer)
        : options_(options), actions_(actions), from_peer_(from_peer) {
        driver_.on_error([](std::exception_ptr) {});
        tested_->on_fail([this](const report&) { hear_end(false); });
        tested_->on_removed([this](const connection&) { forget(); });
        begin();
        while (steps.size() != 0)
            step(steps);
        finish();
    }

private:
    // --- the beginning

    void begin() {
        auto [ours, theirs] = memory_pipe(driver_, driver_, options_ & small_pipe ? 100 : 65536);
        peer_.emplace(std::move(theirs));
        if (options_ & as_client) {
            connect_options chosen;
            chosen.connection = connection_options_of();
            alive_ = &tested_->connect(std::move(ours), *uri::parse("ws://example.org/chat"),
                                       handlers_of(), std::move(chosen));
            driver_.settle();
            if (opens()) peer_->write(testing::canned_response(peer_->text()));
        } else {
            tested_->route("/*", handlers_of(), {connection_options_of(), {}});
            alive_ = &tested_->serve(std::move(ours));
            if (opens()) peer_->write(testing::canned_request());
        }
        if (opens()) driver_.settle();
    }

    [[nodiscard]] bool opens() const { return options_ & opens_first; }

    [[nodiscard]] connection_options connection_options_of() const {
        connection_options chosen;
        chosen.limits.request_count_max = 1; // an answer to a plain request is the end
        if (options_ & small_queue) chosen.queue_size_max = 200;
        chosen.when_full = static_cast<queue_policy>(((options_ & policy_bits) >> 5) % 3);
        chosen.keep_handshake = options_ & keeps_handshake;
        chosen.timeouts.idle = 90s;
        return chosen;
    }

    handlers handlers_of() {
        return {
            .open =
                [this](connection& c) {
                    hear(c);
                    must(!std::exchange(opened_, true), "open is reported once");
                    act(c);
                },
            .message =
                [this](connection& c, message m) {
                    hear_open(c);
                    must(!m.is_text() || is_utf8(m.bytes()), "text is UTF-8");
                    act(c, m);
                    (void)is_utf8(m.bytes()); // a view lasts until the handler returns
                },
            .writable =
                [this](connection& c) {
                    hear_open(c);
                    must(std::exchange(backed_up_, false), "writable follows a send");
                    act(c);
                },
            .ping = [this](connection& c, byte_view bytes) { hear_control(c, bytes); },
            .pong = [this](connection& c, byte_view bytes) { hear_control(c, bytes); },
            .close =
                [this](connection& c, const report&) {
                    hear(c);
                    must(opened_, "close is for what was open");
                    hear_end(true);
                    act(c);
                },
            .fail = [this](const report&) { hear_end(false); },
            .validate =
                [this](connection& c) {
                    hear(c);
                    answer(c);
                },
            .http =
                [this](connection& c) {
                    hear(c);
                    plain_ = true;
                    answer(c);
                },
        };
    }

    // --- what is received

    void hear(connection& from) {
        must(!destroyed_, "nothing is reported after the end of its service");
        must(!ended_, "nothing is reported after the end");
        must(!inside_call_, "nothing is reported from inside a call");
        alive_ = &from;
    }

    void hear_open(connection& from) {
        hear(from);
        must(opened_, "open comes first");
    }

    void hear_control(connection& from, byte_view bytes) {
        hear_open(from);
        must(bytes.size() <= control_payload_max, "control frames are short");
        act(from, message(bytes));
    }

    void hear_end(bool open) {
        must(!destroyed_ && !inside_call_, "an end is reported by the service, in a turn");
        must(open == opened_, "fail is for what never opened");
        must(!std::exchange(ended_, true), "one end is reported");
        if (!open) forget();
    }

    /// The connection must not be touched any more.
    void forget() { alive_ = nullptr; }

    // --- what handlers do

    void answer(connection& c) {
        deferred_ = false;
        switch (actions_.byte() % 6) {
        case 0: break; // as is done without a handler
        case 1: (void)c.accept(); break;
        case 2: (void)c.reject(403, "no"); break;
        case 3: (void)c.respond({200, {}, "hello"}); break;
        case 4:
            c.defer();
            deferred_ = true;
            break;
        default: act(c); break;
        }
    }

    void act(connection& c, message received = message(std::string_view())) {
        const auto action = actions_.byte();
        if (action >= 200) throw std::runtime_error("from a handler");
        command(c, action, received);
        if (action % 20 == 19 && nesting_ < 3) {
            ++nesting_;
            driver_.advance(driver_.now());
            --nesting_;
        }
    }

    void command(connection& c, unsigned what, message received) {
        switch (what % 20) {
        case 1: send(c, received); break;
        case 2: send(c, message(std::string_view("hello"))); break;
        case 3: send(c, message::binary(large())); break;
        case 4: part(c, std::string_view("a"), false); break;
        case 5: part(c, std::string_view("b"), true); break;
        case 6: note(c.ping(received.text())); break;
        case 7: note(c.pong(received.text())); break;
        case 8: c.close(close_code::going_away, "bye"); break;
        case 9: c.abort(); break;
        case 10: c.pause(); break;
        case 11: c.resume(); break;
        case 12: destroy(); break;
        case 13: shut_down(2s); break;
        case 14: stop(); break;
        case 15:
            c.handle().with([this](connection& later) { send(later, std::string_view("later")); });
            break;
        case 16: c.handle().close(); break;
        case 17: c.handle().abort(); break;
        case 18: c.data() = std::string("kept"); break;
        default: break;
        }
    }

    bool note(send_result became) {
        backed_up_ =
            backed_up_ || became == send_result::backed_up || became == send_result::dropped;
        return became == send_result::accepted || became == send_result::backed_up;
    }

    void send(connection& c, message what) {
        std::string content(what.text());
        if (note(c.send(what))) sent_.push_back(std::move(content));
    }

    /// More than a pipe or a queue takes at once; not copied by a server that has a large pipe.
    [[nodiscard]] std::string_view large() const {
        static const std::string bytes(17000, 'x');
        return std::string_view(bytes).substr(0, options_ & small_pipe ? 700 : bytes.size());
    }

    void part(connection& c, std::string_view piece, bool last) {
        if (!note(c.send_part(piece, last))) return;
        parts_ += piece;
        if (last) sent_.push_back(std::exchange(parts_, {}));
    }

    void destroy() {
        destroyed_ = true;
        forget();
        tested_.reset();
    }

    void shut_down(duration within) {
        if (destroyed_) return;
        inside_shutdown_ = true;
        ++shutdowns_;
        tested_->shutdown(within, [this] {
            must(!inside_shutdown_, "done is not called from inside the call");
            ++dones_;
        });
        inside_shutdown_ = false;
    }

    void stop() {
        if (!destroyed_) tested_->stop();
    }

    // --- what happens outside of turns

    void step(fuzz_input& steps) {
        const auto what = steps.byte();
        switch (what % 16) {
        case 0: write(from_peer_.size()); break;
        case 1: write(1 + what / 16); break;
        case 2: write(steps.byte()); break;
        case 3: driver_.settle(); break;
        case 4: driver_.advance(driver_.now(), {.handlers = 1}); break;
        case 5: driver_.advance(driver_.now() + steps.byte() * 500ms); break;
        case 6: driver_.advance(std::max(driver_.now(), next_deadline())); break;
        case 7: outside_command(steps.byte()); break;
        case 8: peer_->end().pause(); break;
        case 9: peer_->end().resume(); break;
        case 10: peer_->end().half_close(); break;
        case 11: peer_->end().close(); break;
        case 12: peer_->end().reset(); break;
        case 13: peer_->end().deliver_at_most(1 + steps.byte()); break;
        case 14: shut_down(steps.byte() * 100ms); break;
        default: answer_late(); break;
        }
    }

    void write(std::size_t size) {
        if (size != 0) peer_->write(from_peer_.take(size));
    }

    void outside_command(unsigned what) {
        if (alive_ && !ended_) {
            inside_call_ = true;
            command(*alive_, what, message(std::string_view("outside")));
            inside_call_ = false;
        }
    }

    void answer_late() {
        if (!alive_ || !std::exchange(deferred_, false)) return;
        if (alive_->respond({404, {}, "late"})) {
            forget();
        } else {
            (void)alive_->accept();
        }
    }

    [[nodiscard]] time_point next_deadline() const {
        return driver_.next_deadline() == never ? driver_.now() : driver_.next_deadline();
    }

    // --- the end

    void finish() {
        write(from_peer_.size());
        driver_.settle();
        peer_->end().close();
        for (int rounds = 0; rounds < 200; ++rounds) {
            if (alive_ && !ended_) alive_->resume();
            driver_.settle();
            driver_.advance(next_deadline());
            if (driver_.next_deadline() == never && (!alive_ || ended_)) break;
        }
        must(driver_.next_deadline() == never && !driver_.waiting(), "nothing waits at the end");
        must(destroyed_ || tested_->connection_count() == 0, "nobody is left at the end");
        must(ended_ || destroyed_ || plain_, "an end is reported");
        check_sent();
        tested_.reset();
        must(dones_ == shutdowns_, "done is called once");
    }

    /// The messages that were taken have arrived in order, all of them if a close frame has.
    void check_sent() {
        const auto text = peer_->text();
        const auto head = text.find("\r\n\r\n");
        const std::string_view begin = options_ & as_client ? "GET " : "HTTP/1.1 101 ";
        if (head == text.npos || !text.starts_with(begin)) return;
        const auto sender = options_ & as_client ? role::client : role::server;
        std::size_t arrived = 0;
        std::string message;
        for (const auto& frame :
             sent_frames(byte_view(peer_->received).subspan(head + 4), sender, true)) {
            if (frame.code() == opcode::close) must(arrived == sent_.size(), "all has arrived");
            if (is_control(frame.code())) continue;
            message += frame.payload;
            if (!(frame.first & testing::fin)) continue;
            must(arrived < sent_.size() && message == sent_[arrived], "what was sent arrives");
            ++arrived;
            message.clear();
        }
    }

    unsigned options_;
    fuzz_input actions_;
    fuzz_input from_peer_;
    counting_random random_;
    manual_driver driver_{time_point(1h), random_};
    std::optional<testing::raw_peer> peer_;
    std::optional<stream_endpoint> tested_{driver_};
    connection* alive_ = nullptr;
    std::vector<std::string> sent_;
    std::string parts_;
    int shutdowns_ = 0;
    int dones_ = 0;
    int nesting_ = 0;
    bool opened_ = false;
    bool ended_ = false;
    bool plain_ = false;
    bool deferred_ = false;
    bool destroyed_ = false;
    bool inside_call_ = false;
    bool inside_shutdown_ = false;
    bool backed_up_ = false;
};

void run(byte_view bytes) {
    fuzz_input input(bytes);
    const auto options = input.byte();
    const auto steps = input.section();
    const auto actions = input.section();
    scenario(options, steps, actions, input.rest());
}

const fuzz_target connection_target("connection", run);

} // namespace
} // namespace weft::fuzz::connection_target
