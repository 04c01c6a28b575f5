// SPDX-License-Identifier: MIT
// Which compressor and decompressor a message uses: the codec's own, or one of the thread's.
#include "deflate/deflate_codec.hpp"

namespace weft {

codec_stream* deflate_codec::begin_encoding() {
    const bool keeps = agreed_.sending_takeover;
    if (keeps && !encoder_) encoder_ = std::make_unique<deflater>(agreed_.sending, true);
    deflater* const used = keeps ? encoder_.get() : take_deflater(agreed_.sending).release();
    used->begin(*agreed_.counters);
    return used;
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
