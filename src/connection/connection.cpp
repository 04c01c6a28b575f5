// SPDX-License-Identifier: MIT
// A connection's life: what comes from the stream and the driver goes through the session, and
// the session's events go to the handlers.
#include <weft/connection/connection.hpp>

#include <cassert>
#include <utility>

#include <weft/core/error.hpp>

#include "connection/connection_details.hpp"
#include "connection/connection_set.hpp"

namespace weft {
namespace {

http_response not_found() {
    return {404, {}, "Not found.\n"};
}

} // namespace

/// Stands on the stack while this connection's handlers may run: lends the session memory to work
/// in, and brings stream and timer up to date when the outermost one leaves.
class connection::visit {
public:
    explicit visit(connection& here) : here_(here), activity_(here.driver(), here) {
        if (here_.depth_++ == 0) {
            lent_ = &here_.driver().take_scratch();
            here_.session_.borrow(*lent_);
        }
    }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit() {
        if (--here_.depth_ != 0) return;
        here_.suspended_ = false;
        here_.write_now();
        here_.session_.settle();
        here_.driver().give_back(*lent_);
        here_.update();
    }

private:
    connection& here_;
    scratch* lent_ = nullptr;
    driver::activity activity_;
};

connection::connection(route& by, time_point now) : route_(&by), session_(by.session, now) {
    driver().work_started();
}

connection::~connection() = default;

driver& connection::driver() const noexcept {
    return route_->set->driver();
}

connection::details& connection::more() {
    if (!details_) details_ = std::make_unique<details>();
    return *details_;
}

// --- life

void connection::attach(std::unique_ptr<stream> connected) {
    stream_ = std::move(connected);
    if (std::exchange(dialling_, false)) {
        details_->cancel = nullptr;
        const auto& with = details_->dialled_with;
        session_.begin(driver().now());
        if (const auto started = session_.start(*details_->uri, with.subprotocols, with.headers);
            !started) {
            session_.abort(started.error(), side::local, phase::http, driver().now());
        }
        driver().defer(*this);
    }
    stream_->start(*this);
    if (route_->set->shutting_down()) end_for_shutdown(errc::shut_down); // too late
    update_timer();
}

void connection::dial(const weft::uri& target, dial_options&& options) {
    dialling_ = true;
    more().uri = target;
    details_->dialled_with = std::move(options);
    details_->connect_deadline =
        deadline_after(driver().now(), details_->dialled_with.connect_timeout);
    update_timer();
}

void connection::dialling(phase at, function<void()> cancel) {
    details_->dialling_phase = at;
    details_->cancel = std::move(cancel);
}

void connection::fail_dialling(phase at, std::error_code why) {
    if (!std::exchange(dialling_, false)) return;
    details_->cancel = nullptr;
    const bool ours = why.category() == error_category();
    session_.abort(why, ours ? side::local : side::system, at, driver().now());
    driver().defer(*this);
}

void connection::abort() {
    assert(driver().called_by_owner("connection::abort"));
    end_at_once(errc::aborted);
}

void connection::end_at_once(std::error_code why) {
    if (dead_ || ended_) return;
    if (dialling_) {
        if (auto cancel = std::move(details_->cancel)) cancel();
        return fail_dialling(details_->dialling_phase, why);
    }
    session_.abort(why, side::local, opened_ ? phase::websocket : phase::http, driver().now());
    if (stream_) stream_->close();
    driver().defer(*this);
}

/// A closing handshake where one is possible, else the way out that tells the peer most.
void connection::end_for_shutdown(std::error_code why) {
    const auto now = driver().now();
    switch (state()) {
    case session_state::open: session_.close(close_code_for(why), {}, now); break;
    case session_state::connecting:
        if (role() == role::client) return end_at_once(why);
        session_.fail(why, now);
        break;
    case session_state::closing:
    case session_state::closed: return;
    }
    driver().defer(*this);
}

/// Dies without a word; no handler is called any more.
void connection::dismiss() noexcept {
    ended_ = true;
    if (dialling_ && details_->cancel) std::exchange(details_->cancel, nullptr)();
    die();
}

void connection::die() noexcept {
    if (std::exchange(dead_, true)) return;
    if (stream_) stream_->close();
    driver().disarm(*this);
    withdraw_ticket();
    driver().work_finished();
    route_->set->remove(*this);
    driver().bury(this);
}

// --- what somebody else has read

void connection::receive_early(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    session_.receive_early(bytes, driver().now());
    driver().defer(*this);
}

result<void> connection::receive_request(http_request request) {
    driver().defer(*this);
    return session_.receive_request(std::move(request), driver().now());
}

// --- from the stream

bool connection::wants_bytes() noexcept {
    declined_ = depth_ != 0 || continues_ || !session_.wants_input();
    return !declined_;
}

void connection::on_receive(std::span<std::byte> bytes) {
    const visit here(*this);
    session_.receive(bytes, driver().now());
    pump();
}

void connection::on_eof() {
    const visit here(*this);
    session_.receive_eof(driver().now());
    pump();
}

/// In a turn inside a handler of this connection, the frame below tells what comes of it.
void connection::on_error(std::error_code why) {
    if (depth_ != 0) return session_.receive_error(why, driver().now());
    const visit here(*this);
    session_.receive_error(why, driver().now());
    pump();
}

void connection::on_writable() {
    blocked_ = false;
    if (depth_ != 0) return drain(); // as above
    const visit here(*this);
    drain();
    tell_writable();
    pump();
}

// --- from the driver

void connection::run() noexcept {
    if (dead_ || depth_ != 0) return; // the frame below does it when it leaves
    const visit here(*this);
    continues_ = false;
    if (writable_waits()) tell_writable();
    pump();
}

void connection::finish_turn() noexcept {
    if (dead_) return;
    write_now();
    if (depth_ == 0) update();
}

/// What the handlers below have written leaves now; their connection waits until they return.
void connection::suspend() noexcept {
    suspended_ = true;
    if (dead_) return;
    write_now();
    session_.settle_output();
    if (stream_ && std::exchange(reading_, false)) stream_->pause();
}

void connection::expire() noexcept {
    if (dead_ || depth_ != 0) return;
    const visit here(*this);
    const auto now = driver().now();
    if (dialling_) {
        if (now >= details_->connect_deadline) {
            if (auto cancel = std::move(details_->cancel)) cancel();
            fail_dialling(details_->dialling_phase, errc::connect_timeout);
        }
    } else {
        session_.handle_deadline(now);
    }
    pump();
}

bool connection::writable_waits() const noexcept {
    return tell_writable_ && !blocked_ && is_open();
}

// --- events

/// Tells events until there is none, the turn's budget is used up, or the peer must read first.
void connection::pump() {
    while (!dead_ && !queue_pauses()) {
        if (!driver().may_call()) {
            continues_ = true;
            return;
        }
        const std::size_t waiting = blocked_ ? session_.output_size() : 0;
        const event what = session_.next_event(driver().now());
        if (what.type == event_type::none) return;
        tell(what);
        const bool heard = what.type == event_type::message || what.type == event_type::ping;
        if (heard && !dead_ && blocked_) answers_wait_ |= session_.output_size() > waiting;
    }
}

template <class Handler, class... Args>
void connection::call(Handler& handler, Args&&... args) {
    driver().handler_called();
    if (!handler) return;
    try {
        handler(std::forward<Args>(args)...);
    } catch (...) {
        auto what = std::current_exception();
        if (!dead_) session_.fail(errc::handler_threw, driver().now());
        driver().handler_threw(std::move(what));
    }
}

void connection::tell(const event& what) {
    auto& hear = route_->handlers;
    switch (what.type) {
    case event_type::message:
        call(hear.message, *this, weft::message(what.payload, what.is_text));
        break;
    case event_type::ping: call(hear.ping, *this, what.payload); break;
    case event_type::pong: call(hear.pong, *this, what.payload); break;
    case event_type::request: tell_request(); break;
    case event_type::http: tell_http(); break;
    case event_type::opened: tell_opened(); break;
    case event_type::closed:
    case event_type::failed: tell_end(); break;
    case event_type::none: break;
    }
}

void connection::apply_route(route& chosen) noexcept {
    route_ = &chosen;
    session_.change_options(chosen.session);
}

void connection::tell_request() {
    connection_set& set = *route_->set;
    if (set.shutting_down()) return session_.fail(errc::shut_down, driver().now());
    route* chosen = set.find(*request(), session_.offer());
    if (!chosen) {
        const bool known = set.knows_path(request()->path());
        static_cast<void>(known ? reject(400, "No subprotocol that is served here was offered.\n")
                                : reject(404, "No WebSocket is served here.\n"));
        return;
    }
    apply_route(*chosen);
    if (route_->handlers.validate) call(route_->handlers.validate, *this);
    if (dead_ || deferred_ || state() != session_state::connecting) return;
    static_cast<void>(accept(route_->subprotocol));
}

void connection::tell_http() {
    if (route* chosen = route_->set->find(*request(), nullptr)) apply_route(*chosen);
    if (!route_->handlers.http) {
        const bool known = route_->set->knows_path(request()->path());
        static_cast<void>(respond(known ? refusal(errc::bad_upgrade) : not_found()));
        return;
    }
    call(route_->handlers.http, *this);
    if (dead_ || deferred_ || state() != session_state::connecting) return;
    static_cast<void>(respond(not_found()));
}

void connection::tell_writable() {
    if (!writable_waits()) return;
    tell_writable_ = false;
    call(route_->handlers.writable, *this);
}

void connection::tell_opened() {
    opened_ = true;
    route_->set->opened();
    if (const auto agreed = session_.subprotocol(); !agreed.empty()) more().subprotocol = agreed;
    call(route_->handlers.open, *this);
    if (!dead_ && !route_->options.keep_handshake) session_.forget_handshake();
}

void connection::tell_end() {
    if (std::exchange(ended_, true)) return;
    // The outcome must outlast a handler that ends this connection's endpoint.
    const report why = outcome();
    if (opened_) {
        call(route_->handlers.close, *this, why);
    } else {
        call(route_->handlers.fail, why);
    }
    if (!dead_) withdraw_ticket(); // a handle refers to what the application may still use
}

void connection::withdraw_ticket() noexcept {
    if (!details_ || !details_->ticket) return;
    driver().withdraw(*details_->ticket);
    details_->ticket.reset();
}

// --- after each entry

void connection::update() {
    if (dead_) return;
    const bool told_all = ended_ || !session_.end_waits();
    if (session_.finished() && told_all) return die();
    if (continues_ || !told_all || writable_waits()) driver().defer(*this);
    half_close_if_done();
    update_reading();
    update_timer();
}

/// The server ends first, so that the wait for stray segments is the client's. RFC 6455 §7.1.1.
void connection::half_close_if_done() noexcept {
    if (!stream_ || half_closed_ || !session_.output_ends() || session_.output_size() != 0) return;
    if (role() == role::client && outcome().clean()) return;
    half_closed_ = true;
    stream_->half_close();
}

void connection::update_reading() noexcept {
    if (!stream_) return;
    const bool wanted = session_.wants_input() && !queue_pauses();
    if (wanted != reading_) {
        reading_ = wanted;
        wanted ? stream_->resume() : stream_->pause();
        declined_ = false;
    } else if (declined_ && !continues_) {
        declined_ = false;
        stream_->resume();
    }
}

/// A deadline that moves later costs nothing until the timer fires.
void connection::update_timer() {
    const auto deadline =
        dialling_ ? details_->connect_deadline : session_.next_deadline();
    if (deadline < driver().deadline(*this)) {
        driver().arm(*this, deadline);
    } else if (deadline == never) {
        driver().disarm(*this);
    }
}

} // namespace weft
