// SPDX-License-Identifier: MIT
// The other end of a connection's stream, by hand: bytes in, bytes out, legal or not.
#pragma once

#include <memory>
#include <string>

#include <weft/stream/memory_pipe.hpp>

#include "support/canned_handshake.hpp"
#include "support/frame_builder.hpp"

namespace weft::testing {

class raw_peer final : public stream_events {
public:
    explicit raw_peer(std::unique_ptr<memory_stream> end) : end_(std::move(end)) {
        end_->start(*this);
    }

    byte_string received;
    bool eof = false;
    std::error_code error;
    bool answers_eof = true; ///< closes as soon as the other side has ended

    void write(std::span<const std::byte> bytes) {
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
        flush();
    }
    void write(std::string_view text) { write(to_bytes(text)); }

    [[nodiscard]] std::string text() const { return to_text(received); }

    /// What came behind the HTTP head.
    [[nodiscard]] std::vector<read_frame> frames() const {
        const auto head = text().find("\r\n\r\n");
        if (head == std::string::npos) return {};
        return read_frames(std::span(received).subspan(head + 4));
    }

    [[nodiscard]] unsigned close_code() const {
        for (const auto& frame : frames()) {
            if (frame.code() == opcode::close) return frame.close_code();
        }
        return 0;
    }

    [[nodiscard]] memory_stream& end() { return *end_; }

private:
    bool wants_bytes() noexcept override { return true; }
    void on_receive(std::span<std::byte> bytes) override {
        received.insert(received.end(), bytes.begin(), bytes.end());
    }
    void on_eof() override {
        eof = true;
        if (answers_eof) end_->close();
    }
    void on_writable() override { flush(); }
    void on_error(std::error_code why) override { error = why; }

    void flush() {
        if (waiting_.empty()) return;
        const std::span<const std::byte> piece(waiting_);
        const auto taken = end_->write(std::span(&piece, 1));
        if (!taken) return waiting_.clear();
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(*taken));
    }

    std::unique_ptr<memory_stream> end_;
    byte_string waiting_;
};

} // namespace weft::testing
