// SPDX-License-Identifier: MIT
//
// The practical floor of TLS: an echo of what OpenSSL decrypts, on epoll, with no protocol above
// it, one thread. OpenSSL reads all that is there with one recv, and an answer leaves with one send
// a record. Must not depend on Weft. Usage: raw_tls_echo PEM, a file of a certificate and its key.

#include "epoll_floor.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace weft::floor;

constexpr std::size_t read_size = 64 * 1024;

using owned_context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;
using owned_session = std::unique_ptr<SSL, decltype(&::SSL_free)>;

owned_context make_context(const char* pem) {
    owned_context made{::SSL_CTX_new(::TLS_server_method()), ::SSL_CTX_free};
    if (!made || ::SSL_CTX_use_certificate_chain_file(made.get(), pem) != 1 ||
        ::SSL_CTX_use_PrivateKey_file(made.get(), pem, SSL_FILETYPE_PEM) != 1) {
        throw std::runtime_error{"cannot read " + std::string{pem}};
    }
    ::SSL_CTX_set_read_ahead(made.get(), 1);
    ::SSL_CTX_set_default_read_buffer_len(made.get(), read_size);
    ::SSL_CTX_set_mode(made.get(),
                       SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return made;
}

struct peer {
    owned_session session;
    int descriptor;
    std::string unsent = {};
    bool waits_for_room = false;
};

class echo_server {
public:
    explicit echo_server(const char* pem) : context_(make_context(pem)), buffer_(read_size) {
        watch(EPOLL_CTL_ADD, listener_, EPOLLIN, nullptr);
    }

    unsigned port() const { return port_of(listener_); }

    [[noreturn]] void run() {
        handle_events(set_, [this](epoll_data_t data) { handle(static_cast<peer*>(data.ptr)); });
    }

private:
    void handle(peer* whose) {
        if (whose == nullptr) {
            accept_all();
        } else if (!serve(*whose)) {
            ::close(whose->descriptor);
            delete whose;
        }
    }

    void accept_all() {
        for (;;) {
            const int socket = accept_from(listener_);
            if (socket < 0) return;
            owned_session session{::SSL_new(context_.get()), ::SSL_free};
            ::SSL_set_fd(session.get(), socket);
            ::SSL_set_accept_state(session.get());
            watch(EPOLL_CTL_ADD, socket, EPOLLIN, new peer{std::move(session), socket});
        }
    }

    // Level-triggered: one read is enough, but for what OpenSSL has read ahead. While output is
    // waiting nothing more is read. The handshake happens within the first reads.
    bool serve(peer& whose) {
        const std::string waiting = std::exchange(whose.unsent, {});
        if (!send_or_keep(whose, waiting)) return false;
        while (whose.unsent.empty()) {
            ::ERR_clear_error();
            std::size_t got = 0;
            if (::SSL_read_ex(whose.session.get(), buffer_.data(), buffer_.size(), &got) != 1) {
                return ::SSL_get_error(whose.session.get(), 0) == SSL_ERROR_WANT_READ;
            }
            if (!send_or_keep(whose, {buffer_.data(), got})) return false;
            if (::SSL_has_pending(whose.session.get()) == 0) break;
        }
        return true;
    }

    bool send_or_keep(peer& whose, std::string_view bytes) {
        while (!bytes.empty()) {
            ::ERR_clear_error();
            std::size_t sent = 0;
            if (::SSL_write_ex(whose.session.get(), bytes.data(), bytes.size(), &sent) != 1) {
                if (::SSL_get_error(whose.session.get(), 0) != SSL_ERROR_WANT_WRITE) return false;
                break;
            }
            bytes.remove_prefix(sent);
        }
        whose.unsent = bytes;
        if (std::exchange(whose.waits_for_room, !bytes.empty()) != whose.waits_for_room) {
            watch(EPOLL_CTL_MOD, whose.descriptor, bytes.empty() ? EPOLLIN : EPOLLOUT, &whose);
        }
        return true;
    }

    void watch(int operation, int descriptor, std::uint32_t events, peer* whose) {
        epoll_event event{};
        event.events = events;
        event.data.ptr = whose;
        checked(::epoll_ctl(set_, operation, descriptor, &event), "epoll_ctl");
    }

    owned_context context_;
    int set_ = checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    int listener_ = listen_on_loopback();
    std::vector<char> buffer_;
};

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 2) throw std::invalid_argument{"usage: raw_tls_echo PEM"};
    std::signal(SIGPIPE, SIG_IGN);
    echo_server server{argv[1]};
    std::printf("%u\n", server.port());
    std::fflush(stdout);
    server.run();
} catch (const std::exception& error) {
    std::fprintf(stderr, "raw_tls_echo: %s\n", error.what());
    return EXIT_FAILURE;
}
