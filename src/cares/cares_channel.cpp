// SPDX-License-Identifier: MIT
// Connects c-ares to the loop: options, queries, sockets and timeouts.
#include "cares/cares_channel.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <climits>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/cares/cares_resolver.hpp>
#include <weft/core/error.hpp>
#include <weft/core/http_fields.hpp>

#include "cares/cares_error.hpp"
#include "cares/cares_socket.hpp"
#include "loop/loop_state.hpp"
#include "loop/system.hpp"

namespace weft {
namespace {

std::vector<address> addresses_in(const ares_addrinfo* found) {
    std::vector<address> all;
    for (const auto* node = found ? found->nodes : nullptr; node; node = node->ai_next) {
        all.push_back(as_address(node->ai_addr, node->ai_addrlen));
    }
    return all;
}

int as_milliseconds(duration time) noexcept {
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(time).count();
    return static_cast<int>(std::clamp<std::int64_t>(rounded, 1, INT_MAX));
}

/// Switches off the query cache. From 1.31 on c-ares caches answers, and for an hour if an answer
/// has no addresses and no TTL. As with earlier versions, names are queried each time. Returns the
/// option to set.
template <class Options>
int without_cache(Options& wanted) noexcept {
    if constexpr (requires { wanted.qcache_max_ttl; }) {
        constexpr int query_cache = 1 << 21; // ARES_OPT_QUERY_CACHE
        wanted.qcache_max_ttl = 0;
        return query_cache;
    } else {
        return 0;
    }
}

bool is_port(std::string_view text) noexcept {
    unsigned port = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, port);
    return read.ec == std::errc{} && read.ptr == end && port >= 1 && port <= 65535;
}

/// Accepts "192.0.2.1", "192.0.2.1:53", "2001:db8::1" and "[2001:db8::1]:53". c-ares allows an
/// interface at the end, as in "[fe80::1]:53%eth0".
bool is_name_server(std::string_view text) {
    text = text.substr(0, text.find('%'));
    auto host = text;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == text.npos || !address::parse(text.substr(0, end + 1), 0)) return false;
        host = text.substr(1, end - 1);
        text.remove_prefix(end + 1);
    } else {
        const auto colon = text.find(':');
        if (colon == text.rfind(':')) host = text.substr(0, colon);
        text.remove_prefix(host.size());
    }
    return address::parse(host, 0) &&
        (text.empty() || (text.starts_with(':') && is_port(text.substr(1))));
}

/// c-ares itself accepts ports that do not exist, and uses others in their place.
bool are_name_servers(std::string_view list) {
    while (true) {
        const auto comma = list.find(',');
        if (!is_name_server(trim(list.substr(0, comma)))) return false;
        if (comma == list.npos) return true;
        list.remove_prefix(comma + 1);
    }
}

bool is_library_ready() noexcept {
    static const bool ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
    return ready;
}

} // namespace

/// A lookup in progress: it ends with the answers of two queries.
struct cares_channel::pending {
    lookup asked;
    int queries_left = 2;
    bool wanted = true;
    std::error_code why = {};
};

struct cares_channel::query {
    cares_channel& owner;
    std::shared_ptr<pending> by;
};

// --- lifetime

std::error_code cares_channel::open(const cares_options& options) {
    if (loop_.closed()) return errc::gone;
    if (!is_library_ready()) return std::make_error_code(std::errc::not_enough_memory);
    ares_options wanted{};
    char dns_only[] = "b"; // the hosts file was read before
    wanted.lookups = dns_only;
    wanted.timeout = as_milliseconds(options.timeout);
    wanted.tries = std::max(options.tries, 1);
    wanted.sock_state_cb = &cares_channel::socket_changed;
    wanted.sock_state_cb_data = this;
    const int status = ares_init_options(&channel_, &wanted,
                                         ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                                             ARES_OPT_SOCK_STATE_CB | without_cache(wanted));
    if (status != ARES_SUCCESS) return cares_error(status);
    loop_.enroll(*this);
    if (options.servers.empty()) return {};
    if (!are_name_servers(options.servers)) return errc::bad_argument;
    const bool used = ares_set_servers_ports_csv(channel_, options.servers.c_str()) == ARES_SUCCESS;
    return used ? std::error_code() : make_error_code(errc::bad_argument);
}

