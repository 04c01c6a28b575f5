// SPDX-License-Identifier: MIT
// The handle of a WebSocket connection; handle_posts does the posting.
#include <weft/connection/connection_handle.hpp>

#include <utility>

#include <weft/connection/connection.hpp>

#include "connection/handle_posts.hpp"

namespace weft {

std::optional<send_result> connection_handle::send_at_once(message whole) const {
    return handle_posts(state_).send_at_once<connection>(
        [&](connection& to) { return to.send(whole); });
}

send_result connection_handle::send(message whole) const {
    if (const auto done = send_at_once(whole)) return *done;
    return handle_posts(state_).post_output(whole.size(), [&]() -> posted_message::owned {
        if (whole.is_text()) return std::string(whole.text());
        return std::vector<std::byte>(whole.bytes().begin(), whole.bytes().end());
    });
}

send_result connection_handle::send_owned(std::string&& text) const {
    if (const auto done = send_at_once(text)) return *done;
    return handle_posts(state_).post_output(text.size(), [&] { return std::move(text); });
}

send_result connection_handle::send_owned(std::vector<std::byte>&& bytes) const {
    if (const auto done = send_at_once(bytes)) return *done;
    return handle_posts(state_).post_output(bytes.size(), [&] { return std::move(bytes); });
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
