// SPDX-License-Identifier: MIT
// The opening handshake of a session: reads, checks and answers requests, and reads and checks
// responses. The rules are in handshake.hpp. RFC 6455 §4.
#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

#include <weft/core/error.hpp>
#include <weft/core/extension.hpp>

#include "core/handshake_fields.hpp"
#include "core/session_extra.hpp"

namespace weft {
namespace {

/// The bytes of a refusal's body that are kept; documented at `report::response_body`.
constexpr std::size_t refusal_body_max = 4096;

bool is_chunked(const http_response_head& response) {
    return response.header_count("Transfer-Encoding") != 0;
}

/// Returns how many bytes of the body to wait for: 0 for a redirect and for a body that ends with
/// the stream. RFC 9112 §6.3.
std::size_t awaited_of(const http_response_head& response) {
    const int status = response.status();
    if (status < 200 || status == 204 || status / 100 == 3) return 0;
    if (is_chunked(response)) return refusal_body_max;
    const auto text = response.header("Content-Length");
    std::size_t length = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), length);
    return std::min(length, refusal_body_max);
}

/// Returns the content of the chunks in `text`, which may be incomplete. RFC 9112 §7.1.
std::string without_chunks(std::string_view text) {
    std::string bytes;
    for (;;) {
        std::size_t size = 0;
        const auto size_end = text.find("\r\n");
        const auto read = std::from_chars(text.data(), text.data() + text.size(), size, 16);
        if (read.ec != std::errc{} || size_end == text.npos || size == 0) return bytes;
        text.remove_prefix(size_end + 2);
        bytes.append(text.substr(0, size));
        if (size >= text.size() || text.size() - size < 2) return bytes; // the chunk is incomplete
        text.remove_prefix(size + 2);
    }
}

/// Returns whether `text` contains the last chunk, or bytes that look like it.
bool has_last_chunk(std::string_view text) noexcept {
    return text.starts_with("0\r\n") || text.find("\r\n0\r\n") != text.npos;
}

/// The most interim responses to skip. No server needs more before its final response.
constexpr int interim_max = 8;

/// True for a response that a client skips until the final one. RFC 9110 §15.2.
bool is_interim(const http_response_head& response) noexcept {
    return response.status() >= 100 && response.status() < 200 && response.status() != 101;
}

/// Returns the codec for the client's offer; null if no extension is supported by both sides.
message_codec_ptr choose_codec(extension_negotiator* by, const upgrade_offer& offer) {
    if (!by || offer.extensions.empty()) return nullptr;
    const auto offers = parse_extensions(offer.extensions);
    return offers ? by->choose(*offers) : nullptr;
}

/// Returns whether the client keeps the connection open for another request. RFC 9112 §9.3.
bool persists(const http_request& request) {
    if (names_item(request, "Connection", "close")) return false;
    return request.version_minor() > 0 || names_item(request, "Connection", "keep-alive");
}

} // namespace

session::opening& session::handshake() {
    auto& at = more().handshake;
    if (!at) {
        at = std::make_unique<opening>(parser_of_heads());
    }
    return *at;
}

http_head_parser session::parser_of_heads() const {
    const auto kind = role() == role::server ? http_kind::request : http_kind::response;
    const auto& limits = options_->limits;
    return http_head_parser(kind, {limits.header_size_max, limits.header_count_max});
}

void session::forget_handshake() noexcept {
    if (extra_ && state_ != session_state::connecting) extra_->handshake.reset();
    discard_extra_if_empty();
}

event session::next_opening_event(time_point now) {
    if (role() == role::client) return was_refused() ? read_refusal(now) : read_response(now);
    if (waiting().empty() && !extra_) return {};
    switch (handshake().at) {
    case opening::step::head: return read_request(now);
    case opening::step::handed_over: return ask();
    case opening::step::body_announced: return begin_body(now);
    case opening::step::body: return read_body(now);
    case opening::step::decision:
    case opening::step::refused:
    case opening::step::done: break;
    }
    return {};
}

// --- server

event session::read_request(time_point now) {
    opening& at = handshake();
    if (between_requests() && !waiting().empty()) since_ = now; // its first byte starts its timeout
    while (at.parser.status() == http_head_parser::state::more && !waiting().empty()) {
        consume_input(at.parser.feed(waiting()));
    }
    if (at.parser.status() == http_head_parser::state::failed) fail_to_parse(at.parser, now);
    if (at.parser.status() != http_head_parser::state::done) return {};
    at.request = at.parser.take_request();
    return judge_request(now);
}

