// SPDX-License-Identifier: MIT
// Commands of handles, for every kind of connection: inside a turn, output is sent at once;
// everything else is posted to the driver, and counted.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <weft/connection/channel.hpp>

#include "connection/posted_message.hpp"

namespace weft {

/// Posts through the state that a connection shares with its handles; the state may be null.
class handle_posts {
public:
    explicit handle_posts(const std::shared_ptr<handle_state>& shared) noexcept
        : shared_(shared) {}

    /// Calls `send(connection)` and returns its result, if output may be sent at once. Returns
    /// nothing if it must be posted: outside a turn, or behind output posted before.
    template <class Kind, class Send>
    [[nodiscard]] std::optional<send_result> send_at_once(Send&& send) const {
        if (!shared_) return send_result::closed;
        if (!shared_->mailbox().in_turn_here()) return std::nullopt;
        Kind* const to = target<Kind>(*shared_);
        if (!to) return send_result::closed;
        if (shared_->posted() != 0 || to->holds_back()) return std::nullopt;
        return send(*to);
    }

    /// Posts output of `payload` bytes, which `content` returns. `content` is called only if there
    /// is room.
    template <class Content>
    send_result post_output(std::size_t payload, Content&& content,
                            compression choice = compression::automatic) const {
        const std::size_t size = payload + handle_state::post_overhead;
        channel* const holds = target_that_holds();
        const send_result answer = shared_->reserve(size);
        if (answer == send_result::dropped) post_overflow();
        if (answer == send_result::dropped || answer == send_result::closed) return answer;
        if (holds) {
            hold(*holds, size, content, choice);
            return answer;
        }
        const bool posted = post_counted(size, [&] {
            auto what = std::make_unique<posted_message>(posted_message{content(), size, choice});
            return [state = shared_, what = std::move(what)]() mutable {
                if (auto* const to = target<channel>(*state)) to->take_posted(std::move(what));
            };
        });
        return posted ? answer : send_result::closed;
    }

    /// Posts a function to call with the connection, without a limit. Returns false if the driver
    /// no longer exists.
    template <class Kind>
    bool post_work(function<void(Kind&)>&& work) const {
        if (!shared_) return false;
        shared_->add(handle_state::post_overhead);
        return post_counted(handle_state::post_overhead, [&] {
            return [state = shared_, work = std::move(work)]() mutable {
                if (auto* const to = target<Kind>(*state)) to->do_posted([&] { work(*to); });
            };
        });
    }

private:
    template <class Kind>
    static Kind* target(const handle_state& state) noexcept {
        return static_cast<Kind*>(static_cast<channel*>(state.target()));
    }

    /// Returns the connection if this is a turn, nothing is on its way to the connection, and the
    /// connection holds output back. Then the output is held at once, so that it precedes what the
    /// same handler sends later.
    [[nodiscard]] channel* target_that_holds() const noexcept {
        if (!shared_->mailbox().in_turn_here()) return nullptr;
        auto* const to = target<channel>(*shared_);
        return to && to->takes_output() && to->holds_back() && !to->awaits_posts() ? to : nullptr;
    }

    template <class Content>
    void hold(channel& by, std::size_t size, Content& content, compression choice) const {
        try {
            by.hold(std::make_unique<posted_message>(posted_message{content(), size, choice}));
        } catch (...) {
            shared_->take_back(size);
            throw;
        }
    }

    /// Posts what `make` returns; if that fails, the counted size is released.
    template <class Make>
    bool post_counted(std::size_t size, Make&& make) const {
        try {
            if (shared_->mailbox().post(make())) return true;
        } catch (...) {
            shared_->take_back(size);
            throw;
        }
        shared_->take_back(size);
        return false;
    }

    /// Ends the connection if its policy is `close`.
    void post_overflow() const {
        if (!shared_->must_close()) return;
        shared_->mailbox().post([state = shared_] {
            if (auto* const to = target<channel>(*state)) to->refuse_to_queue();
        });
    }

    const std::shared_ptr<handle_state>& shared_;
};

} // namespace weft
