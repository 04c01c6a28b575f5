// SPDX-License-Identifier: MIT
// Passes messages between a WebSocket and its link.
#include "weft/relay/websocket_end.hpp"

#include <span>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/utf8.hpp>

#include "weft/advice.hpp"
#include "without_loop/printable.hpp"
#include "without_loop/proper_end.hpp"

namespace weft_tool {
namespace {

websocket_end& kept_with(weft::connection& peer) {
    return **peer.data_as<websocket_end*>();
}

/// A relay between this one and a broken connection closes with 1011.
relay_ending ending_of(const weft::report& why) {
    return {.code = why.code(),
            .reason = std::string(why.reason()),
            .text = weft::to_string(why),
            .proper = is_proper(why),
            .cut = !why.clean() || why.code() == weft::close_code::internal_error};
}

} // namespace

// --- from the link

bool websocket_end::send(const relay_piece& what) {
    if (!peer_ || gave_up_) return true;
    if (what.what == relay_piece::kind::stream) {
        const std::string_view bytes(reinterpret_cast<const char*>(what.bytes.data()),
                                     what.bytes.size());
        if (framing_.lines) return send_lines(bytes);
        return peer_->send(weft::message::binary(bytes)) != weft::send_result::backed_up;
    }
    const weft::message part(what.bytes, what.what == relay_piece::kind::text);
    return peer_->send_part(part, what.last) != weft::send_result::backed_up;
}

bool websocket_end::send_lines(std::string_view bytes) {
    bool fluent = true;
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
        line_.append(bytes.substr(0, end));
        fluent = send_line(std::exchange(line_, {})) && fluent;
        bytes.remove_prefix(end + 1);
    }
    line_.append(bytes);
    if (line_.size() > framing_.message_size_max) {
        give_up(weft::close_code::message_too_big, "a line is longer than --max-message", true);
    }
    return fluent;
}

bool websocket_end::send_line(std::string_view line) {
    if (gave_up_ || !peer_) return true;
    if (line.size() > framing_.message_size_max) {
        give_up(weft::close_code::message_too_big, "a line is longer than --max-message", true);
        return true;
    }
    if (!weft::is_utf8(std::as_bytes(std::span(line)))) {
        give_up(weft::close_code::invalid_payload, "a line is not UTF-8. Try without --text", true);
        return true;
    }
    return peer_->send(line) != weft::send_result::backed_up;
}

bool websocket_end::finish() {
    if (!line_.empty()) static_cast<void>(send_line(std::exchange(line_, {})));
    return false;
}

void websocket_end::close(const relay_ending& why) {
    if (peer_) peer_->close(weft::sendable(why.code), why.reason);
}

void websocket_end::abort() {
    if (peer_) peer_->abort();
}

void websocket_end::pause() {
    if (peer_) peer_->pause();
}

void websocket_end::resume() {
    if (peer_) peer_->resume();
}

std::string websocket_end::subprotocol() const {
    return peer_ ? std::string(peer_->subprotocol()) : std::string();
}

// --- from the connection

void websocket_end::follow(weft::connection& peer) {
    peer_ = &peer;
    peer.data() = this;
    peer.observe(*this);
}

weft::handlers websocket_end::handlers_of(websocket_end& (*end_of)(weft::connection&)) {
    return {
        .open =
            [end_of](weft::connection& peer) {
                peer.pause();
                auto& here = end_of(peer);
                here.events_->opened(here);
            },
        .part = [end_of](weft::connection& peer,
                         weft::message_part part) { end_of(peer).received(part); },
        .writable =
            [end_of](weft::connection& peer) {
                auto& here = end_of(peer);
                here.events_->drained(here);
            },
        .close =
            [end_of](weft::connection& peer, const weft::report& why) {
                auto& here = end_of(peer);
                here.ended(here.gave_up_ ? here.ending_ : ending_of(why));
            },
    };
}

weft::handlers websocket_end::route_handlers() {
    return handlers_of(kept_with);
}

void websocket_end::received(const weft::message_part& part) {
    if (gave_up_) return;
    size_ = (part.is_first() ? 0 : size_) + part.size();
    if (size_ > framing_.message_size_max) {
        return give_up(weft::close_code::message_too_big, "a message is longer than --max-message",
                       false);
    }
    events_->received(*this, {part.bytes(),
                              part.is_text() ? relay_piece::kind::text : relay_piece::kind::binary,
                              part.is_last()});
}

void websocket_end::give_up(weft::close_code code, const std::string& why, bool bad_input) {
    if (std::exchange(gave_up_, true)) return;
    ending_ = {.code = code,
               .text = why,
               .proper = false,
               .cut = !bad_input, // bad input is the other end's
               .bad_input = bad_input};
    peer_->close(code);
}

void websocket_end::ended(const relay_ending& why) {
    peer_ = nullptr;
    if (auto* events = std::exchange(events_, nullptr)) events->ended(*this, why);
}

/// Called when the connection ends; has an effect only if the client left during its handshake.
void websocket_end::on_end() noexcept {
    ended({.code = weft::close_code::abnormal,
           .text = "the client left during its handshake",
           .proper = false,
           .opened = false,
           .cut = true});
}

// --- accepted

accepted_websocket::accepted_websocket(weft::connection& peer, const relay_framing& framing,
                                       std::string subprotocol)
    : websocket_end(framing), name_(peer.remote_address().str()),
      own_subprotocol_(std::move(subprotocol)) {
    follow(peer);
    peer.defer();
}

void accepted_websocket::admit(std::string_view subprotocol) {
    if (subprotocol.empty()) subprotocol = own_subprotocol_;
    if (peer_ && !peer_->accept(subprotocol)) static_cast<void>(peer_->accept());
}

void accepted_websocket::close(const relay_ending& why) {
    if (!peer_ || peer_->state() != weft::session_state::connecting) {
        return websocket_end::close(why);
    }
    const int status = why.opened ? 503 : 502;
    static_cast<void>(peer_->reject(status));
}

// --- connecting

connecting_websocket::connecting_websocket(weft::client& by, weft::uri target,
                                           weft::connect_options how,
                                           const relay_framing& framing)
    : websocket_end(framing), client_(by), target_(std::move(target)), how_(std::move(how)),
      via_(how_.via), proxy_(how_.proxy_from_environment ? "environment" : how_.proxy) {}

void connecting_websocket::start(relay_events& to) {
    events_ = &to;
    auto what = handlers_of(kept_with);
    what.open = [this, then = std::move(what.open)](weft::connection& peer) mutable {
        follow(peer);
        then(peer);
    };
    what.fail = [this](const weft::report& why) { failed(why); };
    handle_ = client_.connect(target_, std::move(what), std::move(how_));
}

void connecting_websocket::failed(const weft::report& why) {
    const auto hint = advice(why, target_, {via_, proxy_});
    ended({.code = weft::close_code::bad_gateway,
           .text = "could not connect to " + shown_uri(target_.str()) + ": " +
               weft::to_string(why) + (hint.empty() ? "" : "\n  " + hint),
           .proper = false,
           .opened = false,
           .cut = true,
           .misused = why.error == weft::errc::bad_header ||
               why.error == weft::errc::reserved_header || why.error == weft::errc::bad_via});
}

void connecting_websocket::close(const relay_ending& why) {
    if (peer_) return websocket_end::close(why);
    handle_.abort();
}

void connecting_websocket::abort() {
    if (peer_) return websocket_end::abort();
    handle_.abort();
}

std::string connecting_websocket::name() const {
    return shown_uri(target_.str());
}

} // namespace weft_tool
