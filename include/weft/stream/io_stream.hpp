// SPDX-License-Identifier: MIT
// A stream whose input and output the caller provides, for programs with their own networking or
// with none. Knows no descriptor and no loop.
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

/// What the connection reports about the caller's transport.
struct io_stream_options {
    bool secure = false; ///< the caller has decrypted the bytes with TLS
    address local = {};
    address remote = {};

    /// Returns how many bytes the caller still holds, of those that the write handler has accepted.
    /// For callers that queue output: without it, a peer that reads slowly seems to be silent, and
    /// timeouts for its answer begin too early. Must not call Weft. Not called after the caller's
    /// end was destroyed.
    copyable_function<std::size_t()> output_pending = {};
};

/// The caller's end of a connection that the caller feeds with bytes.
///
/// Feeding queues the bytes; handlers are called in the driver's next turn, for instance in
/// `manual_driver::advance`. All functions may therefore be called from handlers. Either end may be
/// destroyed first. Destroying this end acts as `eof`: the connection still reads all bytes that
/// were fed, and its later writes fail. The driver must outlive it. Belongs to the driver's thread.
class io_stream {
public:
    /// Called when the connection has output: pieces to write in their order.
    ///
    /// Returns how many bytes it accepted. If it accepted only a part, the rest waits until the
    /// caller calls `writable`. An error ends the connection. The handler may call any function of
    /// the io_stream and may destroy it. It may also send on connections and end them, including
    /// the connection whose output it is writing: what it sends there follows that output, and the
    /// pieces are valid only until it sends there or ends that connection. It must not destroy an
    /// endpoint or run a turn of the driver.
    using write_handler =
        function<result<std::size_t>(std::span<const std::span<const std::byte>> pieces)>;

    io_stream(weft::driver& owner, write_handler output, io_stream_options options = {});

    /// Writes output to `output`, and flushes it after each write. `output` must outlive the
    /// connection. If writing fails, the connection ends with `std::errc::io_error`.
    io_stream(weft::driver& owner, std::ostream& output, io_stream_options options = {});
    ~io_stream();
    io_stream(io_stream&& other) noexcept;
    io_stream& operator=(io_stream&& other) noexcept;

    /// Returns the connection's end, for `stream_endpoint::serve` or `stream_endpoint::connect`.
    /// Call it once.
    [[nodiscard]] std::unique_ptr<stream> take_stream();

    /// Sets the handler that is called once, in a turn, when the connection will write no more. If
    /// the connection still reads, the caller should then end the input by calling `eof`.
    void on_shutdown(function<void()> handler);

    // --- input

    /// Copies as many of `bytes` to the input queue as there is room for; returns how many.
    ///
    /// The queue holds up to 64 KiB of input that the connection has not read. There is no room
    /// after `eof` or `fatal_error`, or once the connection is `closed`.
    ///
    /// Throws std::bad_alloc; then nothing was queued.
    std::size_t read_some(std::span<const std::byte> bytes);

    /// Copies all of `bytes` to the input queue, without a limit on its size. Ignores them after
    /// `eof` or `fatal_error`, or once the connection is `closed`. Throws like `read_some`.
    void read_all(std::span<const std::byte> bytes);

    /// Ends the input. The connection sees the end after all bytes that were fed, even if it does
    /// not read at the moment.
    void eof() noexcept;

    /// Reports that the transport has failed. Drops input that the connection has not read; the
    /// connection ends with `why`.
    void fatal_error(std::error_code why) noexcept;

    /// Returns how many bytes `read_some` would accept.
    [[nodiscard]] std::size_t room() const noexcept;

    // --- output

    /// Reports that the write handler, which has accepted only a part, can accept more output.
    void writable() noexcept;

    /// Returns whether output waits for `writable`.
    [[nodiscard]] bool output_waits() const noexcept;

    /// Returns whether the connection has closed its end. It then reads and writes nothing more.
    [[nodiscard]] bool closed() const noexcept;

private:
    class state;
    class end;

    state* state_;
};

/// Waits for a byte of `in`, and feeds up to 64 KiB of what `in` has buffered to `to.read_all`.
///
/// Sets failbit at the end of `in`, so that `while (in >> stream) driver.advance(now());` reads all
/// of it. Does not call `eof`, because the caller may feed more from another source.
std::istream& operator>>(std::istream& in, io_stream& to);

} // namespace weft
