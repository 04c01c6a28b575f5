// SPDX-License-Identifier: MIT
// The life of a session: getters, time, pausing, the end, and the memory it works in.
#include <weft/core/session.hpp>

#include <algorithm>
#include <utility>

#include <weft/core/error.hpp>

#include "core/session_extra.hpp"

namespace weft {

session::session(const session_options& options, time_point now)
    : options_(&options), received_(now), since_(now) {}

session::~session() = default;

session::extra& session::more() {
    if (!extra_) extra_ = std::make_unique<extra>();
    return *extra_;
}

void session::discard_extra_if_empty() noexcept {
    if (extra_ && !paused_ && extra_->empty()) extra_.reset();
}

// --- getters

bool session::awaits_decision() const noexcept {
    return extra_ && extra_->handshake && extra_->handshake->at == opening::step::decision;
}

bool session::wants_input() const noexcept {
    return !eof_ && !abandoned_ && !paused_ && !awaits_decision();
}

bool session::finished() const noexcept {
    if (state_ != session_state::closed) return false;
    return abandoned_ || (eof_ && output_size() == 0);
}

const http_request* session::request() const noexcept {
    if (!extra_ || !extra_->handshake || !extra_->handshake->request) return nullptr;
    return &*extra_->handshake->request;
}

const upgrade_offer* session::offer() const noexcept {
    return extra_ && extra_->handshake ? &extra_->handshake->offer : nullptr;
}

const http_response_head* session::response() const noexcept {
    if (!extra_ || !extra_->handshake || !extra_->handshake->response) return nullptr;
    return &*extra_->handshake->response;
}

std::string_view session::subprotocol() const noexcept {
    if (!extra_ || !extra_->handshake) return {};
    return extra_->handshake->subprotocol;
}

const report& session::outcome() const noexcept {
    static const report nothing{};
    return extra_ && extra_->outcome ? *extra_->outcome : nothing;
}

// --- inputs

void session::receive(std::span<std::byte> bytes, time_point now) {
    received_ = now;
    if (state_ == session_state::open) ping_waits_ = false;
    if (state_ == session_state::closed || eof_) return;
    if (!given().empty()) { // the caller did not pull all of what it gave before
        more().input.append(given());
    }
    set_given(bytes);
}

void session::receive_eof(time_point now) {
    received_ = now;
    eof_ = true;
}

void session::receive_error(std::error_code why, time_point now) {
    eof_ = true;
    abandoned_ = true;
    if (state_ == session_state::closed) return;
    end_with(event_type::failed, why, side::system, now);
}

void session::handle_deadline(time_point now) {
    if (now < next_deadline()) return;
    const auto& timeouts = options_->timeouts;
    switch (state_) {
    case session_state::connecting: fail(errc::handshake_timeout, now); break;
    case session_state::open:
        if (now >= deadline_after(received_, timeouts.idle)) {
            fail(errc::idle_timeout, now);
        } else if (ping_waits_) {
            fail(errc::pong_timeout, now);
        } else {
            ping({}, now);
        }
        break;
    case session_state::closing:
        fail(errc::close_timeout, now);
        abandoned_ = true;
        break;
    case session_state::closed: abandoned_ = true; break;
    }
}

time_point session::next_deadline() const noexcept {
    const auto& timeouts = options_->timeouts;
    switch (state_) {
    case session_state::connecting: return deadline_after(since_, timeouts.handshake);
    case session_state::open: break;
    case session_state::closing: return deadline_after(since_, timeouts.close);
    case session_state::closed:
        return abandoned_ ? never : deadline_after(since_, timeouts.close);
    }
    if (paused_ || eof_) return never;
    const time_point idle = deadline_after(received_, timeouts.idle);
    const time_point alive = ping_waits_ ? deadline_after(since_, timeouts.pong)
                                         : deadline_after(received_, timeouts.ping_interval);
    return std::min(idle, alive);
}

// --- pausing

void session::pause(time_point now) {
    if (paused_ || state_ == session_state::closed || state_ == session_state::closing) return;
    more().paused_since = now;
    paused_ = true;
}

/// Deadlines stood still during the pause: they move by its length.
void session::resume(time_point now) {
    if (!paused_) return;
    paused_ = false;
    const duration stood_still = now - extra_->paused_since;
    received_ += stood_still;
    if (state_ == session_state::open) since_ += stood_still;
    discard_extra_if_empty();
}

// --- the end

report& session::begin_end(side who, time_point now) {
    auto& outcome = more().outcome;
    if (!outcome) {
        outcome = std::make_unique<report>();
        outcome->phase =
            state_ == session_state::connecting ? phase::http : phase::websocket;
        outcome->began = who;
    }
    since_ = now;
    return *outcome;
}

void session::end_with(event_type how, std::error_code why, side who, time_point now) {
    report& outcome = begin_end(who, now);
    outcome.error = why;
    if (how == event_type::failed) outcome.began = who;
    state_ = session_state::closed;
    ending_ = how;
    paused_ = false;
    frame_left_ = 0;
    in_frame_ = false;
}

void session::fail(std::error_code why, time_point now) {
    if (state_ == session_state::closed) return;
    if (state_ == session_state::connecting) {
        if (role() == role::server && why != errc::unexpected_eof) {
            refuse(refusal(why), why, now);
            return;
        }
        if (role() == role::client) abandoned_ = true;
    }
    const bool by_peer = why == condition::protocol_error || why == errc::unexpected_eof ||
                         why == errc::not_upgraded;
    if (state_ == session_state::open) {
        put_close_frame(close_code_for(why), {});
    }
    if (why == errc::unexpected_eof) abandoned_ = true;
    end_with(event_type::failed, why, by_peer ? side::peer : side::local, now);
}

event session::next_event(time_point now) {
    if (message_told_) {
        message_told_ = false;
        std::vector<std::byte>().swap(extra_->assembly);
    }
    for (;;) {
        if (ending_ != event_type::none) return {std::exchange(ending_, event_type::none)};
        if (state_ == session_state::closed) {
            discard_input();
            return {};
        }
        if (paused_) return {};
        const event told = state_ == session_state::connecting ? next_opening_event(now)
                                                               : next_frame_event(now);
        if (told.type != event_type::none) return told;
        if (ending_ != event_type::none) continue;
        if (!eof_ || state_ == session_state::closed) return {};
        fail(errc::unexpected_eof, now);
    }
}

// --- input that waits

std::span<std::byte> session::given() const noexcept {
    if (lent_) return lent_->input_;
    return extra_ ? extra_->given : std::span<std::byte>{};
}

void session::set_given(std::span<std::byte> bytes) {
    if (lent_) {
        lent_->input_ = bytes;
    } else if (extra_ || !bytes.empty()) {
        more().given = bytes;
    }
}

/// Bytes that can be worked on now: what was retained, and after it what is lent.
std::span<std::byte> session::waiting() noexcept {
    if (extra_ && !extra_->input.empty()) return extra_->input.bytes();
    return given();
}

/// The same, with at least `count` bytes side by side if there are so many.
std::span<std::byte> session::gather(std::size_t count) {
    if (!extra_ || extra_->input.empty()) return given();
    byte_queue& retained = extra_->input;
    if (retained.size() < count) {
        const auto missing = std::min(count - retained.size(), given().size());
        retained.append(given().first(missing));
        set_given(given().subspan(missing));
    }
    return retained.bytes();
}

void session::consume_input(std::size_t count) noexcept {
    if (extra_ && !extra_->input.empty()) {
        extra_->input.consume(count);
    } else {
        set_given(given().subspan(count));
    }
}

void session::discard_input() noexcept {
    if (extra_) extra_->input.clear();
    set_given({});
}

// --- lent memory

void session::borrow(scratch& lent) noexcept {
    lent_ = &lent;
    lent_->input_ = {};
}

void session::settle_output() {
    if (!lent_) return;
    const auto built = std::span(lent_->output_).subspan(lent_->taken_);
    if (!built.empty()) more().output.append(built);
    lent_->output_.clear();
    lent_->taken_ = 0;
    if (!lent_->payload_.empty()) more().output.append(lent_->payload_);
    lent_->payload_ = {};
}

void session::settle() {
    settle_output();
    if (!given().empty()) {
        more().input.append(given());
        set_given({});
    }
    lent_ = nullptr;
    if (!extra_) return;
    if (message_told_) {
        message_told_ = false;
        std::vector<std::byte>().swap(extra_->assembly);
    }
    extra_->input.release_if_empty();
    extra_->output.release_if_empty();
    discard_extra_if_empty();
}

} // namespace weft
