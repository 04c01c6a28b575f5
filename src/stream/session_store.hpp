// SPDX-License-Identifier: MIT
// Stores the TLS sessions that a client can resume, by host.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace weft {

/// The sessions of one TLS library, oldest first. May be used from any thread.
template <class Session>
class session_store {
public:
    /// Stores `session`; when full, drops the oldest. A session that serves only `once` is removed
    /// when it is taken: if a TLS 1.3 session were used twice, observers could tell that both
    /// connections are from the same client. RFC 8446 §C.4. Throws std::bad_alloc.
    void keep(std::string host, std::shared_ptr<Session> session, bool once) {
        const std::lock_guard locked(lock_);
        entries_.push_back({std::move(host), std::move(session), once});
        if (entries_.size() > entries_max) entries_.pop_front();
    }

    /// Returns the latest session with `host`, or null.
    [[nodiscard]] std::shared_ptr<Session> take(const std::string& host) {
        const std::lock_guard locked(lock_);
        const auto latest = std::find_if(entries_.rbegin(), entries_.rend(),
                                         [&](const entry& one) { return one.host == host; });
        if (latest == entries_.rend()) return nullptr;
        if (!latest->once) return latest->session;
        auto given = std::move(latest->session);
        entries_.erase(std::next(latest).base());
        return given;
    }

private:
    struct entry {
        std::string host;
        std::shared_ptr<Session> session;
        bool once;
    };

    static constexpr std::size_t entries_max = 256;

    std::mutex lock_;
    std::deque<entry> entries_;
};

} // namespace weft
