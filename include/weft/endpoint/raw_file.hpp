// SPDX-License-Identifier: MIT
// A descriptor of any kind on the loop, as a raw connection. Knows neither the engine nor a host.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <weft/endpoint/raw_connection.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

/// Reads and writes a pipe, a FIFO, a terminal, a serial line, inotify, an eventfd: whatever can be
/// waited for.
///
/// `open` comes first, in a turn; what one read has given is one call of `data`, so records stay
/// whole. A terminal whose other side hangs up has ended. Writing to a pipe that nobody reads ends
/// it with `std::errc::broken_pipe`, and no signal. A regular file or directory is refused with
/// `errc::not_pollable`: the system calls it ready, and makes who reads it wait.
///
/// Belongs to the loop's thread. Destroying it is legal anywhere, its own handlers included: it
/// ends at once, and no handler is called.
class raw_file {
public:
    /// Takes a descriptor over, and closes it in the end. It is set not to block and to close on
    /// exec. On error it is not taken: `not_pollable`, `forked`, `gone`, or what the system says.
    static result<raw_file> adopt(event_loop& loop, int descriptor, raw_handlers what,
                                  const raw_options& options = {});

    /// Works with a descriptor that somebody else closes, after this has ended. It is set not to
    /// block, which all who share it notice (as the other standard streams of a terminal do), and
    /// in the end to block again if it did. Fails like `adopt`.
    static result<raw_file> borrow(event_loop& loop, int descriptor, raw_handlers what,
                                   const raw_options& options = {});

    ~raw_file();
    raw_file(raw_file&& other) noexcept;
    raw_file& operator=(raw_file&& other) noexcept;

    /// The connection that handlers are given; null once its end has been told.
    [[nodiscard]] raw_connection* connection() const noexcept;

    /// As those of `raw_connection`; `closed`, and nothing, when it has ended.
    send_result send(std::span<const std::byte> bytes);
    send_result send(std::string_view bytes) { return send(std::as_bytes(std::span(bytes))); }
    template <bytes_like Bytes>
    send_result send(const Bytes& bytes) {
        return send(view_bytes(bytes));
    }
    void finish() noexcept;
    void close() noexcept;
    void pause() noexcept;
    void resume() noexcept;

private:
    enum class whose : bool { ours, somebody_elses };

    static result<raw_file> open(event_loop& loop, int descriptor, whose closes,
                                 raw_handlers&& what, const raw_options& options);

    explicit raw_file(std::shared_ptr<loop_state> loop, raw_set* set) noexcept
        : loop_(std::move(loop)), set_(set) {}

    std::shared_ptr<loop_state> loop_;
    raw_set* set_;
};

} // namespace weft
