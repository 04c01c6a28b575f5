// SPDX-License-Identifier: MIT
// Which compressor and decompressor a message uses: the codec's own, or one of the thread's.
#include "deflate/deflate_codec.hpp"

#include <string>
#include <utility>

namespace weft {

std::string to_string(const deflate_settings& settings) {
    return "deflate " + std::to_string(settings.window_bits) + ' ' +
        std::to_string(settings.level) + ' ' + std::to_string(settings.memory_level);
}

codec_stream* deflate_codec::begin_encoding() {
    const bool keeps = agreed_.sending_takeover;
    if (keeps && !encoder_) encoder_ = std::make_unique<deflater>(agreed_.sending, true);
    if (keeps && std::exchange(encoder_is_stale_, false)) encoder_->forget();
    deflater* const used = keeps ? encoder_.get() : take_deflater(agreed_.sending).release();
    used->begin(*agreed_.counters);
    return used;
}

/// The message is not counted here: `shared_sent` counts it, for each connection that sends it.
codec_stream* deflate_codec::begin_shared_encoding() {
    static deflate_counters not_counted;
    deflater* const used = take_deflater(agreed_.sending).release();
    used->begin(not_counted);
    return used;
}

void deflate_codec::shared_sent(std::size_t size, std::size_t encoded_size) noexcept {
    agreed_.counters->sent.fetch_add(size, std::memory_order_relaxed);
    agreed_.counters->sent_compressed.fetch_add(encoded_size, std::memory_order_relaxed);
    if (agreed_.sending_takeover) encoder_is_stale_ = true;
}

codec_stream* deflate_codec::begin_decoding() {
    const bool keeps = agreed_.receiving_takeover;
    const int bits = agreed_.receiving_bits;
    if (keeps && !decoder_) decoder_ = std::make_unique<inflater>(bits, true);
    inflater* const used = keeps ? decoder_.get() : take_inflater(bits).release();
    used->begin(*agreed_.counters);
    return used;
}

std::size_t deflate_codec::memory_used() const noexcept {
    if (sharable()) return 0;
    return sizeof *this + (encoder_ ? sizeof *encoder_ + encoder_->memory_used() : 0) +
        (decoder_ ? sizeof *decoder_ + decoder_->memory_used() : 0);
}

void deflate_codec::release() noexcept {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

} // namespace weft
