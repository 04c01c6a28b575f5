// SPDX-License-Identifier: MIT
// Negotiates codecs, and runs messages through them without a session.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include <weft/core/error.hpp>
#include <weft/deflate/permessage_deflate.hpp>

#include "support/frame_builder.hpp"

namespace weft::testing {

/// Context takeover in both directions.
inline const deflate_options with_context{.sending = {.context_takeover = true},
                                          .receiving = {.context_takeover = true}};

/// Returns the codec that a server chooses for a client's Sec-WebSocket-Extensions; null if it
/// declines.
inline message_codec_ptr chosen(permessage_deflate& by, std::string_view offers) {
    const auto parsed = parse_extensions(offers);
    EXPECT_TRUE(parsed) << offers;
    return parsed ? by.choose(*parsed) : nullptr;
}

inline result<message_codec_ptr> confirmed(permessage_deflate& by, std::string_view answer) {
    const auto parsed = parse_extensions(answer);
    EXPECT_TRUE(parsed && parsed->size() == 1) << answer;
    return by.confirm(parsed->front());
}

/// Runs one message through a codec stream, with at most `piece` bytes of input and `room` bytes of
/// output in each call.
inline result<byte_string> run_through(codec_stream& by, const byte_string& from,
                                       std::size_t piece, std::size_t room) {
    byte_string all;
    byte_string buffer(room);
    std::size_t at = 0;
    for (;;) {
        const std::size_t size = std::min(piece, from.size() - at);
        const bool last = at + size == from.size();
        const auto made = by.run(std::span(from).subspan(at, size), buffer, last);
        if (!made) {
            by.finish(false);
            return failure(made.error());
        }
        at += made->read;
        all.insert(all.end(), buffer.begin(),
                   buffer.begin() + static_cast<std::ptrdiff_t>(made->written));
        if (made->done && last) break;
    }
    by.finish(true);
    return all;
}

/// Encodes a whole message as a session does.
inline byte_string encoded(message_codec& by, std::string_view text) {
    codec_stream* const work = by.begin_encoding();
    byte_string to(by.bound(text.size()));
    const auto made = work->run(to_bytes(text), to, true);
    EXPECT_TRUE(made && made->done && made->read == text.size());
    work->finish(true);
    if (made) to.resize(made->written);
    return to;
}

inline result<byte_string> decoded(message_codec& by, const byte_string& from,
                                   std::size_t piece = 1 << 20, std::size_t room = 1 << 16) {
    return run_through(*by.begin_decoding(), from, piece, room);
}

} // namespace weft::testing
