// SPDX-License-Identifier: MIT
// The handle of a raw connection; handle_posts does the posting.
#include <weft/endpoint/raw_handle.hpp>

#include <utility>

#include "connection/handle_posts.hpp"
#include "endpoint/raw_set.hpp"

namespace weft {

template <class Bytes>
send_result raw_handle::send_or_post(Bytes&& bytes) const {
    const auto view = std::as_bytes(std::span(bytes));
    const handle_posts posts(state_);
    const auto done = posts.send_at_once<raw_connection>(
        [&](raw_connection& to) { return to.send(view); });
    if (done) return *done;
    return posts.post_output(bytes.size(), [&] { return std::move(bytes); });
}

send_result raw_handle::send(std::string bytes) const {
    return send_or_post(std::move(bytes));
}

send_result raw_handle::send(std::vector<std::byte> bytes) const {
    return send_or_post(std::move(bytes));
}

bool raw_handle::with(function<void(raw_connection&)> work) const {
    return handle_posts(state_).post_work(std::move(work));
}

bool raw_handle::close() const {
    return with([](raw_connection& which) { which.close(); });
}

bool raw_handle::abort() const {
    return with([](raw_connection& which) { which.abort(); });
}

} // namespace weft
