// SPDX-License-Identifier: MIT
// A stream over a descriptor of any kind (a pipe, a terminal, inotify, an eventfd), on engines that
// report readiness. POSIX.
#pragma once

#include <memory>

#include "loop/engine.hpp"
#include "loop/network.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

class loop_state;

/// Reads until EAGAIN, because a short read may be one record, followed by others. Interest in
/// writing lasts only while a write is blocked: otherwise each read at the other end of a pipe
/// would wake the loop.
///
/// A write-only descriptor is watched too, to detect that its reader is gone. There is no interest
/// in reading after the end of the input and during a pause.
class file_stream final : public stream, private source {
public:
    /// Makes the descriptor non-blocking, and close-on-exec if it is owned. Fails with
    /// `not_pollable`, or with the system's error; then the descriptor is unchanged.
    static result<std::unique_ptr<stream>> open(loop_state& loop, int descriptor, file_owner whose);

    ~file_stream() override;

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override;

    /// Ends writing to a pipe or a socket; other descriptors cannot be half-closed.
    void half_close() noexcept override;

    /// Closes the descriptor; one that is not owned becomes blocking again if it was so before.
    void close() noexcept override;
    [[nodiscard]] std::size_t input_pending() const noexcept override;
    [[nodiscard]] std::size_t output_pending() const noexcept override;

private:
    explicit file_stream(loop_state& loop) noexcept;

    std::error_code take(int descriptor, file_owner whose) noexcept;
    std::error_code prepare(int descriptor) noexcept;
    void ready(readiness what) noexcept override;
    void run() noexcept override;
    void finish_turn() noexcept override;

    [[nodiscard]] loop_state& loop() const noexcept;
    [[nodiscard]] bool wants_input() const noexcept {
        return !paused_ && !declined_ && !eof_reported_;
    }
    [[nodiscard]] bool has_events() const noexcept;
    void read();
    [[nodiscard]] result<std::size_t> cannot_go_on(std::size_t taken) noexcept;
    [[nodiscard]] ssize_t write_piece(std::span<const std::byte> piece) noexcept;
    void report_end();
    void fail(std::error_code why);
    void update_interest() noexcept;
    [[nodiscard]] bool is_hangup(int error) const noexcept;
    void restore_flags() noexcept;

    owned_descriptor descriptor_; // set even if it is not owned
    stream_events* sink_ = nullptr;
    interest known_{};      // as the engine knows it
    std::error_code broken_; // the engine's error
    bool owned_ = true;
    bool blocked_before_ = false; // the descriptor was blocking, and is made so again
    bool write_only_ = false;
    bool is_device_ = false; // such as a terminal
    bool is_pipe_ = false;
    bool is_socket_ = false;
    bool readable_ = false; // no EAGAIN since the last report
    bool writable_ = false;
    bool hangup_ = false;
    bool blocked_ = false;  // a write was accepted in part
    bool paused_ = false;
    bool declined_ = false; // the sink wanted no bytes
    bool half_closed_ = false;
    bool eof_reported_ = false;
};

} // namespace weft
