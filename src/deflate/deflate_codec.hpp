// SPDX-License-Identifier: MIT
// The codec of a connection that agreed on permessage-deflate. Without context takeover, one codec
// serves all connections that agreed on the same parameters.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <weft/core/message_codec.hpp>

#include "deflate/zlib_streams.hpp"

namespace weft {

/// What was agreed, as seen from this side.
struct agreed_deflate {
    std::string answer; // the value of Sec-WebSocket-Extensions
    deflate_settings sending;
    bool sending_takeover = false;
    int receiving_bits = 15;
    bool receiving_takeover = false;
    std::size_t size_min = 0;
    std::shared_ptr<deflate_counters> counters;

    friend bool operator==(const agreed_deflate&, const agreed_deflate&) = default;
};

[[nodiscard]] std::string to_string(const deflate_settings& settings);

class deflate_codec final : public message_codec {
public:
    explicit deflate_codec(agreed_deflate agreed)
        : agreed_(std::move(agreed)), shared_(to_string(agreed_.sending)) {}

    [[nodiscard]] std::string_view agreed() const noexcept override { return agreed_.answer; }
    [[nodiscard]] bool encodes(std::size_t size, bool) const noexcept override {
        return size >= agreed_.size_min;
    }
    [[nodiscard]] std::size_t bound(std::size_t size) const noexcept override {
        return deflater::bound(size);
    }
    [[nodiscard]] codec_stream* begin_encoding() override;
    [[nodiscard]] codec_stream* begin_decoding() override;
    [[nodiscard]] std::string_view shared_settings() const noexcept override { return shared_; }
    [[nodiscard]] codec_stream* begin_shared_encoding() override;
    void shared_sent(std::size_t size, std::size_t encoded_size) noexcept override;
    [[nodiscard]] std::size_t memory_used() const noexcept override;
    void release() noexcept override;

    [[nodiscard]] const agreed_deflate& parameters() const noexcept { return agreed_; }

    /// Returns whether it keeps no context, so that connections can share it.
    [[nodiscard]] bool sharable() const noexcept {
        return !agreed_.sending_takeover && !agreed_.receiving_takeover;
    }

    /// Adds an owner, who must call `release`.
    [[nodiscard]] message_codec_ptr share() noexcept {
        owners_.fetch_add(1, std::memory_order_relaxed);
        return message_codec_ptr(this);
    }

private:
    ~deflate_codec() override = default;

    agreed_deflate agreed_;
    std::string shared_;                // the settings of messages that are compressed once for all
    bool encoder_is_stale_ = false;     // its next message must not refer to earlier ones
    std::unique_ptr<deflater> encoder_; // with takeover, from its first message on
    std::unique_ptr<inflater> decoder_;
    std::atomic<std::size_t> owners_{1};
};

} // namespace weft
