// SPDX-License-Identifier: MIT
// The handle of a WebSocket connection; handle_posts does the posting.
#include <weft/connection/connection_handle.hpp>

#include <utility>

#include <weft/connection/connection.hpp>

#include "connection/handle_posts.hpp"

namespace weft {

std::optional<send_result> connection_handle::send_at_once(message whole,
                                                           compression choice) const {
    return handle_posts(state_).send_at_once<connection>([&](connection& to) {
        return choice == compression::automatic ? to.send(whole) : to.send(whole, choice);
    });
}

send_result connection_handle::send(message whole, compression choice) const {
    if (const auto done = send_at_once(whole, choice)) return *done;
    const auto copy = [&]() -> posted_message::owned {
        if (whole.is_text()) return std::string(whole.text());
        return std::vector<std::byte>(whole.bytes().begin(), whole.bytes().end());
    };
    return handle_posts(state_).post_output(whole.size(), copy, choice);
}

send_result connection_handle::send(const prepared_message& whole) const {
    const handle_posts posts(state_);
    const auto done =
        posts.send_at_once<connection>([&](connection& to) { return to.send(whole); });
    if (done) return *done;
    return posts.post_output(whole.size(), [&] { return whole; });
}

template <class Owned>
send_result connection_handle::send_owned(Owned& content, compression choice) const {
    if (const auto done = send_at_once(content, choice)) return *done;
    return handle_posts(state_).post_output(
        content.size(), [&] { return std::move(content); }, choice);
}

send_result connection_handle::send_text(std::string&& text, compression choice) const {
    return send_owned(text, choice);
}

send_result connection_handle::send_bytes(std::vector<std::byte>&& bytes,
                                          compression choice) const {
    return send_owned(bytes, choice);
}

bool connection_handle::with(function<void(connection&)> work) const {
    return handle_posts(state_).post_work(std::move(work));
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
