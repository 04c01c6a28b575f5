// SPDX-License-Identifier: MIT
// Adds to and removes from the messages that wait for a slow subscription.
#include "hub/backlog.hpp"

#include <utility>

namespace weft {

hub_backlog::given_up hub_backlog::push(shared_outgoing what, bool conflate, std::size_t limit) {
    given_up lost;
    list added;
    added.push_back(std::move(what));
    const auto newest = added.begin();
    if (conflate) lost.conflated = index(newest);
    size_ += (*newest)->size();
    waiting_.splice(waiting_.end(), added);
    while (size_ > limit && waiting_.size() > 1) {
        pop();
        ++lost.dropped;
    }
    return lost;
}

/// Makes `newest` the only message of its key; returns how many it replaced. Gives the map entry a
/// new key, because the old key is a view into the replaced message.
std::size_t hub_backlog::index(list::iterator newest) {
    const std::string_view key = (*newest)->key();
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        by_key_.emplace(key, newest);
        return 0;
    }
    auto entry = by_key_.extract(found);
    const auto old = std::exchange(entry.mapped(), newest);
    entry.key() = key;
    by_key_.insert(std::move(entry));
    size_ -= (*old)->size();
    waiting_.erase(old);
    return 1;
}

void hub_backlog::remove(list::iterator which) noexcept {
    size_ -= (*which)->size();
    if (!by_key_.empty()) by_key_.erase((*which)->key());
    waiting_.erase(which);
}

} // namespace weft
