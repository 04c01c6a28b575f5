// SPDX-License-Identifier: MIT
// A descriptor of any kind as a stream, on engines that report readiness: a pipe, a terminal,
// inotify, an eventfd. POSIX.
#pragma once

#include <memory>

#include "loop/engine.hpp"
#include "loop/network.hpp"
#include "loop/posix/descriptor.hpp"

namespace weft {

class loop_state;

/// It reads until EAGAIN: what one read gives may be a record, whose size says nothing about what
/// else is there. Interest in writing lasts while a write is blocked: otherwise each read of a
/// pipe's other end would wake us.
///
/// A descriptor that is only written to is watched for the end of its reader. The end of the input
/// ends the interest in reading; so does a pause.
class file_stream final : public stream, private source {
public:
    /// Sets the descriptor not to block, and to close on exec if it is owned. On error it is as it
    /// was: `not_pollable`, or what the system says.
    static result<std::unique_ptr<stream>> open(loop_state& loop, int descriptor, file_owner whose);

    ~file_stream() override;

    void start(stream_events& sink) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override;

    /// The end of a pipe's writing end or of a socket; other descriptors know no such thing.
    void half_close() noexcept override;

    /// Gives its owner back a descriptor that blocks if it did so before.
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
        return !paused_ && !declined_ && !eof_told_;
    }
    [[nodiscard]] bool has_news() const noexcept;
    void read();
    [[nodiscard]] result<std::size_t> cannot_go_on(std::size_t taken) noexcept;
    [[nodiscard]] ssize_t write_piece(std::span<const std::byte> piece) noexcept;
    void tell_end();
    void fail(std::error_code why);
    void update_interest() noexcept;
    [[nodiscard]] bool is_hangup(int error) const noexcept;
    void restore_flags() noexcept;

    owned_descriptor descriptor_; // also when it is not owned
    stream_events* sink_ = nullptr;
    interest known_{};      // to the engine
    std::error_code broken_; // what that has refused
    bool owned_ = true;
    bool blocked_before_ = false; // the descriptor, and is to do so again
    bool write_only_ = false;
    bool is_device_ = false; // such as a terminal
    bool is_pipe_ = false;
    bool is_socket_ = false;
    bool readable_ = false; // since its last EAGAIN
    bool writable_ = false;
    bool hangup_ = false;
    bool blocked_ = false;  // a write took only a part
    bool paused_ = false;
    bool declined_ = false; // by the sink
    bool half_closed_ = false;
    bool eof_told_ = false;
};

} // namespace weft
