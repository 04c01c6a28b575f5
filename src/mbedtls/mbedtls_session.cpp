// SPDX-License-Identifier: MIT
// Calls Mbed TLS for one connection.
#include "mbedtls/mbedtls_session.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <weft/core/address.hpp>
#include <weft/mbedtls/mbedtls_stream.hpp>

#include "mbedtls/error_codes.hpp"
#include "mbedtls/mbedtls_context.hpp"
#include "mbedtls/names.hpp"

namespace weft {
namespace {

constexpr std::string_view library_name = "Mbed TLS";

/// A TLS record begins with its type and the major version 3.
bool begins_like_record(std::string_view first) noexcept {
    if (!first.empty() && (first[0] < MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC ||
                           first[0] > MBEDTLS_SSL_MSG_APPLICATION_DATA)) {
        return false;
    }
    return first.size() < 2 || first[1] == MBEDTLS_SSL_MAJOR_VERSION_3;
}

bool begins_like_request(std::string_view first) noexcept {
    return first == "GET /" || first == "POST " || first == "HEAD " || first == "PUT /";
}

/// The alert for a fault of a certificate. RFC 8446 §6.2.
unsigned char alert_for(tls_error fault) noexcept {
    switch (fault) {
    case tls_error::self_signed:
    case tls_error::unknown_issuer: return MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA;
    case tls_error::certificate_expired: return MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED;
    case tls_error::certificate_revoked: return MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED;
    default: return MBEDTLS_SSL_ALERT_MSG_BAD_CERT;
    }
}

} // namespace

mbedtls_session::mbedtls_session(std::shared_ptr<mbedtls_context> context,
                                 std::optional<std::string> host)
    : context_(std::move(context)), host_(std::move(host)), check_(host_) {
    mbedtls_ssl_context* const ssl = ssl_.get();
    if (mbedtls_ssl_setup(ssl, context_->config()) != 0) throw std::bad_alloc();
    mbedtls_ssl_set_bio(ssl, this, &mbedtls_session::send, &mbedtls_session::receive, nullptr);
    mbedtls_ssl_set_verify(ssl, &peer_check::check, &check_);
    if (!host_) return;
    const bool named = !host_->empty() && !address::parse(*host_, 0);
    if (named) server_name_ = *host_;
    const int outcome = mbedtls_ssl_set_hostname(ssl, named ? host_->c_str() : nullptr);
    if (outcome != 0) throw std::bad_alloc(); // or the name is too long to be valid
}

mbedtls_session& mbedtls_session::of(const mbedtls_ssl_context* ssl) noexcept {
    return *static_cast<mbedtls_session*>(ssl->p_bio);
}

void mbedtls_session::resume(const ssl_session& earlier) noexcept {
    static_cast<void>(mbedtls_ssl_set_session(ssl_.get(), earlier.get()));
}

void mbedtls_session::asked_for(std::string name) {
    server_name_ = std::move(name);
    context_->choose_certificate(ssl_.get(), server_name_);
}

// --- the handshake

tls_progress mbedtls_session::shake_hands() noexcept {
    const auto got = step_on();
    if (!send_flight()) return tls_progress::failed;
    if (got == tls_progress::done) {
        opening_ = false;
        const bool by_ticket = version() == "TLSv1.3"; // the ticket comes later
        if (host_ && full_ && !by_ticket) keep_session(false);
    }
    return got;
}

tls_progress mbedtls_session::step_on() noexcept {
    while (ssl_->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
        full_ = full_ || ssl_->state == MBEDTLS_SSL_SERVER_CERTIFICATE;
        used_up_ = false;
        const int outcome = mbedtls_ssl_handshake_step(ssl_.get());
        if (outcome == MBEDTLS_ERR_SSL_WANT_READ && used_up_) return tls_progress::needs_input;
        if (outcome != 0 && outcome != MBEDTLS_ERR_SSL_WANT_READ) return fail(outcome);
        if (const auto fault = fault_of_optional()) return refuse(*fault);
    }
    return tls_progress::done;
}

/// Sends the queued messages of the handshake.
bool mbedtls_session::send_flight() noexcept {
    if (flight_.empty()) return true;
    const bool taken = wire_->take_ciphertext(flight_.bytes());
    flight_.clear();
    return taken;
}

/// Returns the fault of an optional client certificate, which Mbed TLS itself ignores.
std::optional<tls_error> mbedtls_session::fault_of_optional() noexcept {
    if (!context_->refuses_faults()) return std::nullopt;
    if (check_.fault()) return check_.fault();
    if (ssl_->state != MBEDTLS_SSL_HANDSHAKE_OVER) return std::nullopt;
    const std::uint32_t flags = mbedtls_ssl_get_verify_result(ssl_.get());
    const bool sent_none = flags == MBEDTLS_X509_BADCERT_MISSING;
    if (flags == 0 || sent_none) return std::nullopt;
    return tls_error::certificate_rejected;
}

tls_progress mbedtls_session::refuse(tls_error why) noexcept {
    mbedtls_ssl_send_alert_message(ssl_.get(), MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert_for(why));
    wire_->note_fault(std::move(check_.detail()));
    error_ = why;
    return tls_progress::failed;
}

void mbedtls_session::keep_session(bool once) noexcept {
    try {
        auto made = std::make_shared<ssl_session>();
        if (mbedtls_ssl_get_session(ssl_.get(), made->get()) != 0) return;
        context_->keep(*host_, std::move(made), once);
    } catch (const std::bad_alloc&) {
        return; // the next handshake will be a full one
    }
}

// --- records

tls_progress mbedtls_session::read(std::span<std::byte> to, std::size_t& size) noexcept {
    // WANT_READ may only ask for another call, for example after a ticket; 0 is an empty record.
    for (;;) {
        used_up_ = false;
        const int outcome = mbedtls_ssl_read(
            ssl_.get(), reinterpret_cast<unsigned char*>(to.data()), to.size());
        if (outcome == new_ticket && host_) {
            keep_session(true);
            continue;
        }
        if (outcome > 0) {
            size = static_cast<std::size_t>(outcome);
            return tls_progress::done;
        }
        if (outcome == MBEDTLS_ERR_SSL_WANT_READ && used_up_) return tls_progress::needs_input;
        if (outcome == MBEDTLS_ERR_SSL_WANT_READ || outcome == 0) continue;
        if (outcome != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return fail(outcome);
        ended_ = true;
        return tls_progress::ended;
    }
}

bool mbedtls_session::write(std::span<const std::byte> plain) noexcept {
    while (!plain.empty()) {
        const int outcome = mbedtls_ssl_write(
            ssl_.get(), reinterpret_cast<const unsigned char*>(plain.data()), plain.size());
        if (outcome <= 0) {
            static_cast<void>(fail(outcome));
            return false;
        }
        plain = plain.subspan(static_cast<std::size_t>(outcome));
    }
    return true;
}

void mbedtls_session::end_output() noexcept {
    static_cast<void>(mbedtls_ssl_close_notify(ssl_.get()));
}

int mbedtls_session::receive(void* self, unsigned char* to, std::size_t size) noexcept {
    auto& mine = *static_cast<mbedtls_session*>(self);
    const std::size_t got = mine.wire_->give_ciphertext({reinterpret_cast<std::byte*>(to), size});
    mine.used_up_ = got == 0;
    if (mine.used_up_) return MBEDTLS_ERR_SSL_WANT_READ;
    for (std::size_t at = 0; at < got && mine.opening_; ++at) {
        std::shift_left(mine.last_.begin(), mine.last_.end(), 1);
        mine.last_.back() = to[at];
    }
    for (std::size_t at = 0; at < got && mine.first_size_ < mine.first_.size(); ++at) {
        mine.first_[mine.first_size_++] = static_cast<char>(to[at]);
    }
    return static_cast<int>(got);
}

int mbedtls_session::send(void* self, const unsigned char* from, std::size_t size) noexcept {
    constexpr std::size_t alert_size = 7;
    auto& mine = *static_cast<mbedtls_session*>(self);
    const std::span<const std::byte> sealed(reinterpret_cast<const std::byte*>(from), size);
    if (!mine.opening_) {
        const bool taken = mine.wire_->take_ciphertext(sealed);
        return taken ? static_cast<int>(size) : MBEDTLS_ERR_NET_SEND_FAILED;
    }
    if (size == alert_size && from[0] == MBEDTLS_SSL_MSG_ALERT) mine.sent_alert_ = from[6];
    try {
        mine.flight_.append(sealed);
    } catch (const std::bad_alloc&) {
        return MBEDTLS_ERR_SSL_ALLOC_FAILED;
    }
    return static_cast<int>(size);
}

// --- errors

tls_progress mbedtls_session::fail(int outcome) noexcept {
    error_ = error_of(outcome);
    return tls_progress::failed;
}

std::error_code mbedtls_session::take_error() noexcept {
    return std::exchange(error_, {});
}

std::error_code mbedtls_session::error_of(int outcome) noexcept {
    if (outcome == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) {
        wire_->note_fault(std::move(check_.detail()));
        return check_.fault().value_or(tls_error::certificate_rejected);
    }
    if (outcome == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        if (const auto known = error_of_alert(ssl_->in_msg[1])) return known;
    }
    if (opening_ && outcome == MBEDTLS_ERR_SSL_INVALID_MAC && ends_with_plain_alert()) {
        flight_.clear(); // it contains only an alert about the peer's alert
        if (const auto known = error_of_alert(last_.back())) return known;
    }
    if (!opening_) return mbedtls_error_of(outcome);
    if (const auto fault = fault_of_first_bytes()) return *fault;
    if (sent_alert_ == MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION) return tls_error::no_common_version;
    if (sent_alert_ == MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL) {
        return tls_error::no_common_protocol;
    }
    if (outcome == MBEDTLS_ERR_SSL_INVALID_RECORD) return tls_error::not_tls;
    return mbedtls_error_of(outcome);
}

/// Returns true if the peer's last bytes are an unencrypted alert. A TLS 1.3 client may refuse the
/// server's certificate in this way. Mbed TLS expects an encrypted record, and reports a damaged
/// one.
bool mbedtls_session::ends_with_plain_alert() const noexcept {
    return last_[0] == MBEDTLS_SSL_MSG_ALERT && last_[3] == 0 && last_[4] == 2 &&
        last_[5] == MBEDTLS_SSL_ALERT_LEVEL_FATAL;
}

/// Returns the error for a peer that does not speak TLS. Mbed TLS has read only these bytes then.
std::optional<tls_error> mbedtls_session::fault_of_first_bytes() const noexcept {
    const std::string_view first(first_.data(), first_size_);
    if (begins_like_record(first)) return std::nullopt;
    if (serves() && begins_like_request(first)) return tls_error::http_request;
    if (!serves() && first == "HTTP/") return tls_error::http_answer;
    return tls_error::not_tls;
}

// --- what was negotiated

/// The buffers of both directions exist as long as the session.
std::size_t mbedtls_session::memory_used(bool) const noexcept {
    constexpr std::size_t buffer = 17 * 1024;
    return 2 * buffer + flight_.capacity();
}

std::string_view mbedtls_session::version() const noexcept {
    return mbedtls_ssl_get_version(ssl_.get());
}

std::string_view mbedtls_session::cipher() const noexcept {
    const char* const name = mbedtls_ssl_get_ciphersuite(ssl_.get());
    return name ? std::string_view(name) : std::string_view();
}

std::string_view mbedtls_session::application_protocol() const noexcept {
    const char* const name = mbedtls_ssl_get_alpn_protocol(ssl_.get());
    return name ? std::string_view(name) : std::string_view();
}

std::string mbedtls_session::peer_subject() const {
    const mbedtls_x509_crt* const peer = mbedtls_ssl_get_peer_cert(ssl_.get());
    return peer ? in_one_line(peer->subject, beyond_ascii::kept) : std::string();
}

std::string_view mbedtls_session::library() const noexcept {
    return library_name;
}

void* mbedtls_session::native() const noexcept {
    return const_cast<mbedtls_ssl_context*>(ssl_.get());
}

mbedtls_ssl_context* mbedtls_of(const tls_stream& over) noexcept {
    const tls_session& session = over.session();
    const bool ours = session.library() == library_name;
    return ours ? static_cast<mbedtls_ssl_context*>(session.native()) : nullptr;
}

} // namespace weft
