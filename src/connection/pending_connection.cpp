// SPDX-License-Identifier: MIT
// The phases of connecting, which end with an open stream, a failure, or a redirect.
#include <weft/connection/pending_connection.hpp>

#include <new>
#include <utility>

#include <weft/connection/channel.hpp>

#include "connection/redirect.hpp"

namespace weft {

pending_connection::pending_connection(connect_options options, time_point now,
                                       deadlines which) noexcept
    : options_(std::move(options)), deadline_(deadline_after(now, options_.connect_timeout)),
      deadlines_(which) {}

// --- phases

/// Reads the clock, because the turn's time may be old: handlers may have been slow.
void pending_connection::begin_phase(phase at, function<void()> cancel) noexcept {
    const bool continues = deadlines_ == deadlines::all_phases && deadline_ != never;
    const time_point until =
        continues ? deadline_ : deadline_after(owner_->driver().read_clock(), limit(at));
    enter(at, until, std::move(cancel));
}

void pending_connection::queue_phase(phase at, function<void()> cancel) noexcept {
    enter(at, never, std::move(cancel));
}

void pending_connection::enter(phase at, time_point deadline, function<void()> cancel) noexcept {
    phase_ = at;
    deadline_ = deadline;
    rounds_ = 0;
    cancel_ = std::move(cancel);
    owner_->update_timer();
}

duration pending_connection::limit(phase at) const noexcept {
    if (deadlines_ == deadlines::all_phases) return options_.connect_timeout;
    switch (at) {
    case phase::resolve: return options_.resolve_timeout;
    case phase::proxy: return options_.proxy_timeout;
    case phase::tls: return options_.tls_timeout;
    default: return options_.connect_timeout;
    }
}

errc pending_connection::timeout_error(phase at) noexcept {
    switch (at) {
    case phase::resolve: return errc::resolve_timeout;
    case phase::proxy: return errc::proxy_timeout;
    case phase::tls: return errc::tls_timeout;
    default: return errc::connect_timeout;
    }
}

/// Waits a few rounds before the timeout counts, because an answer that has arrived at the socket
/// needs some rounds to be processed.
void pending_connection::handle_deadline() noexcept {
    constexpr int rounds_max = 8;
    if (owner_->driver().now() < deadline_) return;
    if (rounds_++ < rounds_max) return owner_->postpone();
    const bool covers_all = deadlines_ == deadlines::all_phases;
    abandon(covers_all ? errc::connect_timeout : timeout_error(phase_));
}

// --- the end

void pending_connection::attach(std::unique_ptr<stream> connected) noexcept {
    owner_->attach(std::move(connected));
}

bool pending_connection::finish() noexcept {
    if (!std::exchange(owner_->connecting_, false)) return false;
    cancel_ = nullptr;
    return true;
}

void pending_connection::fail(phase at, std::error_code why, int http_status) noexcept {
    if (finish()) owner_->end_unopened(at, why, http_status);
}

void pending_connection::cancel() noexcept {
    if (auto run = std::move(cancel_)) run();
}

void pending_connection::abandon(std::error_code why) noexcept {
    cancel();
    fail(phase_, why);
}

// --- the report

template <class Note>
void pending_connection::note(Note&& write) noexcept {
    try {
        if (!facts_) facts_ = std::make_unique<report_facts>();
        write(*facts_);
    } catch (const std::bad_alloc&) {
        return;
    }
}

void pending_connection::note_target(std::string_view target) noexcept {
    note([&](report_facts& known) { known.target = target; });
}

void pending_connection::note_tried(const address& tried) noexcept {
    note([&](report_facts& known) { known.remote = tried; });
}

report_facts pending_connection::take_facts() noexcept {
    const auto known = std::move(facts_);
    return known ? std::move(*known) : report_facts();
}

side pending_connection::side_of(std::error_code why) noexcept {
    if (why == condition::protocol_error || why == condition::refused ||
        why == errc::unexpected_eof) {
        return side::peer;
    }
    return why.category() == error_category() ? side::local : side::system;
}

// --- redirects

result<std::optional<uri>>
pending_connection::redirect_target(const uri& from, const http_response_head& response) const {
    if (options_.redirects_max == 0 || !is_redirect(response)) return std::nullopt;
    if (redirects_ == options_.redirects_max) return failure(errc::too_many_redirects);
    auto target = weft::redirect_target(from, response);
    if (!target) return failure(target.error());
    return std::move(*target);
}

void pending_connection::redirect(channel& owner, const uri& from, const uri& to) noexcept {
    forget_secrets(options_, from, to);
    facts_.reset();
    ++redirects_;
    belong_to(owner);
    enter(phase::connect, deadline_after(owner.driver().now(), options_.connect_timeout), nullptr);
}

} // namespace weft
