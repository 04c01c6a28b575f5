// SPDX-License-Identifier: MIT
// Keeps a linked list of handshakes for each address, and for each count a linked list of the
// addresses that have that many handshakes.
#include "endpoint/handshake_shares.hpp"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

/// One call skips at most this many handshakes that must not be dropped; they move to the end of
/// their list.
constexpr int tries = 8;

} // namespace

handshake_shares::handshake_shares(const counted_address_hash& hash, may_drop_function may_drop)
    : may_drop_(may_drop), groups_(0, hash) {}

void handshake_shares::add(channel& who, const counted_address& where, time_point now) {
    if (handshakes_.contains(&who)) return;
    auto& home = *groups_.try_emplace(where).first; // stays if an allocation below fails: harmless
    group& its = home.second;
    if (by_count_.size() < its.count + 2) by_count_.resize(2 * its.count + 2);
    handshake& added = handshakes_.try_emplace(&who, handshake{&who, &home, now}).first->second;
    append(its, added);
    change_count(its, its.count + 1);
}

void handshake_shares::remove(const channel& who) noexcept {
    const auto found = handshakes_.find(&who);
    if (found == handshakes_.end()) return;
    if (found->second.home) {
        leave_group(found->second);
    } else {
        --dropped_;
    }
    handshakes_.erase(found);
}

void handshake_shares::drop(const channel& who) noexcept {
    const auto found = handshakes_.find(&who);
    if (found == handshakes_.end() || !found->second.home) return;
    leave_group(found->second);
    ++dropped_;
}

std::size_t handshake_shares::count(const counted_address& where) const noexcept {
    const auto found = groups_.find(where);
    return found == groups_.end() ? 0 : found->second.count;
}

channel* handshake_shares::oldest_of(const counted_address& where, time_point begun) noexcept {
    const auto found = groups_.find(where);
    return found == groups_.end() ? nullptr : oldest(found->second, begun);
}

channel* handshake_shares::oldest_of_most(time_point begun) noexcept {
    return most_ == 0 ? nullptr : oldest(*by_count_[most_], begun);
}

channel* handshake_shares::oldest(group& of, time_point begun) noexcept {
    for (int left = tries; left != 0 && of.oldest; --left) {
        handshake& first = *of.oldest;
        if (first.begun > begun) return nullptr;
        if (may_drop_(*first.who)) return first.who;
        take_out(of, first);
        append(of, first);
    }
    return nullptr;
}

void handshake_shares::append(group& to, handshake& which) noexcept {
    which.previous = to.newest;
    which.next = nullptr;
    (to.newest ? to.newest->next : to.oldest) = &which;
    to.newest = &which;
}

void handshake_shares::take_out(group& of, handshake& which) noexcept {
    (which.previous ? which.previous->next : of.oldest) = which.next;
    (which.next ? which.next->previous : of.newest) = which.previous;
}

void handshake_shares::leave_group(handshake& which) noexcept {
    auto& home = *std::exchange(which.home, nullptr);
    group& its = home.second;
    take_out(its, which);
    change_count(its, its.count - 1);
    if (its.count == 0) groups_.erase(counted_address(home.first));
}

/// Changes the count by one, up or down; `by_count_` is long enough.
void handshake_shares::change_count(group& of, std::size_t count) noexcept {
    if (of.count != 0) {
        (of.previous ? of.previous->next : by_count_[of.count]) = of.next;
        if (of.next) of.next->previous = of.previous;
    }
    const bool was_last = of.count == most_ && of.count != 0 && !by_count_[of.count];
    of.count = count;
    of.previous = of.next = nullptr;
    if (was_last) most_ = count;
    if (count == 0) return;
    of.next = by_count_[count];
    if (of.next) of.next->previous = &of;
    by_count_[count] = &of;
    most_ = std::max(most_, count);
}

} // namespace weft
