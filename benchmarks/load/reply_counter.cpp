// SPDX-License-Identifier: MIT
//
// Counts what comes back. Knows no socket and no clock.

#include "reply_counter.hpp"

#include <algorithm>
#include <stdexcept>

namespace weft::load {
namespace {

constexpr unsigned fin = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned compressed_bit = 0x40;
constexpr unsigned control_bit = 0x08;
constexpr unsigned opcode_bits = 0x0f;
constexpr unsigned continuation_opcode = 0x00;
constexpr unsigned binary_opcode = 0x02;
constexpr unsigned close_opcode = 0x08;
constexpr unsigned masked = 0x80;
constexpr std::size_t compared_messages = 4;

void require(bool holds, const char* otherwise) {
    if (!holds) throw std::runtime_error{otherwise};
}

}  // namespace

std::size_t raw_reply_counter::receive(std::string_view bytes) {
    const std::size_t total = partial_ + bytes.size();
    partial_ = total % message_size_;
    return total / message_size_;
}

std::size_t frame_reply_counter::receive(std::string_view bytes) {
    std::size_t completed = 0;
    while (!bytes.empty()) {
        bytes = in_payload_ ? take_payload(bytes) : take_header(bytes);
        if (in_payload_ && frame_left_ == 0 && end_frame()) ++completed;
    }
    return completed;
}

std::string_view frame_reply_counter::take_header(std::string_view bytes) {
    const std::size_t taken = std::min(header_size() - header_filled_, bytes.size());
    std::copy_n(bytes.data(), taken, header_.begin() + static_cast<std::ptrdiff_t>(header_filled_));
    header_filled_ += taken;
    if (header_filled_ == header_size()) begin_frame();
    return bytes.substr(taken);
}

// The second byte says how long the header is, so until it is there two bytes are wanted.
std::size_t frame_reply_counter::header_size() const {
    if (header_filled_ < 2) return 2;
    return header_[1] < 126 ? 2 : header_[1] == 126 ? 4 : 10;
}

void frame_reply_counter::begin_frame() {
    require((header_[1] & masked) == 0, "the server masked a frame");
    const unsigned opcode = header_[0] & opcode_bits;
    const bool may_be_compressed = compressed_ && opcode == binary_opcode;
    const unsigned allowed = may_be_compressed ? compressed_bit : 0;
    require((header_[0] & reserved_bits) == allowed, "the server set or left out a reserved bit");
    require(opcode != close_opcode, "the server closed the connection");
    control_ = (opcode & control_bit) != 0;
    require(control_ || opcode == binary_opcode || opcode == continuation_opcode,
            "the server sent a message that is not binary");
    frame_left_ = header_[1];
    if (header_filled_ > 2) {
        frame_left_ = 0;
        for (std::size_t i = 2; i < header_filled_; ++i) {
            frame_left_ = frame_left_ << 8 | header_[i];
        }
    }
    in_payload_ = true;
}

std::string_view frame_reply_counter::take_payload(std::string_view bytes) {
    const std::size_t taken = std::min<std::uint64_t>(frame_left_, bytes.size());
    if (!control_) {
        if (!compressed_ && messages_ < compared_messages) compare(bytes.substr(0, taken));
        message_received_ += taken;
    }
    frame_left_ -= taken;
    return bytes.substr(taken);
}

void frame_reply_counter::compare(std::string_view bytes) const {
    require(message_received_ + bytes.size() <= payload_.size() &&
                payload_.substr(message_received_, bytes.size()) == bytes,
            "the echo differs from what was sent");
}

bool frame_reply_counter::end_frame() {
    in_payload_ = false;
    header_filled_ = 0;
    if (control_ || (header_[0] & fin) == 0) return false;
    require(compressed_ || message_received_ == payload_.size(),
            "the echo has another length than the message");
    message_received_ = 0;
    ++messages_;
    return true;
}

}  // namespace weft::load
