// SPDX-License-Identifier: MIT
// The byte-stream seam: where the bytes of a connection come from and go to. A socket, TLS over
// one, a pipe in memory, an iostream, your own.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/driver.hpp>

namespace weft {

/// Who hears what happens on a stream. Called on the driver's thread, inside a turn, and never
/// from inside a call to the stream. The stream may be closed and buried from each of these, which
/// must not throw.
class stream_events {
public:
    /// Asked before bytes or the end of the input are told. After a no the stream waits for
    /// `resume`, though it has not been paused.
    [[nodiscard]] virtual bool wants_bytes() noexcept = 0;

    /// Bytes came; they may be overwritten and live until this returns.
    virtual void on_receive(std::span<std::byte> bytes) = 0;

    /// The peer will send no more; writing may still be possible.
    virtual void on_eof() = 0;

    /// A `write` that took only a part can go on.
    virtual void on_writable() = 0;

    /// A stream that had an opening of its own (see `stream::opening`) is open; `on_writable` may
    /// follow at once, unless it is closed here.
    virtual void on_open() {}

    /// The stream broke; nothing else will be told.
    virtual void on_error(std::error_code why) = 0;

protected:
    ~stream_events() = default;
};

/// A connected stream of bytes in both directions.
///
/// Belongs to one driver and its thread. Destroying it closes it. Its owner lets it live until
/// the driver's turn has ended (`driver::retire`), as one of its frames may be on the stack.
class stream {
public:
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    virtual ~stream() = default;

    /// Begins: from now on `sink`, which must outlive the stream's life, hears what happens. What
    /// fails here is told by `on_error`, in a later round of work.
    virtual void start(stream_events& sink) noexcept = 0;

    /// Reads no more until `resume`: neither bytes nor the end of the input are told, and what
    /// the peer sends wakes nobody.
    virtual void pause() noexcept = 0;

    /// Goes on reading; what already waits is told in the next round of work.
    virtual void resume() noexcept = 0;

    /// Writes the pieces in their order; returns how many bytes were taken.
    ///
    /// Fewer than all were taken when the stream is full: then `on_writable` comes once it is
    /// not. Never blocks. An error, such as `std::errc::not_enough_memory`, ends the stream and is
    /// returned; `on_error` is not called.
    virtual result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept = 0;

    /// Tells the peer that no more will be written. What was taken is still delivered.
    virtual void half_close() noexcept = 0;

    /// Ends both directions at once; no event follows. Idempotent.
    virtual void close() noexcept = 0;

    [[nodiscard]] virtual address local_address() const { return {}; }
    [[nodiscard]] virtual address remote_address() const { return {}; }

    /// Whether bytes are encrypted and the peer is authenticated by TLS.
    [[nodiscard]] virtual bool secure() const noexcept { return false; }

    /// The name that a client has opened TLS for (SNI); empty for none.
    [[nodiscard]] virtual std::string_view server_name() const noexcept { return {}; }

    /// Whether an opening of the stream's own, TLS's handshake, is still under way: until
    /// `on_open` little is taken and nothing sent, and an error is the opening's.
    [[nodiscard]] virtual bool opening() const noexcept { return false; }

    /// What kind of stream this is, for functions such as `tls_stream::of`, which need no run-time
    /// type information: the address of an object that stands for one class. Null for most.
    [[nodiscard]] virtual const void* kind() const noexcept { return nullptr; }

    /// Bytes of memory that it holds for input and output that wait; an estimate.
    [[nodiscard]] virtual std::size_t memory_used() const noexcept { return 0; }

    /// What the error of `on_error` is about, such as which certificate of a chain; often empty.
    /// Good while the stream lives.
    [[nodiscard]] virtual std::string_view error_detail() const noexcept { return {}; }

    /// Bytes of input that have arrived and were not told yet, as far as that can be known; an end
    /// or an error counts as one. Asked when a deadline has passed: what came before it counts.
    [[nodiscard]] virtual std::size_t input_pending() const noexcept { return 0; }

    /// Bytes that `write` has taken and that have not reached the peer, as far as that can be
    /// known: those that wait here, or that the system has sent and the peer's has not confirmed.
    /// Asked when a deadline depends on it, never on the way of a small message.
    [[nodiscard]] virtual std::size_t output_pending() const noexcept { return 0; }

    [[nodiscard]] weft::driver& driver() const noexcept { return driver_; }

protected:
    explicit stream(weft::driver& owner) noexcept : driver_(owner) {}

private:
    weft::driver& driver_;
};

} // namespace weft
