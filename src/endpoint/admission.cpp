// SPDX-License-Identifier: MIT
// Counts clients and applies a server's limits, so that each address gets a fair share.
#include "endpoint/admission.hpp"

#include <new>

#include <weft/core/error.hpp>
#include <weft/core/handshake.hpp>

namespace weft {
namespace {

constexpr duration age_of_a_slow_handshake = std::chrono::seconds(1);

} // namespace

admission::admission(random_source& random, const drop_policy& policy)
    : policy_(policy), hash_(random), shares_(hash_, policy.may_drop), counts_(0, hash_) {
    set({});
}

void admission::set(const server_limits& limits) {
    auto response = refusal(errc::too_many_connections);
    response.headers.push_back({"Retry-After", std::to_string(limits.retry_after.count())});
    response_ = *serialize(response);
    limits_ = limits;
}

std::error_code admission::admit(const address& peer, std::size_t connections,
                                 std::size_t handshakes) {
    // Dropped connections are removed only in the next round of work.
    const auto kept = [this](std::size_t all) { return all - shares_.dropped(); };
    if (!judge_address(peer)) {
        drop(connection_to_drop(peer, kept(connections), kept(handshakes)),
             errc::too_many_handshakes);
    }
    return judge(peer, kept(connections), kept(handshakes));
}

/// Ends a slow handshake, so that its descriptor becomes free; never one that began less than
/// `age_of_a_slow_handshake` ago.
void admission::free_descriptor(time_point now, std::error_code why) noexcept {
    drop(shares_.oldest_of_most(now - age_of_a_slow_handshake), why);
}

void admission::drop(channel* silent, std::error_code why) noexcept {
    if (!silent) return;
    shares_.drop(*silent);
    policy_.drop(*silent, why);
}

std::error_code admission::judge(const address& peer, std::size_t connections,
                                 std::size_t handshakes) const {
    if (connections >= limits_.connections_max) return errc::too_many_connections;
    if (handshakes >= limits_.handshakes_max) return errc::too_many_handshakes;
    if (has_its_share(peer)) return errc::too_many_handshakes;
    return judge_address(peer);
}

bool admission::has_its_share(const address& peer) const noexcept {
    return peer.is_ip() && shares_.count(place_of(peer)) >= limits_.handshakes_per_address_max;
}

/// Returns the connection to end so that one more client from `peer` can be accepted. Null if no
/// limit is reached, or if no connection may be ended.
channel* admission::connection_to_drop(const address& peer, std::size_t connections,
                                       std::size_t handshakes) noexcept {
    if (has_its_share(peer)) return shares_.oldest_of(place_of(peer), never);
    if (handshakes >= limits_.handshakes_max) return shares_.oldest_of_most(never);
    if (connections < limits_.connections_max) return nullptr;
    const std::size_t own = peer.is_ip() ? shares_.count(place_of(peer)) : 0;
    const bool may_drop = policy_.among_equals || shares_.most() > own + 1;
    return may_drop ? shares_.oldest_of_most(never) : nullptr;
}

void admission::begun(channel& who, const address& peer, time_point now) {
    if (peer.is_ip()) shares_.add(who, place_of(peer), now);
}

std::error_code admission::judge_address(const address& peer) const {
    if (!counts(peer)) return {};
    const auto here = counts_.find(place_of(peer));
    const std::size_t count = here == counts_.end() ? 0 : here->second;
    if (count >= limits_.connections_per_address_max) return errc::too_many_from_address;
    return {};
}

void admission::entered(const channel& who, const address& peer) {
    if (!counts(peer)) return;
    auto& home = *counts_.try_emplace(place_of(peer), 0).first;
    // If this runs out of memory, the address stays with count 0, which is harmless.
    if (homes_.try_emplace(&who, &home).second) ++home.second;
}

void admission::count(channel& who, const address& peer, bool begins, time_point now) noexcept {
    try {
        entered(who, peer);
        if (begins) begun(who, peer, now);
    } catch (const std::bad_alloc&) {
        policy_.drop(who, std::make_error_code(std::errc::not_enough_memory));
    }
}

void admission::left(const channel& who) noexcept {
    shares_.remove(who);
    if (homes_.empty()) return;
    const auto found = homes_.find(&who);
    if (found == homes_.end()) return;
    auto* home = found->second;
    homes_.erase(found);
    if (--home->second == 0) counts_.erase(counted_address(home->first));
}

bool admission::counts(const address& peer) const noexcept {
    return limits_.connections_per_address_max != unlimited && peer.is_ip();
}

} // namespace weft
