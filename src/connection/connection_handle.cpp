// SPDX-License-Identifier: MIT
// What handles do: a send inside a turn is done at once, all else is posted and counted.
#include <weft/connection/connection_handle.hpp>

#include <utility>

#include <weft/connection/connection.hpp>

#include "connection/posted_message.hpp"

namespace weft {
namespace {

connection* connection_of(const handle_state& state) noexcept {
    return static_cast<connection*>(state.target());
}

} // namespace

// --- sending

/// Nothing, if it has to be posted: outside a turn, or behind what was posted before.
std::optional<send_result> connection_handle::send_at_once(message whole) const {
    if (!state_) return send_result::closed;
    if (!state_->mailbox().in_turn_here()) return std::nullopt;
    connection* const to = connection_of(*state_);
    if (!to) return send_result::closed;
    if (state_->posted() != 0 || to->holds_back()) return std::nullopt;
    return to->send(whole);
}

send_result connection_handle::send(message whole) const {
    if (const auto done = send_at_once(whole)) return *done;
    return post(whole.size(), [&]() -> posted_message::owned {
        if (whole.is_text()) return std::string(whole.text());
        return std::vector<std::byte>(whole.bytes().begin(), whole.bytes().end());
    });
}

send_result connection_handle::send_owned(std::string&& text) const {
    if (const auto done = send_at_once(text)) return *done;
    return post(text.size(), [&] { return std::move(text); });
}

send_result connection_handle::send_owned(std::vector<std::byte>&& bytes) const {
    if (const auto done = send_at_once(bytes)) return *done;
    return post(bytes.size(), [&] { return std::move(bytes); });
}

/// Takes what `content` returns only if there is room for it.
template <class Content>
send_result connection_handle::post(std::size_t payload, Content&& content) const {
    const std::size_t size = payload + handle_state::post_overhead;
    const send_result answer = state_->reserve(size);
    if (answer == send_result::dropped) post_overflow();
    if (answer == send_result::dropped || answer == send_result::closed) return answer;
    try {
        auto what = std::make_unique<posted_message>(posted_message{content(), size});
        auto call = [state = state_, what = std::move(what)]() mutable {
            if (auto* const to = connection_of(*state)) to->take_posted(std::move(what));
        };
        if (state_->mailbox().post(std::move(call))) return answer;
    } catch (...) {
        state_->take_back(size);
        throw;
    }
    state_->take_back(size);
    return send_result::closed;
}

/// The policy `close` ends the connection for this.
void connection_handle::post_overflow() const {
    if (!state_->must_close()) return;
    state_->mailbox().post([state = state_] {
        if (auto* const which = connection_of(*state)) which->refuse_to_queue();
    });
}

// --- all else

bool connection_handle::with(function<void(connection&)> work) const {
    if (!state_) return false;
    auto call = [state = state_, work = std::move(work)]() mutable {
        if (auto* const target = connection_of(*state)) target->do_posted(work);
    };
    function<void()> ready = std::move(call);
    state_->add(handle_state::post_overhead);
    try {
        if (state_->mailbox().post(std::move(ready))) return true;
    } catch (...) {
        state_->take_back(handle_state::post_overhead);
        throw;
    }
    state_->take_back(handle_state::post_overhead);
    return false;
}

bool connection_handle::close(close_code code, std::string reason) const {
    return with([code, reason = std::move(reason)](connection& which) {
        which.close(code, reason);
    });
}

bool connection_handle::abort() const {
    return with([](connection& which) { which.abort(); });
}

} // namespace weft
