// SPDX-License-Identifier: MIT
// A stream for programs that have a network of their own, or none: its bytes are handed over by the
// caller and go to an output of the caller's. Knows no descriptor and no loop.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <span>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/function.hpp>
#include <weft/core/result.hpp>
#include <weft/stream/stream.hpp>

namespace weft {

/// What a connection is told of whoever is at the other end.
struct io_stream_options {
    bool secure = false; ///< the bytes come out of somebody else's TLS
    address local = {};
    address remote = {};
};

/// The caller's end of a connection that is fed by hand.
///
/// Feeding only queues, and calls no handler: that is done by the driver's next turn, such as
/// `manual_driver::advance`. So everything here may be called from everywhere, handlers included.
/// Either end may go first: destroying this one is an `eof` after all that was fed, and writing
/// then fails. The driver must outlive it. Belongs to the driver's thread.
class io_stream {
public:
    /// Takes output: pieces that belong together, in their order. Returns how many bytes it took;
    /// if that is less than all, the rest waits for `writable`. An error ends the connection. It
    /// may call anything of this object's, which it may destroy, but neither destroy a service nor
    /// make a turn of the driver.
    using write_handler =
        function<result<std::size_t>(std::span<const std::span<const std::byte>> pieces)>;

    io_stream(weft::driver& owner, write_handler output, io_stream_options options = {});

    /// Output goes to `output`, which must outlive the connection, and is flushed after each
    /// write; if that fails the connection ends with `std::errc::io_error`.
    io_stream(weft::driver& owner, std::ostream& output, io_stream_options options = {});
    ~io_stream();
    io_stream(io_stream&& other) noexcept;
    io_stream& operator=(io_stream&& other) noexcept;

    /// The connection's end, once: for `stream_endpoint::serve` or `stream_endpoint::connect`.
    [[nodiscard]] std::unique_ptr<stream> take_stream();

    /// Called once, in a turn, when the connection will write no more. What then remains is to end
    /// its input by `eof`, if it is still read.
    void on_shutdown(function<void()> handler);

    // --- input

    /// Queues as many of `bytes`, which are copied, as there is room for; returns how many. There
    /// is none while the connection is paused and 64 KiB wait, or once it is `closed`.
    ///
    /// Throws std::bad_alloc; then nothing was queued.
    std::size_t read_some(std::span<const std::byte> bytes);

    /// Queues all of `bytes`, whatever waits already. Nothing is kept after `eof`, or once the
    /// connection is `closed`. Throws like `read_some`.
    void read_all(std::span<const std::byte> bytes);

    /// No more will come. Told after all that was fed, also if nobody reads at the moment.
    void eof() noexcept;

    /// The network below is broken: what was fed and not told is lost, the connection ends with
    /// `why`.
    void fatal_error(std::error_code why) noexcept;

    /// How many bytes `read_some` would take.
    [[nodiscard]] std::size_t room() const noexcept;

    // --- output

    /// A write handler that has taken less than it was offered can take more.
    void writable() noexcept;

    /// Whether output waits for `writable`.
    [[nodiscard]] bool output_waits() const noexcept;

    /// Whether the connection has let go of its end; nothing more is read or written.
    [[nodiscard]] bool closed() const noexcept;

private:
    class state;
    class end;

    state* state_;
};

/// Waits for a byte, and queues what `in` has, up to 64 KiB, by `read_all`.
///
/// At the end of `in` it sets failbit, so that `while (in >> stream) driver.advance(now());` reads
/// all; it does not call `eof`, as more may come another way.
std::istream& operator>>(std::istream& in, io_stream& to);

} // namespace weft
