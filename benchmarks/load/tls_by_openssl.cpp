// SPDX-License-Identifier: MIT
//
// The wire over TLS, by OpenSSL; it believes any certificate.

#include "wire.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <stdexcept>
#include <string>

namespace weft::load {
namespace {

using owned_context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;
using owned_connection = std::unique_ptr<SSL, decltype(&::SSL_free)>;
using owned_session = std::unique_ptr<SSL_SESSION, decltype(&::SSL_SESSION_free)>;

owned_session& last_session() {
    static owned_session last{nullptr, ::SSL_SESSION_free};
    return last;
}

int keep_session(SSL*, SSL_SESSION* session) {
    last_session().reset(session);
    return 1;
}

SSL_CTX* context() {
    static const owned_context made = [] {
        owned_context fresh{::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free};
        ::SSL_CTX_set_mode(fresh.get(),
                           SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                               SSL_MODE_RELEASE_BUFFERS);
        ::SSL_CTX_set_read_ahead(fresh.get(), 1);
        ::SSL_CTX_set_session_cache_mode(fresh.get(), SSL_SESS_CACHE_CLIENT |
                                                          SSL_SESS_CACHE_NO_INTERNAL);
        ::SSL_CTX_sess_set_new_cb(fresh.get(), keep_session);
        return fresh;
    }();
    return made.get();
}

[[noreturn]] void fail(const char* what) {
    const char* why = ::ERR_reason_error_string(::ERR_get_error());
    throw std::runtime_error{std::string{what} + ": " + (why ? why : "the server closed")};
}

class tls_wire final : public wire {
public:
    tls_wire(descriptor socket, bool resumes)
        : wire{std::move(socket)}, session_{::SSL_new(context()), ::SSL_free} {
        ::SSL_set_fd(session_.get(), number());
        if (resumes && last_session()) ::SSL_set_session(session_.get(), last_session().get());
        if (::SSL_connect(session_.get()) != 1) fail("the TLS handshake");
    }

    // It is thrown away as if the network had; OpenSSL must not take its session for a broken one.
    ~tls_wire() override {
        ::SSL_set_shutdown(session_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }

    ssize_t receive(std::span<char> into) override {
        return as_much(into.size(), [&](std::size_t done, std::size_t& count) {
            return ::SSL_read_ex(session_.get(), into.data() + done, into.size() - done, &count);
        });
    }

    ssize_t send(std::string_view bytes) override {
        return as_much(bytes.size(), [&](std::size_t done, std::size_t& count) {
            return ::SSL_write_ex(session_.get(), bytes.data() + done, bytes.size() - done, &count);
        });
    }

    void stop_blocking() override {
        wire::stop_blocking();
        blocks_ = false;
    }

private:
    /// A record after the other, until all is done or the socket would block.
    template <class Step>
    ssize_t as_much(std::size_t size, Step step) {
        std::size_t done = 0;
        do {
            ::ERR_clear_error();
            std::size_t count = 0;
            if (step(done, count) != 1) {
                const int why = ::SSL_get_error(session_.get(), 0);
                if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) break;
                if (why == SSL_ERROR_ZERO_RETURN) return static_cast<ssize_t>(done);
                fail("TLS");
            }
            done += count;
        } while (done < size && !blocks_);
        if (done != 0) return static_cast<ssize_t>(done);
        errno = EAGAIN;
        return -1;
    }

    owned_connection session_;
    bool blocks_ = true;
};

}  // namespace

std::unique_ptr<wire> encrypt(descriptor socket, encryption how) {
    return std::make_unique<tls_wire>(std::move(socket), how == encryption::resumed_handshakes);
}

}  // namespace weft::load
