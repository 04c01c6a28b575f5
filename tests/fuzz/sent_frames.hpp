// SPDX-License-Identifier: MIT
// Frames that the library sent, read with every rule that a sender has to keep. RFC 6455 §5.
#pragma once

#include <vector>

#include "fuzz_target.hpp"
#include "support/frame_builder.hpp"

namespace weft::fuzz {

/// One frame, and nothing about it that its sender may not do.
inline void check_sent_frame(const testing::read_frame& frame, std::size_t header, role sender) {
    const std::size_t size = frame.payload.size();
    const bool control = (frame.first & 0x8U) != 0;
    const unsigned code = frame.first & 0xfU;
    must((frame.first & 0x70U) == 0, "a frame that is sent has no reserved bits");
    must(code <= 2 || (code >= 8 && code <= 10), "a frame that is sent has a known opcode");
    must(frame.masked == (sender == role::client), "clients mask, servers do not");
    must(header ==
             2U +
                 (size > 0xffff    ? 8
                      : size > 125 ? 2
                                   : 0) +
                 (frame.masked ? 4 : 0),
         "a length that is sent is the shortest");
    must(!control || (size <= 125 && (frame.first & testing::fin) != 0),
         "a control frame that is sent is short and whole");
}

/// What `sender` has written behind the handshake. `cut` allows for half a frame at the end.
inline std::vector<testing::read_frame> sent_frames(byte_view bytes, role sender, bool cut) {
    std::vector<testing::read_frame> frames;
    testing::read_frame frame;
    bool inside = false;
    for (auto before = bytes.size(); testing::take_frame(bytes, frame); before = bytes.size()) {
        must(frames.empty() || frames.back().code() != opcode::close, "a close frame is the last");
        check_sent_frame(frame, before - bytes.size() - frame.payload.size(), sender);
        if (!is_control(frame.code())) {
            must(inside == (frame.code() == opcode::continuation), "messages are sent in order");
            inside = (frame.first & testing::fin) == 0;
        }
        frames.push_back(frame);
    }
    must(cut || bytes.empty(), "whole frames are sent");
    return frames;
}

} // namespace weft::fuzz
