// SPDX-License-Identifier: MIT
// Stores sessions in a queue, oldest first.
#include "tls/session_store.hpp"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

constexpr std::size_t entries_max = 256;

owned_ssl_session share(SSL_SESSION* session) noexcept {
    SSL_SESSION_up_ref(session);
    return owned_ssl_session(session);
}

} // namespace

void session_store::keep(std::string host, SSL_SESSION* session) {
    const std::lock_guard locked(lock_);
    entries_.push_back({std::move(host), share(session)});
    if (entries_.size() > entries_max) entries_.pop_front();
}

owned_ssl_session session_store::take(const std::string& host) {
    const std::lock_guard locked(lock_);
    const auto latest = std::find_if(entries_.rbegin(), entries_.rend(),
                                     [&](const entry& one) { return one.host == host; });
    if (latest == entries_.rend()) return nullptr;
    if (SSL_SESSION_get_protocol_version(latest->session.get()) < TLS1_3_VERSION) {
        return share(latest->session.get());
    }
    auto given = std::move(latest->session);
    entries_.erase(std::next(latest).base());
    return given;
}

} // namespace weft
