// SPDX-License-Identifier: MIT
// An OpenSSL BIO that reads from and writes to a TLS stream directly, without a buffer in between.
#pragma once

#include <string>

#include <openssl/bio.h>
#include <openssl/ssl.h>

namespace weft {

class tls_stream;

class stream_bio {
public:
    /// Returns null if there is no memory.
    [[nodiscard]] static BIO* make(tls_stream& over) noexcept;

    /// Records the detail of the next error of `session`, for its stream.
    static void note_fault(const SSL* session, std::string what);

private:
    static int read(BIO* bio, char* to, std::size_t size, std::size_t* count) noexcept;
    static int write(BIO* bio, const char* from, std::size_t size, std::size_t* count) noexcept;
    static long control(BIO* bio, int command, long number, void* pointer) noexcept;
    [[nodiscard]] static BIO_METHOD* method() noexcept;
    [[nodiscard]] static BIO_METHOD* make_method() noexcept;
};

} // namespace weft