/// Fails because of a head that `parser` has refused.
void session::fail_to_parse(const http_head_parser& parser, time_point now) noexcept {
    fail(parser.error(), now);
    add_detail(parser.error_detail());
}

void session::add_detail(std::string_view detail) noexcept {
    if (!extra_ || !extra_->outcome) return;
    try {
        extra_->outcome->detail = detail;
    } catch (const std::bad_alloc&) {
        extra_->outcome->detail.clear(); // report the error without its detail
    }
}

event session::judge_request(time_point now) {
    opening& at = handshake();
    if (!wants_upgrade(*at.request)) {
        const bool needs_none = at.request->version_minor() == 0 && !at.request->header("Host");
        if (!needs_none && !names_one_host(*at.request)) {
            fail(errc::bad_host, now);
            return {};
        }
        if (!may_expect(*at.request)) {
            fail(errc::unknown_expectation, now);
            return {};
        }
        return options_->reports_bodies ? announce_body(now) : begin_body(now);
    }
    auto offer = check_upgrade(*at.request);
    if (!offer) {
        fail(offer.error(), now);
        return {};
    }
    at.offer = std::move(*offer);
    return ask();
}

event session::ask() {
    handshake().at = opening::step::decision;
    return {event_type::request};
}

result<void> session::receive_request(http_request request, time_point now) {
    const bool begun = extra_ && (extra_->handshake || !extra_->input.empty());
    if (role() != role::server || state_ != session_state::connecting || begun) {
        return failure(errc::not_open);
    }
    const auto& limits = options_->limits;
    if (request.byte_count() > limits.header_size_max) return failure(errc::header_too_large);
    if (request.size() > limits.header_count_max) return failure(errc::too_many_headers);
    auto offer = check_upgrade(request);
    if (!offer) return failure(offer.error());
    opening& at = handshake();
    at.request = std::move(request);
    at.offer = std::move(*offer);
    at.at = opening::step::handed_over;
    alive_ = now;
    return {};
}

/// Sends 100 (Continue) if the client expects it and has not begun to send the body. RFC 9110
/// §10.1.1: never to an HTTP/1.0 client.
void session::ask_for_body() {
    const opening& at = handshake();
    const bool waits = !is_empty_list(*at.request, "Expect") && at.request->version_minor() > 0;
    if (waits && !at.body.done() && waiting().empty()) put_text("HTTP/1.1 100 Continue\r\n\r\n");
}

/// Reports a request with a body. Its size is checked later, with the limits of its route.
event session::announce_body(time_point now) {
    opening& at = handshake();
    session_limits without_limit = options_->limits;
    without_limit.body_size_max = unlimited;
    const auto body = request_body::framed_by(*at.request, without_limit);
    if (!body) {
        fail(body.error(), now);
        return {};
    }
    if (body->done()) return begin_body(now);
    at.at = opening::step::body_announced;
    return {event_type::body};
}

result<void> session::receive_body_in_parts(time_point now) {
    const bool announced = state_ == session_state::connecting && extra_ && extra_->handshake &&
        extra_->handshake->at == opening::step::body_announced;
    if (!announced) return failure(errc::not_open);
    opening& at = *extra_->handshake;
    auto body = request_body::framed_by(*at.request, options_->limits);
    if (!body) {
        fail(body.error(), now);
        return {};
    }
    at.body = std::move(*body);
    at.body_in_parts = true;
    extra_->message_due = deadline_after(now, options_->timeouts.message);
    return {};
}

bool session::receives_body() const noexcept {
    if (state_ != session_state::connecting || !extra_ || !extra_->handshake) return false;
    const opening& at = *extra_->handshake;
    return at.body_in_parts && at.at < opening::step::decision;
}

event session::begin_body(time_point now) {
    opening& at = handshake();
    if (!at.body_in_parts) {
        auto body = request_body::framed_by(*at.request, options_->limits);
        if (!body) {
            fail(body.error(), now);
            return {};
        }
        at.body = std::move(*body);
    }
    at.at = opening::step::body;
    ask_for_body();
    return read_body(now);
}

