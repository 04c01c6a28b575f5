// SPDX-License-Identifier: MIT
// A descriptor of any kind on the loop, as a raw connection. Does not depend on the engine or a
// host.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <weft/endpoint/raw_connection.hpp>
#include <weft/loop/event_loop.hpp>

namespace weft {

/// Reads and writes any descriptor that can be polled: a pipe, a FIFO, a terminal, a serial line,
/// inotify, an eventfd.
///
/// `open` is called first, in a turn. Each read leads to one call of `data`, so that records are
/// not split or joined. The connection of a terminal ends when the other side hangs up. Writing to
/// a pipe without a reader ends the connection with `std::errc::broken_pipe`, without SIGPIPE. A
/// regular file or directory is refused with `errc::not_pollable`: the system always reports it as
/// ready, and reads of it block.
///
/// All functions must be called on the loop's thread. A raw_file may be destroyed at any point,
/// even in its own handlers: the connection ends at once, and no handler is called. It may outlive
/// the loop.
class raw_file {
public:
    /// Takes over a descriptor, makes it non-blocking and close-on-exec, and closes it when the
    /// connection ends. On error the caller keeps it: `not_pollable`, `forked`, `gone`, or a system
    /// error.
    static result<raw_file> adopt(event_loop& loop, int descriptor, raw_handlers what,
                                  const raw_options& options = {});

    /// Uses a descriptor that the caller owns, and may close once the connection has ended. The
    /// descriptor becomes non-blocking, which affects every descriptor that shares its open file
    /// (such as the other standard streams of a terminal); if it was blocking, it becomes blocking
    /// again at the end. Fails like `adopt`.
    static result<raw_file> borrow(event_loop& loop, int descriptor, raw_handlers what,
                                   const raw_options& options = {});

    ~raw_file();
    raw_file(raw_file&& other) noexcept;
    raw_file& operator=(raw_file&& other) noexcept;

    /// Returns the connection that handlers receive; null once its end has been reported.
    [[nodiscard]] raw_connection* connection() const noexcept;

    /// These act like those of `raw_connection`. After the connection has ended, `send` returns
    /// `closed`, and the others have no effect.
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
    enum class closed_by : bool { raw_file, caller };

    static result<raw_file> open(event_loop& loop, int descriptor, closed_by who,
                                 raw_handlers&& what, const raw_options& options);

    explicit raw_file(std::shared_ptr<loop_state> loop, raw_set* set) noexcept
        : loop_(std::move(loop)), set_(set) {}

    std::shared_ptr<loop_state> loop_;
    raw_set* set_;
};

} // namespace weft
