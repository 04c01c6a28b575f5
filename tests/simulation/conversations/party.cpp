// SPDX-License-Identifier: MIT
// What a party does and what is reported to it, compared with what may be reported.
#include "simulation/conversations/party.hpp"

#include <algorithm>
#include <charconv>

#include <weft/core/error.hpp>

#include "simulation/conversations/world.hpp"

namespace weft::simulation {
namespace {

std::string numbered(char kind, std::size_t number) {
    return kind + std::to_string(number);
}

/// The number behind its letter; 0 if that is another.
std::size_t number_of(char kind, std::string_view payload) {
    std::size_t number = 0;
    if (payload.empty() || payload[0] != kind) return 0;
    const char* const end = payload.data() + payload.size();
    return std::from_chars(payload.data() + 1, end, number).ptr == end ? number : 0;
}

/// Of a ping that a connection sends of its own accord, or the answer to one.
bool keeps_alive(std::string_view payload) {
    return number_of('i', payload) == 0 && number_of('o', payload) == 0;
}

} // namespace

party::party(world& there, std::size_t which, weft::role plays)
    : around(there), number(which), role(plays) {}

std::string party::name() const {
    return (role == role::client ? "client " : "server ") + std::to_string(number);
}

void party::expect(bool holds, const std::string& what) const {
    if (!holds) around.fail(name() + ": " + what);
}

// --- from handlers

void party::on_open(connection& c) {
    expect(!opened_, "open was reported twice");
    opened_ = true;
    here = &c;
    opened_at_ = resumed_at_ = around.now(*at);
    ++around.sum.opened;
}

/// Skips nothing: what comes is what the other has sent next.
void party::hear(const item& arrived, std::string_view what) {
    expect(opened_, std::string(what) + " before open");
    expect(!paused_, std::string(what) + " in a pause");
    if (other->undelivered_.empty()) return expect(false, std::string(what) + " was never sent");
    const item& next = other->undelivered_.front();
    bool same = next.what == arrived.what && next.number == arrived.number;
    if (same && arrived.what == item::kind::message) {
        same = next.body.is_text == arrived.body.is_text && next.body.size == arrived.body.size;
    }
    expect(same, std::string(what) + " is not what was sent next");
    other->undelivered_.pop_front();
    ++received_;
}

void party::on_message(message m) {
    if (other->undelivered_.empty()) return expect(false, "a message that was never sent");
    const item next = other->undelivered_.front();
    hear({item::kind::message, {m.is_text(), 0, m.size()}}, "a message");
    expect(next.body.is(m), "a message with other bytes");
    ++around.sum.messages;
    around.sum.bytes += m.size();
}

void party::on_ping(std::string_view payload) {
    if (keeps_alive(payload)) return;
    hear({item::kind::ping, {}, number_of('i', payload)}, "a ping");
}

void party::on_pong(std::string_view payload) {
    if (keeps_alive(payload)) { // an answer to a later ping; earlier ones may be left out
        answered_till_ = pings_;
        return;
    }
    if (payload[0] == 'o') return hear({item::kind::pong, {}, number_of('o', payload)}, "a pong");
    const std::size_t answered = number_of('i', payload);
    expect(answered > last_answer_ && answered <= pings_, "an answer to no ping that waits");
    last_answer_ = answered;
}

void party::on_writable() {
    expect(writable_due_, "writable, but nothing was backed up");
    writable_due_ = false;
}

void party::on_end(bool by_close, const report& why) {
    expect(!ended_, "the end was reported twice");
    expect(by_close == opened_, by_close ? "close without open" : "fail after open");
    if (opened_) expect(why.phase == phase::websocket, "a phase before the websocket");
    expect(why.error || (why.sent && why.received), "an end without a reason");
    check_reason(why);
    end_ = why;
    ended_ = true;
    ++around.sum.ends;
    around.sum.clean_ends += why.clean() ? 1 : 0;
    around.sum.timeouts += why.error == condition::timeout ? 1 : 0;
}

void party::gone() {
    gone_ = true;
    here = nullptr;
}

// --- done by the application

/// Whether a send was taken, after a look at whether its answer may be so.
bool party::took(send_result said, bool allowed, const char* what) {
    const std::string sent(what);
    switch (said) {
    case send_result::accepted:
    case send_result::backed_up:
        expect(allowed, sent + " was taken, though it may not be sent");
        writable_due_ |= said == send_result::backed_up;
        return true;
    case send_result::dropped:
        writable_due_ = true;
        if (!here->is_open()) closed_here_ = true; // the policy
        return false;
    case send_result::closed:
        expect(!allowed || !here->is_open(), sent + " says closed, but it is open");
        return false;
    }
    return false;
}

void party::send(const stretch& body) {
    const bool allowed = open() && !parts_;
    if (!took(here->send(body.view()), allowed, "a message")) return;
    undelivered_.push_back({item::kind::message, body, 0});
    ++sent_;
}

/// The next part goes on where the last one ended; the stretch is what is added.
void party::send_part(const stretch& body, bool last) {
    const bool allowed = open();
    stretch part = body;
    if (parts_) part = {parts_->is_text, parts_->at + parts_->size, body.size};
    if (part.at + part.size > content_size) part.size = 0;
    if (part.is_text && last) {
        const std::size_t so_far = (parts_ ? parts_->size : 0) + part.size;
        part.size += (text_step - so_far % text_step) % text_step;
        if (part.at + part.size > content_size) return;
    }
    if (!took(here->send_part(part.view(), last), allowed, "a part")) return;
    if (parts_) {
        parts_->size += part.size;
    } else {
        parts_ = part;
    }
    if (!last) return;
    undelivered_.push_back({item::kind::message, *parts_, 0});
    parts_.reset();
    ++sent_;
}

void party::ping() {
    const bool allowed = open();
    if (!took(here->ping(numbered('i', pings_ + 1)), allowed, "a ping")) return;
    undelivered_.push_back({item::kind::ping, {}, ++pings_});
    ++sent_;
}

void party::pong() {
    const bool allowed = open();
    if (!took(here->pong(numbered('o', pongs_ + 1)), allowed, "a pong")) return;
    undelivered_.push_back({item::kind::pong, {}, ++pongs_});
    ++sent_;
}

void party::closes_now(bool with_handshake) {
    closed_here_ = true;
    if (!with_handshake || !at || over() || (here && !here->is_open())) return;
    discards_messages_ = here && here->paused();
    paused_ = false;
    closing_ = around.now(*at); // of a server's whose `open` was not called yet, too
}

void party::close(close_code code, std::string_view reason) {
    closes_now(true);
    here->close(code, reason);
}

void party::abort() {
    closes_now(false);
    here->abort();
}

void party::pause() {
    here->pause();
    paused_ = here->paused();
    ever_paused_ |= paused_;
}

void party::resume() {
    if (here->paused()) resumed_at_ = around.now(*at);
    paused_ = false;
    here->resume();
}

// --- what must hold at the end

/// Answers wait, perhaps, and until all of them have left nothing is read.
bool party::may_hold_back() const {
    return at->connection.when_full == queue_policy::pause && here->buffered_amount() != 0;
}

void party::check_delivered() const {
    const auto* const link = around.link_of(*this);
    if (!link || !link->intact() || !link->other() || !link->other()->intact()) return;
    if (!other->open() || other->paused_ || other->may_hold_back()) return;
    if (here->buffered_amount() != 0 || link->in_flight() != 0) return;
    expect(undelivered_.empty(), "what has arrived was not reported");
}

/// Two that both hold back wait for each other; that is what this policy asks for.
void party::check_calm() const {
    if (!open() || !other->open()) return;
    if (may_hold_back() && other->may_hold_back()) return;
    expect(undelivered_.empty(),
           "of " + std::to_string(sent_) + " that it has sent " +
               std::to_string(undelivered_.size()) + " have not arrived");
    expect(std::max(last_answer_, answered_till_) == pings_, "its last ping was not answered");
    expect(!writable_due_, "writable was not reported");
    expect(here->buffered_amount() == 0, "output waits, but nothing is in its way");
}

void party::check_end() const {
    if (role == role::client || opened_) expect(over(), "it has never ended");
    if (undelivered_.empty()) return;
    const bool received_close = other->end_ && other->end_->received;
    expect(!received_close || other->discards_messages_,
           "something before its close frame was never reported");
    if (gone_ || !end_ || !end_->clean()) return; // it was reported, or nobody is left
    const bool cut_off = other->closed_here_ || other->gone_ || !other->end_ || other->end_->error;
    expect(cut_off, "something was lost, but its end was clean");
}

} // namespace weft::simulation
