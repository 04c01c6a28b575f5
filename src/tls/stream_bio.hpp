// SPDX-License-Identifier: MIT
// An OpenSSL BIO that reads from and writes to a TLS stream directly, without a buffer in between.
#pragma once

#include <string>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <weft/stream/tls_session.hpp>

namespace weft {

class stream_bio {
public:
    /// Returns null if there is no memory.
    [[nodiscard]] static BIO* make() noexcept;

    /// Makes `bio` read from and write to `wire`.
    static void attach(BIO* bio, tls_wire& wire) noexcept;

    /// Records the detail of the next error of `session`, for its stream.
    static void note_fault(const SSL* session, std::string what) noexcept;

private:
    static int read(BIO* bio, char* to, std::size_t size, std::size_t* count) noexcept;
    static int write(BIO* bio, const char* from, std::size_t size, std::size_t* count) noexcept;
    static long control(BIO* bio, int command, long number, void* pointer) noexcept;
    [[nodiscard]] static BIO_METHOD* method() noexcept;
    [[nodiscard]] static BIO_METHOD* make_method() noexcept;
};

} // namespace weft
