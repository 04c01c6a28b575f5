// SPDX-License-Identifier: MIT
// Stores the sessions that a client can resume, by host.
#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "tls/openssl_handles.hpp"

namespace weft {

/// May be used from any thread.
class session_store {
public:
    /// Stores `session`; when full, drops the oldest. Throws std::bad_alloc.
    void keep(std::string host, SSL_SESSION* session);

    /// Returns the latest session with `host`, or null. A TLS 1.3 session is removed from the
    /// store: if it were used twice, observers could tell that both connections are from the same
    /// client. RFC 8446 §C.4.
    [[nodiscard]] owned_ssl_session take(const std::string& host);

private:
    struct entry {
        std::string host;
        owned_ssl_session session;
    };

    std::mutex lock_;
    std::deque<entry> entries_; // the oldest first
};

} // namespace weft