event session::read_body(time_point now) {
    opening& at = handshake();
    if (at.body_in_parts) return read_body_part(now);
    while (!at.body.done() && !at.body.error() && !waiting().empty()) {
        consume_input(at.body.feed(waiting(), at.request->body()));
    }
    if (at.body.error()) fail(at.body.error(), now);
    if (!at.body.done()) return {};
    at.at = opening::step::decision;
    return {event_type::http};
}

/// The piece is a view of the memory into which it was received.
event session::read_body_part(time_point now) {
    opening& at = *extra_->handshake;
    while (!at.body.done() && !at.body.error() && !waiting().empty()) {
        const auto taken = at.body.next(waiting());
        consume_input(taken.consumed);
        if (taken.content.empty()) continue;
        message_grew(taken.content.size(), now);
        return {event_type::body, false, false, false, taken.content};
    }
    if (at.body.error()) fail(at.body.error(), now);
    if (!at.body.done()) return {};
    at.at = opening::step::decision;
    since_ = now;
    return {event_type::http};
}

result<void> session::accept(std::string_view subprotocol, const http_fields& headers,
                             time_point now) {
    if (state_ != session_state::connecting || !awaits_decision()) return failure(errc::not_open);
    opening& at = handshake();
    if (at.offer.key.empty()) return failure(errc::not_open); // a plain request
    message_codec_ptr codec = choose_codec(options_->extension, at.offer);
    auto response = make_upgrade_response(at.offer, subprotocol, headers,
                                          codec ? codec->agreed() : std::string_view());
    if (!response) return failure(response.error());
    std::string chosen(subprotocol);
    put_text(*response);
    at.subprotocol = std::move(chosen);
    take_codec(std::move(codec));
    become_open(now);
    return {};
}

result<void> session::reject(const http_response& response, time_point now) {
    if (state_ != session_state::connecting || !awaits_decision()) return failure(errc::not_open);
    if (const auto usable = serialize(response, form_of_response(false)); !usable) {
        return failure(usable.error());
    }
    report* const outcome = begin_end(side::local);
    if (!outcome) throw std::bad_alloc();
    outcome->error = errc::rejected;
    refuse(response, outcome);
    end_with(event_type::failed, now);
    return {};
}

result<void> session::respond(const http_response& response, time_point now) {
    const bool early = receives_body(); // the rest of the body will be dropped
    if (!early && !awaits_decision()) return failure(errc::not_open);
    if (!handshake().offer.key.empty()) return failure(errc::not_open); // use `reject`
    opening& at = handshake();
    const bool goes_on = !early && persists(*at.request) &&
        at.answered + 1 < options_->limits.request_count_max;
    auto text = serialize(response, form_of_response(goes_on));
    if (!text) return failure(text.error());
    put_text(*text);
    paused_ = false;
    keeps_alive_ = goes_on;
    state_ = session_state::closed;
    since_ = now;
    leaving_ = true;
    return {};
}

bool session::begin_next_request(time_point now) noexcept {
    if (!keeps_alive_ || output_size() != 0) return false;
    keeps_alive_ = false;
    if (abandoned_ || (eof_ && !input_waits())) return false;
    try {
        opening& at = handshake();
        const auto answered = at.answered + 1;
        at = opening(parser_of_heads());
        at.answered = answered;
    } catch (const std::bad_alloc&) {
        return false;
    }
    state_ = session_state::connecting;
    since_ = now;
    paused_ = false;
    return true;
}

/// Returns whether input is queued. Called only while no memory is lent.
bool session::input_waits() const noexcept {
    return !given().empty() || (extra_ && !extra_->input.empty());
}

bool session::between_requests() const noexcept {
    if (state_ != session_state::connecting || !extra_ || !extra_->handshake) return false;
    const opening& at = *extra_->handshake;
    const bool begun = at.parser.begun() || at.request; // taking the head out resets the parser
    return at.answered != 0 && at.at == opening::step::head && !begun;
}

duration session::opening_timeout() const noexcept {
    const auto& timeouts = options_->timeouts;
    return between_requests() ? timeouts.keep_alive : timeouts.handshake;
}

/// Ends the session without an event, as each request was answered.
void session::end_quietly(time_point now) noexcept {
    state_ = session_state::closed;
    since_ = now;
    paused_ = false;
}

/// A response to HEAD has no body (RFC 9110 §9.3.2). With a clock, all responses have a date.
response_form session::form_of_response(bool keep_alive) const noexcept {
    response_form form;
    form.head_only = request() && request()->method() == "HEAD";
    form.keep_alive = keep_alive;
    if (options_->clock) form.date = options_->clock->utc();
    return form;
}

