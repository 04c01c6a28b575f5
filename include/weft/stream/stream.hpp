// SPDX-License-Identifier: MIT
// The interface of a byte stream, the transport of a connection: a socket, TLS over a socket, a
// memory pipe, an iostream, or your own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/report.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

/// The callbacks of a stream. Called on the driver's thread, inside a turn, and never from inside a
/// call to the stream. Each callback may close and retire the stream. Callbacks must not throw.
class stream_events {
public:
    /// Called before `on_receive` and `on_eof`. If it returns false, the stream calls neither until
    /// `resume`, although it has not been paused.
    [[nodiscard]] virtual bool wants_bytes() noexcept = 0;

    /// Called before reading, after `wants_bytes` has returned true: returns memory to read into,
    /// to spare a copy. The bytes read there are then passed to `on_receive` at once. If this
    /// returns no memory, or memory that does not suit the stream, the stream reads into memory of
    /// its own.
    [[nodiscard]] virtual std::span<std::byte> input_room() noexcept { return {}; }

    /// Called when bytes have arrived. They are valid until this returns and may be overwritten.
    virtual void on_receive(std::span<std::byte> bytes) = 0;

    /// Called when the peer has ended its output. Writing may still be possible.
    virtual void on_eof() = 0;

    /// Called when the stream has room again after a `write` that was accepted only in part.
    virtual void on_writable() = 0;

    /// Called when the handshake of the stream itself (see `stream::opening`) is complete.
    /// `on_writable` may follow at once, unless this closes the stream.
    virtual void on_open() {}

    /// Called when the stream has failed. No other callback follows.
    virtual void on_error(std::error_code why) = 0;

protected:
    ~stream_events() = default;
};

/// A connected stream of bytes in both directions.
///
/// Belongs to one driver and its thread. Destroying it closes it. Its owner must keep it until the
/// driver's turn has ended (`driver::retire`), as one of its functions may be on the stack.
class stream {
public:
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    virtual ~stream() = default;

    /// Starts the stream: it calls `sink` from now on, which must stay valid until the stream is
    /// closed. Errors are reported by `on_error`, in a later round of work.
    virtual void start(stream_events& sink) noexcept = 0;

    /// Stops reading until `resume`: calls neither `on_receive` nor `on_eof`, and input from the
    /// peer does not wake the loop.
    virtual void pause() noexcept = 0;

    /// Resumes reading. Input that already waits is delivered in the next round of work.
    virtual void resume() noexcept = 0;

    /// Writes the pieces in their order; returns how many bytes were accepted.
    ///
    /// If the stream is full, it accepts fewer bytes, and calls `on_writable` when it has room.
    /// Never blocks. An error, such as `std::errc::not_enough_memory`, ends the stream and is
    /// returned; `on_error` is not called.
    virtual result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept = 0;

    /// Ends the output. Bytes that were accepted are still delivered.
    virtual void half_close() noexcept = 0;

    /// Closes both directions at once. No callback follows. Idempotent.
    virtual void close() noexcept = 0;

    /// Does the same, and informs the peer by a reset that the stream was cut, where the transport
    /// has resets, as TCP does. Otherwise the peer cannot tell this end from a normal one.
    virtual void close_with_reset() noexcept { close(); }

    [[nodiscard]] virtual address local_address() const { return {}; }
    [[nodiscard]] virtual address remote_address() const { return {}; }

    /// Returns whether TLS encrypts the bytes. The TLS options decide whether the peer is
    /// authenticated, too.
    [[nodiscard]] virtual bool secure() const noexcept { return false; }

    /// Returns the server name that the TLS client has sent (SNI); empty for none.
    [[nodiscard]] virtual std::string_view server_name() const noexcept { return {}; }

    /// Returns whether the stream's own handshake, such as TLS, is in progress. Until `on_open`,
    /// `write` accepts little and nothing is sent, and `error_phase` returns the phase of this
    /// handshake.
    [[nodiscard]] virtual bool opening() const noexcept { return false; }

    /// Returns the phase that an error or a timeout of the stream itself belongs to now, such as
    /// `phase::tls` during the TLS handshake and after it has failed. Without one, it belongs to
    /// the phase of the stream's user.
    [[nodiscard]] virtual std::optional<phase> error_phase() const noexcept {
        return std::nullopt;
    }

    /// Returns the identity of the stream's class: the address of an object that represents it.
    /// Null for most classes. Functions such as `tls_stream::of` use it instead of RTTI.
    [[nodiscard]] virtual const void* kind() const noexcept { return nullptr; }

    /// Returns an estimate of the memory for buffered input and output, in bytes.
    [[nodiscard]] virtual std::size_t memory_used() const noexcept { return 0; }

    /// Returns more about the error of `on_error`, such as which certificate of a chain; often
    /// empty. Valid while the stream exists.
    [[nodiscard]] virtual std::string_view error_detail() const noexcept { return {}; }

    /// Returns how many bytes of input have arrived and are not delivered yet, as far as known. An
    /// end of input or an error counts as one byte. Called when a deadline has passed, because
    /// input that arrived before the deadline counts.
    [[nodiscard]] virtual std::size_t input_pending() const noexcept { return 0; }

    /// Returns how many bytes `write` has accepted that have not reached the peer, as far as known:
    /// buffered bytes, and bytes that the peer's system has not acknowledged. Called only when a
    /// deadline depends on it, not for each message.
    [[nodiscard]] virtual std::size_t output_pending() const noexcept { return 0; }

    /// Returns whether `write` may call code of the application, as an `io_stream` calls its write
    /// handler. That code may use the stream's user, even if it is in the middle of `write`: for
    /// instance, send on the connection. A stream on top of another returns what that one returns.
    [[nodiscard]] virtual bool calls_application() const noexcept { return false; }

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }

protected:
    explicit stream(weft::driver& owner) noexcept : driver_(owner) {}

private:
    weft::driver& driver_;
};

} // namespace weft
