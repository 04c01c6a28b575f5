// SPDX-License-Identifier: MIT
// Passes bytes between a raw connection and its link.
#include "weft/relay/stream_end.hpp"

#include <span>
#include <utility>

#include "weft/tls.hpp"

namespace weft_tool {
namespace {

stream_end& kept_with(weft::raw_connection& peer) {
    return **peer.data_as<stream_end*>();
}

} // namespace

// --- from the link

bool stream_end::send(const relay_piece& what) {
    if (!peer_) return true;
    bool fluent = peer_->send(what.bytes) != weft::send_result::backed_up;
    if (lines_ && what.last && what.what == relay_piece::kind::text) {
        fluent = peer_->send("\n") != weft::send_result::backed_up && fluent;
    }
    return fluent;
}

bool stream_end::finish() {
    finished_ = true;
    if (peer_) peer_->finish();
    return true;
}

void stream_end::close(const relay_ending& why) {
    if (!peer_) return;
    const bool has_resets = peer_->remote_address().is_ip();
    resets_ = has_resets && !finished_ && (resets_ || why.cut);
    if (!resets_) return peer_->close();
    peer_->resume(); // a paused connection has no deadlines; what it receives is dropped
    reset_when_sent();
}

/// Output leaves at the end of the turn, except what is backed up; only then `writable` is called.
void stream_end::reset_when_sent() {
    if (!peer_) return;
    if (peer_->buffered_amount() == 0) {
        was_reset_ = peer_->is_open();
        return peer_->reset();
    }
    if (peer_->send("") != weft::send_result::accepted) return; // or it is closing already
    peer_->handle().with([](weft::raw_connection& peer) { kept_with(peer).reset_when_sent(); });
}

void stream_end::abort() {
    if (peer_) peer_->abort();
}

void stream_end::pause() {
    if (peer_) peer_->pause();
}

void stream_end::resume() {
    if (peer_) peer_->resume();
}

// --- from the connection

void stream_end::follow(weft::raw_connection& peer) {
    peer_ = &peer;
    peer.data() = this;
    peer.pause();
}

weft::raw_handlers stream_end::handlers() {
    return {
        .data =
            [](weft::raw_connection& peer, std::span<std::byte> bytes) {
                auto& here = kept_with(peer);
                here.events_->received(here, {.bytes = bytes});
            },
        .writable =
            [](weft::raw_connection& peer) {
                auto& here = kept_with(peer);
                if (here.resets_) return here.reset_when_sent();
                here.events_->drained(here);
            },
        .end =
            [](weft::raw_connection& peer) {
                auto& here = kept_with(peer);
                here.events_->input_ended(here);
            },
        .close =
            [](weft::raw_connection& peer, const weft::report& why) {
                if (!peer.data_as<stream_end*>()) return; // it was refused after it had opened
                const bool proper = why.clean();
                kept_with(peer).ended({.code = proper ? weft::close_code::normal
                                                      : weft::close_code::internal_error,
                                       .text = weft::to_string(why),
                                       .proper = proper,
                                       .cut = !proper});
            },
    };
}

void stream_end::ended(const relay_ending& why) {
    peer_ = nullptr;
    if (auto* events = std::exchange(events_, nullptr)) events->ended(*this, why);
}

// --- accepted

accepted_stream::accepted_stream(weft::raw_connection& peer, bool lines)
    : stream_end(peer.remote_address().str(), lines) {
    follow(peer);
}

void accepted_stream::start(relay_events& to) {
    events_ = &to;
}

void accepted_stream::admit(std::string_view /*subprotocol*/) {
    if (events_) events_->opened(*this);
}

// --- connecting

connecting_stream::connecting_stream(weft::raw_client& by, std::string where,
                                     weft::raw_connect_options how, bool lines)
    : stream_end(std::move(where), lines), client_(by), how_(std::move(how)) {}

void connecting_stream::start(relay_events& to) {
    events_ = &to;
    auto what = handlers();
    what.open = [this](weft::raw_connection& peer) {
        follow(peer);
        events_->opened(*this);
    };
    what.fail = [this](const weft::report& why) { failed(why); };
    handle_ = client_.connect(name_, std::move(what), std::move(how_));
}

void connecting_stream::failed(const weft::report& why) {
    const std::string hint = is_distrust(why.error)
        ? "\n  If you trust it: --ca FILE with its certificate or its issuer's, or --insecure"
        : "\n  Is a server running there? Check the address";
    ended({.code = weft::close_code::bad_gateway,
           .text = "could not connect to " + name_ + ": " + weft::to_string(why) + hint,
           .proper = false,
           .opened = false,
           .cut = true});
}

void connecting_stream::close(const relay_ending& why) {
    if (peer_) return stream_end::close(why);
    handle_.abort();
}

void connecting_stream::abort() {
    if (peer_) return stream_end::abort();
    handle_.abort();
}

} // namespace weft_tool