void session::refuse(const http_response& response, report* outcome) {
    if (const auto text = serialize(response, form_of_response(false))) put_text(*text);
    if (outcome) outcome->http_status = response.status;
}

void session::become_open(time_point now) noexcept {
    if (extra_ && extra_->handshake) extra_->handshake->at = opening::step::done;
    state_ = session_state::open;
    ending_ = event_type::opened;
    alive_ = now;
    since_ = now;
    opened_at_ = now;
}

// --- client

result<void> session::start(const uri& target, std::vector<std::string> subprotocols,
                            const http_fields& headers, bool subprotocol_required) {
    opening& at = handshake();
    options_->random->fill(at.nonce);
    std::string extensions = options_->extension ? options_->extension->offer() : std::string();
    auto request = make_upgrade_request(target, at.nonce, subprotocols, headers, extensions);
    if (!request) return failure(request.error());
    at.offer.extensions = std::move(extensions);
    at.offer.subprotocols = std::move(subprotocols);
    at.subprotocol_required = subprotocol_required;
    put_text(*request);
    leaving_ = true;
    return {};
}

event session::read_response(time_point now) {
    while (!waiting().empty()) {
        opening& at = handshake();
        consume_input(at.parser.feed(waiting()));
        if (at.parser.status() == http_head_parser::state::more) continue;
        if (at.parser.status() == http_head_parser::state::failed) {
            fail_to_parse(at.parser, now);
            return {};
        }
        at.response = at.parser.take_response();
        if (!is_interim(*at.response) || ++at.interim_count > interim_max) {
            return judge_response(now);
        }
        at.response.reset();
        at.parser = parser_of_heads();
    }
    return {};
}

event session::judge_response(time_point now) {
    opening& at = handshake();
    const bool extensions_offered = !at.offer.extensions.empty();
    auto broken = check_upgrade_response(*at.response, at.nonce, at.offer.subprotocols,
                                         at.subprotocol, extensions_offered);
    if (!broken && at.subprotocol_required && at.subprotocol.empty()) broken = errc::no_subprotocol;
    if (!broken && extensions_offered) broken = confirm_extension(*at.response);
    if (!broken) {
        become_open(now);
        return {};
    }
    at.refused_for = broken;
    at.refusal_size = awaited_of(*at.response);
    at.at = opening::step::refused;
    return read_refusal(now);
}

std::error_code session::confirm_extension(const http_response_head& response) {
    const auto chosen = chosen_extension(response);
    if (!chosen) return chosen.error();
    if (!*chosen) return {};
    auto codec = options_->extension->confirm(**chosen);
    if (!codec) return codec.error();
    take_codec(std::move(*codec));
    return {};
}

// --- a client that was refused: reads the beginning of the body for the report

event session::read_refusal(time_point now) {
    opening& at = handshake();
    const bool ends = at.response->header("Content-Length") && !is_chunked(*at.response);
    const auto room = (ends ? at.refusal_size : refusal_body_max) - at.refusal_body.size();
    const auto piece = waiting().first(std::min(waiting().size(), room));
    at.refusal_body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    consume_input(piece.size());
    const bool complete = at.refusal_body.size() >= at.refusal_size ||
        (is_chunked(*at.response) && has_last_chunk(at.refusal_body));
    if (complete || eof_) fail_refused(now);
    return {};
}

bool session::was_refused() const noexcept {
    return state_ == session_state::connecting && extra_ && extra_->handshake &&
        extra_->handshake->at == opening::step::refused;
}

/// Reports the refusal as the reason, however the rest of the response ended.
void session::fail_refused(time_point now) noexcept {
    const int status = extra_->handshake->response->status();
    const bool is_old = extra_->handshake->response->version_minor() == 0;
    const auto why = extra_->handshake->refused_for;
    fail(why, now);
    if (extra_ && extra_->outcome) extra_->outcome->http_status = status;
    if (is_old && why == errc::bad_http_version) add_detail("HTTP/1.0");
}

std::string session::refusal_body() const {
    if (!extra_ || !extra_->handshake || !extra_->handshake->refused_for) return {};
    const opening& at = *extra_->handshake;
    const int status = at.response->status();
    if (status < 200 || status / 100 == 3) return {};
    return is_chunked(*at.response) ? without_chunks(at.refusal_body) : at.refusal_body;
}

} // namespace weft
