// SPDX-License-Identifier: MIT
// Sessions that a client can go on with, by the host that they were made with.
#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "tls/openssl_handles.hpp"

namespace weft {

/// Any thread may use it.
class session_store {
public:
    /// Remembers `session`; the oldest is forgotten for it. Throws std::bad_alloc.
    void keep(std::string host, SSL_SESSION* session);

    /// The latest with `host`, or null. One of TLS 1.3 is given away: observers could tell from a
    /// second use that it is the same client. RFC 8446 §C.4.
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
