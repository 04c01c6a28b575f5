// SPDX-License-Identifier: MIT
// A handle's functions are posts.
#include <weft/connection/connection_handle.hpp>

#include <utility>

#include <weft/connection/connection.hpp>

namespace weft {

bool connection_handle::with(function<void(connection&)> work) const {
    if (!mailbox_) return false;
    return mailbox_->post([owner = driver_, issued = ticket_, work = std::move(work)]() mutable {
        if (void* target = owner->redeem(issued)) static_cast<connection*>(target)->do_posted(work);
    });
}

bool connection_handle::send(std::string text) const {
    return with([text = std::move(text)](connection& to) { to.send(text); });
}

bool connection_handle::send(std::vector<std::byte> bytes) const {
    return with([bytes = std::move(bytes)](connection& to) { to.send(std::span(bytes)); });
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