void cares_channel::close() noexcept {
    const auto closing = std::exchange(channel_, nullptr);
    if (!closing) return;
    loop_.leave(*this);
    loop_.disarm(*this);
    ares_destroy(closing);
}

// --- names

void cares_channel::resolve(lookup asked) {
    if (!channel_) return asked.fail(errc::no_resolver);
    auto one = std::make_shared<pending>(pending{std::move(asked)});
    one->asked.on_cancel([self = weak_from_this(), by = std::weak_ptr(one)] {
        const auto channel = self.lock();
        const auto waiting = by.lock();
        if (channel && waiting) channel->abandon(*waiting);
    });
    ++wanted_;
    ask(one, AF_INET6);
    ask(one, AF_INET);
    arm_timer();
}

void cares_channel::ask(const std::shared_ptr<pending>& by, int family) {
    ares_addrinfo_hints hints{};
    hints.ai_flags = ARES_AI_NOSORT;
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    auto asked = std::make_unique<query>(query{*this, by});
    ares_getaddrinfo(channel_, by->asked.host().c_str(), nullptr, &hints,
                     &cares_channel::answered, asked.release());
}

/// Called once for each query, possibly from inside `ask`, and when the channel is destroyed.
void cares_channel::answered(void* asked, int status, int, ares_addrinfo* found) noexcept {
    const std::unique_ptr<query> which(static_cast<query*>(asked));
    pending& by = *which->by;
    auto why = cares_error(status);
    try {
        auto addresses = addresses_in(found);
        if (!addresses.empty()) by.asked.found(std::move(addresses));
    } catch (const std::bad_alloc&) {
        why = std::make_error_code(std::errc::not_enough_memory);
    }
    if (found) ares_freeaddrinfo(found);
    // A timeout of one family is more informative than a missing address of the other.
    if (!by.why || by.why == resolve_error::no_address) by.why = why;
    if (--by.queries_left != 0) return;
    which->owner.no_longer_wanted(by);
    try {
        by.asked.fail(by.why);
    } catch (const std::bad_alloc&) {
        // The end is not reported, and the caller times out.
    }
}

void cares_channel::no_longer_wanted(pending& by) noexcept {
    if (std::exchange(by.wanted, false)) --wanted_;
}

void cares_channel::abandon(pending& by) noexcept {
    no_longer_wanted(by);
    if (channel_) settle();
}

/// Cancels all queries once no lookup needs them: c-ares cannot cancel a single query, so an
/// unneeded one continues until then.
void cares_channel::settle() noexcept {
    if (wanted_ == 0) ares_cancel(channel_);
    arm_timer();
}

// --- sockets and time

void cares_channel::socket_changed(void* self, ares_socket_t which, int read,
                                   int write) noexcept {
    auto& channel = *static_cast<cares_channel*>(self);
    const auto known = channel.sockets_.find(which);
    if (read == 0 && write == 0) {
        if (known == channel.sockets_.end()) return;
        known->second->leave();
        channel.sockets_.erase(known);
    } else if (known != channel.sockets_.end()) {
        known->second->watch(read != 0, write != 0);
    } else {
        try {
            auto& added = channel.sockets_[which];
            added = new cares_socket(channel.loop_, channel, which);
            added->watch(read != 0, write != 0);
        } catch (const std::bad_alloc&) {
            channel.sockets_.erase(which); // without its answers the query times out
        }
    }
}

void cares_channel::process(ares_socket_t readable, ares_socket_t writable) noexcept {
    if (!channel_) return;
    ares_process_fd(channel_, readable, writable);
    settle();
}

void cares_channel::expire() noexcept {
    process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void cares_channel::arm_timer() noexcept {
    timeval left{};
    if (!ares_timeout(channel_, nullptr, &left)) return loop_.disarm(*this);
    const auto wait = std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
    loop_.arm(*this, later(loop_.read_clock(), wait));
}

} // namespace weft
