// SPDX-License-Identifier: MIT
// A stream over a connected socket, on engines that report readiness. POSIX.
#pragma once

#include <sys/types.h>

#include "loop/engine.hpp"
#include "loop/network.hpp"

namespace weft {

class loop_state;

/// A stream over a socket that is registered once, edge-triggered. Reads until a short read or
/// EAGAIN.
///
/// A short read means that everything was read, with two exceptions, in which the stream reads
/// until EAGAIN: the engine has reported an end or an urgent mark (TCP urgent data, which is
/// dropped), or a read of a Unix-domain socket stopped at a boundary between messages (see
/// `receive`). On Linux, after an urgent mark was reported, each read from a TCP socket reports
/// whether it has left any input.
///
/// TCP sockets stay registered for both directions. On a Unix-domain socket, each read by the peer
/// makes room and would wake the loop, so interest in writing lasts only while a write is blocked.
/// After closing, the stream keeps the two addresses for handlers.
///
/// If a pause lasts longer than its turn, the interest in reading is withdrawn, so that a peer that
/// continues to send does not wake the loop.
class socket_stream final : public socket_transport, private source {
public:
    /// Takes over `connected`, which is non-blocking.
    socket_stream(loop_state& loop, owned_socket connected) noexcept;
    ~socket_stream() override;

    void hold(owned_socket connected) noexcept override { descriptor_ = std::move(connected); }
    [[nodiscard]] owned_socket release() noexcept override { return std::move(descriptor_); }
    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override;
    void half_close() noexcept override;
    void close() noexcept override;
    void close_with_reset() noexcept override;
    [[nodiscard]] address local_address() const override;
    [[nodiscard]] address remote_address() const override;
    [[nodiscard]] std::size_t input_pending() const noexcept override;
    [[nodiscard]] std::size_t output_pending() const noexcept override;

private:
    /// The addresses of a socket that has been closed.
    struct ends;

    void ready(readiness what) noexcept override;
    void run() noexcept override;
    void finish_turn() noexcept override;

    void release_descriptor() noexcept;
    [[nodiscard]] loop_state& loop() const noexcept;
    std::error_code enroll() noexcept;
    [[nodiscard]] interest wanted() const noexcept;
    void mark_reported() noexcept;
    [[nodiscard]] bool has_events() const noexcept;
    [[nodiscard]] bool reads() const noexcept;
    void read();
    [[nodiscard]] ssize_t receive(std::span<std::byte> buffer, bool& cut) const noexcept;
    void read_all() noexcept;
    void fail(std::error_code why);
    void wait_for_room() noexcept;
    void update_interest() noexcept;

    bool readable_ : 1 = false;
    bool writable_ : 1 = false;
    bool cut_ : 1 = false; // an end or an urgent mark was reported: read until EAGAIN
    bool counts_ : 1 = false; // each read reports whether input is left
    bool blocked_ : 1 = false;  // a write was accepted in part
    bool paused_ : 1 = false;
    bool declined_ : 1 = false; // the sink wants no bytes, and calls `resume` later
    bool interested_ : 1 = false;     // in reading, as registered with the engine
    bool waits_for_room_ : 1 = false; // in writing, likewise
    bool registered_ : 1 = false;
    bool local_ : 1 = false; // a Unix-domain socket
    bool eof_reported_ : 1 = false;
    bool remembers_ : 1 = false; // `ends_` is set instead of `sink_`
    owned_socket descriptor_;
    union {
        stream_events* sink_ = nullptr;
        ends* ends_; // if `remembers_`; only once closed
    };
};

} // namespace weft
