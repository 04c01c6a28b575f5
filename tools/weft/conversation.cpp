// SPDX-License-Identifier: MIT
// Copies messages between the WebSocket and standard input and output.
#include "weft/conversation.hpp"

#include <unistd.h>

#include <iostream>
#include <span>
#include <system_error>
#include <utility>

#include <weft/stream/tls_stream.hpp>

#include "host_loops/host_loops.hpp"
#include "weft/advice.hpp"
#include "weft/compression.hpp"
#include "weft/names.hpp"
#include "without_loop/printable.hpp"
#include "without_loop/proper_end.hpp"
#include "without_loop/seconds.hpp"

namespace weft_tool {
namespace {

/// How long to wait for a server to close the stream, as it should (RFC 6455 §7.1.1).
constexpr auto close_timeout = std::chrono::seconds(1);

bool is_text(std::string_view line) {
    return weft::is_utf8(std::as_bytes(std::span(line.data(), line.size())));
}

/// Returns standard error, with its error state cleared: after a disk was full, writing may work
/// again.
std::ostream& errors() {
    std::cerr.clear();
    return std::cerr;
}

/// Returns which TLS the connection uses, such as ", TLSv1.3 by OpenSSL"; empty for none.
std::string described_tls(const weft::connection& peer) {
    const auto* tls = weft::tls_stream::of(peer.transport());
    if (!tls) return {};
    return ", " + std::string(tls->version()) + " by " + std::string(tls->session().library());
}

} // namespace

conversation::conversation(const connect_options& options, const weft::uri& target)
    : options_(options),
      target_(target),
      loop_({.engine = engine_of(options.loop)}),
      names_(resolve_names(loop_, options.name_servers)),
      signals_(loop_),
      client_(loop_),
      quiet_(loop_, [this] { silence(); }),
      ping_(loop_, [this] { send_ping(); }),
      input_(STDIN_FILENO),
      readable_(loop_, STDIN_FILENO, [this](weft::readiness) { read_input(); }),
      output_(STDOUT_FILENO) {}

exit_code conversation::run(weft::connect_options how) {
    via_ = how.via;
    compression_ = how.connection.extension;
    client_.connect(target_, handlers(), std::move(how));
    run_inside(options_.loop, loop_);
    output_.flush();
    if (output_.error() && outcome_ == exit_code::ok) outcome_ = exit_code::input_output;
    return outcome_;
}

// --- readiness

bool conversation::wants_input() const noexcept {
    return peer_ && peer_->is_open() && !held_back_ && !input_.ended();
}

void conversation::update_reading() {
    const bool wanted = wants_input();
    if (pollable_ && readable_.set({.read = wanted})) return;
    pollable_ = false;
    if (wanted && !std::exchange(read_waits_, true)) loop_.post([this] { read_file(); });
}

/// Reads one piece per turn, as for descriptors that can be waited for.
void conversation::read_file() {
    read_waits_ = false;
    if (wants_input()) read_input();
}

/// Called on a stop signal: the first closes properly, the second ends at once.
void conversation::handle_signals() {
    if (signals_handled_ == stop_signals::count()) return;
    signals_handled_ = stop_signals::count();
    if (peer_ && signals_handled_ == 1) return close();
    client_.stop();
}

/// Writes all messages of a turn together.
void conversation::flush_later() {
    if (std::exchange(flush_waits_, true)) return;
    loop_.post([this] {
        flush_waits_ = false;
        output_.flush();
        if (!output_.error() || !peer_) return;
        give_up(exit_code::input_output,
                "cannot write to standard output: " + output_.error().message());
    });
}

// --- handlers of the connection

weft::handlers conversation::handlers() {
    return {
        .open = [this](weft::connection& peer) { opened(peer); },
        .message = [this](weft::connection&, weft::message what) { received(what); },
        .writable =
            [this](weft::connection&) {
                held_back_ = false;
                send_lines();
            },
        .pong = [this](weft::connection&, auto) { ponged(); },
        .close = [this](weft::connection&, const weft::report& why) { closed(why); },
        .fail = [this](const weft::report& why) { failed(why); },
        .interrupt = [this] { handle_signals(); },
    };
}

void conversation::opened(weft::connection& peer) {
    peer_ = &peer;
    const std::string agreed(peer.subprotocol());
    if (!options_.subprotocols.empty() && agreed.empty()) {
        return give_up(exit_code::not_connected,
                       "the server speaks none of the subprotocols asked for\n"
                       "  Try the --subprotocol that the server speaks, or none");
    }
    const std::string extension(peer.extensions());
    say("connected to " + shown_uri(target_.str()) + described_tls(peer) +
        (agreed.empty() ? "" : ", subprotocol " + agreed) +
        (extension.empty() ? "" : ", " + extension));
    if (options_.deflate && extension.empty()) say("the server does not compress");
    if (input_.is_terminal()) say("Type a line to send it; Ctrl-D or Ctrl-C closes.");
    if (options_.ping > 0) send_ping();
    update_reading();
}

void conversation::received(weft::message what) {
    output_.write(what);
    flush_later();
    if (sent_ != 0) ++answers_;
    if (finishing_) end_if_answered();
}

void conversation::ponged() {
    if (options_.ping <= 0) return;
    const std::chrono::duration<double, std::milli> trip =
        std::chrono::steady_clock::now() - pinged_;
    say("pong after " + std::to_string(trip.count()) + " ms");
}

void conversation::closed(const weft::report& why) {
    ended_ = true;
    peer_ = nullptr;
    update_reading();
    ping_.disarm();
    quiet_.disarm();
    client_.shutdown(close_timeout);
    if (compression_) {
        if (const auto text = compression_summary(*compression_); !text.empty()) {
            say("compressed: " + text);
        }
    }
    if (outcome_ != exit_code::ok) return;
    if (is_proper(why)) return say(printable(weft::to_string(why)));
    outcome_ = exit_code::ended_badly;
    errors() << "weft connect: " << printable(weft::to_string(why)) << '\n';
}

void conversation::failed(const weft::report& why) {
    ended_ = true;
    const bool misused = why.error == weft::errc::bad_header ||
        why.error == weft::errc::reserved_header || why.error == weft::errc::bad_via;
    outcome_ = misused ? exit_code::usage : exit_code::not_connected;
    errors() << "weft connect: could not connect to " << shown_uri(target_.str()) << ": "
             << printable(weft::to_string(why)) << '\n';
    if (const auto hint = advice(why, target_, {via_, options_.proxy}); !hint.empty()) {
        errors() << "  " << printable(hint) << '\n';
    }
}

// --- input

void conversation::read_input() {
    input_.fill();
    send_lines();
}

void conversation::send_lines() {
    while (peer_ && peer_->is_open() && !held_back_) {
        const auto line = input_.next_line();
        if (!line) break;
        if (!send_line(*line)) return;
    }
    if (input_.ended() && !held_back_) input_ended();
    update_reading();
}

/// Returns false if nothing more can be sent.
bool conversation::send_line(std::string_view line) {
    ++lines_;
    if (!options_.binary && !is_text(line)) {
        const std::string why = "line " + std::to_string(lines_) + " is not UTF-8";
        if (input_.is_terminal()) {
            say(why + ", and was not sent");
            return true;
        }
        give_up(exit_code::input_output, why + "\n  Try --binary");
        return false;
    }
    ++sent_;
    const auto what = options_.binary ? weft::message::binary(line) : weft::message(line);
    held_back_ = peer_->send(what) == weft::send_result::backed_up;
    return true;
}

void conversation::input_ended() {
    if (!peer_ || finishing_) return;
    if (input_.error()) {
        return give_up(exit_code::input_output,
                       "cannot read standard input: " + input_.error().message());
    }
    if (options_.stay) return;
    if (input_.is_terminal()) return close();
    finishing_ = true;
    end_if_answered();
}

// --- the end

/// Waits for outstanding answers as long as answers arrive.
void conversation::end_if_answered() {
    if (!peer_ || !peer_->is_open()) return;
    if (options_.wait <= 0 || (sent_ != 0 && answers_ >= sent_)) return close();
    quiet_.arm_after(seconds(options_.wait));
}

void conversation::silence() {
    if (peer_ && peer_->buffered_amount() != 0) return end_if_answered();
    close();
}

void conversation::close(weft::close_code code) {
    quiet_.disarm();
    ping_.disarm();
    if (peer_) peer_->close(code);
}

void conversation::give_up(exit_code outcome, const std::string& why) {
    if (outcome_ != exit_code::ok) return;
    outcome_ = outcome;
    errors() << "weft connect: " << why << '\n';
    close(weft::close_code::going_away);
}

void conversation::send_ping() {
    if (!peer_ || !peer_->is_open()) return;
    pinged_ = std::chrono::steady_clock::now();
    peer_->ping();
    ping_.arm_after(seconds(options_.ping));
}

void conversation::say(const std::string& text) const {
    if (!options_.quiet) errors() << text << '\n';
}

} // namespace weft_tool
