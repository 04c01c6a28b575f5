// SPDX-License-Identifier: MIT
// TLS as a filter over any stream, for servers and clients. A `tls_session` encrypts and decrypts.
// Knows nothing of sockets, loops, or the TLS library.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <weft/core/byte_queue.hpp>
#include <weft/stream/stream.hpp>
#include <weft/stream/tls_session.hpp>
#include <weft/stream/work_item.hpp>

namespace weft {

/// TLS over a stream. Made by `secure_layer::cover`, for example by a `tls_server` or `tls_client`.
///
/// Meets the contract of `stream`. The peer's close_notify ends the input; an end without it is the
/// error `tls_error::truncated`. All plaintext of a chunk of ciphertext is delivered at once, in
/// the chunk's own memory, unless the chunk begins within a record or the sink has given
/// `input_room`. An idle stream owns no buffers except those of its `tls_session`.
class tls_stream final : public stream,
                         private work_item,
                         private stream_events,
                         private tls_wire {
public:
    /// Encrypts `under` with a new `session`. `under` is connected, and has not been started.
    tls_stream(std::unique_ptr<stream> under, std::unique_ptr<tls_session> session) noexcept;

    ~tls_stream() override;

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override;
    void half_close() noexcept override;
    void close() noexcept override;
    void close_with_reset() noexcept override;
    [[nodiscard]] address local_address() const override { return under_->local_address(); }
    [[nodiscard]] address remote_address() const override { return under_->remote_address(); }
    [[nodiscard]] bool secure() const noexcept override { return !opening_; }
    [[nodiscard]] bool opening() const noexcept override { return opening_; }
    [[nodiscard]] std::optional<phase> error_phase() const noexcept override;
    [[nodiscard]] std::size_t memory_used() const noexcept override;
    [[nodiscard]] std::string_view error_detail() const noexcept override {
        return fault_ ? std::string_view(*fault_) : std::string_view();
    }
    [[nodiscard]] std::size_t input_pending() const noexcept override {
        return held_.size() + under_->input_pending();
    }
    [[nodiscard]] std::size_t output_pending() const noexcept override {
        return early_.size() + sealed_.size() + under_->output_pending();
    }
    [[nodiscard]] bool calls_application() const noexcept override { return gathers_; }

    /// Returns `transport` (see `connection::transport`) as a TLS stream; null if it is another
    /// kind of stream.
    [[nodiscard]] static const tls_stream* of(const stream* transport) noexcept;
    [[nodiscard]] const void* kind() const noexcept override;

    // --- what was negotiated, once the handshake is over; views are valid as long as the stream

    /// Returns the version of TLS, such as "TLSv1.3".
    [[nodiscard]] std::string_view version() const noexcept { return session_->version(); }
    [[nodiscard]] std::string_view cipher() const noexcept { return session_->cipher(); }

    /// Returns the protocol chosen by ALPN, such as "http/1.1"; empty for none.
    [[nodiscard]] std::string_view application_protocol() const noexcept {
        return session_->application_protocol();
    }

    /// Returns the name that the client asked for (SNI); empty for none.
    [[nodiscard]] std::string_view server_name() const noexcept override {
        return session_->server_name();
    }

    /// Returns true if an earlier session was resumed, without certificates being sent.
    [[nodiscard]] bool resumed() const noexcept { return session_->resumed(); }

    /// Returns the subject of the peer's certificate, in one line as in RFC 2253; empty without a
    /// certificate.
    [[nodiscard]] std::string peer_subject() const { return session_->peer_subject(); }

    /// Returns the session of the TLS library. Use it to read information only, not to send or
    /// receive.
    [[nodiscard]] const tls_session& session() const noexcept { return *session_; }

private:
    // called by the stream below
    bool wants_bytes() noexcept override;
    void on_receive(std::span<std::byte> bytes) noexcept override;
    void on_eof() noexcept override;
    void on_writable() noexcept override;
    void on_error(std::error_code why) noexcept override;

    // called by the driver
    void run() noexcept override;

    // called by the session
    std::size_t give_ciphertext(std::span<std::byte> to) noexcept override;
    bool take_ciphertext(std::span<const std::byte> sealed) noexcept override;
    void note_fault(std::string what) noexcept override;

    void stop_below() noexcept;
    [[nodiscard]] bool backlog() const noexcept;
    [[nodiscard]] bool end_waits() const noexcept;
    void work_off(std::span<std::byte> ciphertext, bool asked) noexcept;
    void shake_hands() noexcept;
    void deliver_next() noexcept;
    bool deliver_records(std::span<std::byte> plain) noexcept;
    bool deliver_records_elsewhere() noexcept;
    void report_end() noexcept;
    std::size_t read(std::span<std::byte> to) noexcept;
    void hold_rest() noexcept;

    result<std::size_t>
    write_early(std::span<const std::span<const std::byte>> pieces) noexcept;
    result<std::size_t>
    write_gathered(std::span<const std::span<const std::byte>> pieces) noexcept;
    failure end_writing() noexcept;
    bool seal(std::span<const std::byte> plain) noexcept;
    bool flush() noexcept;
    bool send_gathered() noexcept;
    void end_output() noexcept;
    void fail(std::error_code why) noexcept;
    [[nodiscard]] std::error_code error_of_session() noexcept;
    [[nodiscard]] std::error_code error_of_handshake() noexcept;
    void note_received() noexcept;

    std::unique_ptr<stream> under_;
    std::unique_ptr<tls_session> session_;
    stream_events* sink_ = nullptr;
    std::span<std::byte> chunk_;  // ciphertext that is being processed
    std::size_t chunk_read_ = 0;  // how much of it the session has read
    std::size_t carried_ = 0;     // size of the ciphertext in the session, of an unfinished record
    byte_queue held_;             // ciphertext that arrived before the sink wanted it
    byte_queue early_;            // plaintext to send once the handshake is over
    byte_queue sealed_;           // ciphertext that the stream below has not taken
    std::unique_ptr<std::string> fault_; // see `error_detail`
    std::error_code read_error_;
    std::error_code write_error_; // of the stream below
    const bool gathers_;   // the stream below may call the application: see `send_gathered`
    bool opening_ = true;
    bool busy_ = false;    // a chunk is being processed
    bool sending_ = false; // the stream below is taking ciphertext
    bool full_ = false;    // the stream below took only a part, and will call `on_writable`
    bool paused_ = false;
    bool stopped_ = false;   // the stream below is paused
    bool refused_ = false;   // a write was accepted in part: `on_writable` is due
    bool delivered_ = false; // `run` has delivered an event in this round
    bool eof_reported_ = false;
    bool half_closed_ = false;
    bool closed_ = false;
};

} // namespace weft
