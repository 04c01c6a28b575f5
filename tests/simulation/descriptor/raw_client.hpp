// SPDX-License-Identifier: MIT
// A client made of a plain socket: it writes and reads when the test asks, and goes as rudely as
// one wants. It counts what it has delivered and received.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <weft/core/address.hpp>

#include "support/frame_builder.hpp"

namespace weft::testing {

class raw_client {
public:
    /// Connects, and lets the handshake for `target` wait in the queue.
    raw_client(const address& server, std::string_view target, bool small_buffer);
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;
    ~raw_client() { end(); }

    /// Queues a message; `flush` writes what is queued, as far as `limit` and the kernel allow.
    void queue(std::string_view text);
    void flush(std::size_t limit = SIZE_MAX);
    [[nodiscard]] bool queued() const { return written_ != out_.size(); }

    /// Reads until nothing is there; answers a close frame with one.
    void read();

    /// Whether all that has arrived here was read.
    [[nodiscard]] bool nothing_to_read() const;

    /// Says that it will send no more; closes; closes with a reset.
    void half_close();
    void end();
    void reset();

    /// Messages of which the kernel has every byte, and such that were read.
    [[nodiscard]] std::size_t delivered() const { return delivered_; }
    [[nodiscard]] std::size_t received() const { return received_; }
    [[nodiscard]] bool shook_hands() const { return queued_ends_.empty() || handshake_written_; }

    /// The server was sent the end, by FIN or by reset; or it has sent its own.
    [[nodiscard]] bool over() const { return over_; }
    [[nodiscard]] bool answered_close() const { return close_queued_ && !queued(); }
    [[nodiscard]] bool server_is_gone() const { return server_is_gone_; }

private:
    void queue_bytes(const byte_string& bytes);
    void count_frames(std::span<const std::byte> bytes);

    int socket_ = -1;
    frame_builder frames_{role::client};
    byte_string out_;
    std::size_t written_ = 0;
    std::vector<std::size_t> queued_ends_; // where the messages end in `out_`
    bool handshake_written_ = false;
    std::size_t handshake_size_ = 0;
    std::size_t delivered_ = 0;
    std::size_t received_ = 0;
    bool over_ = false;
    bool close_queued_ = false;
    bool server_is_gone_ = false;

    unsigned head_matched_ = 0;    // of the blank line that ends the response
    byte_string header_;           // of the frame that is being read
    std::uint64_t payload_left_ = 0;
    bool in_payload_ = false;
};

} // namespace weft::testing
