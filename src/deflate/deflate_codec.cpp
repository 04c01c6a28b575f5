// SPDX-License-Identifier: MIT
// Which compressor and decompressor a message uses: the codec's own, or one of the thread's.
#include "deflate/deflate_codec.hpp"

namespace weft {

codec_stream* deflate_codec::begin_encoding() {
    if (!agreed_.sending_takeover) return take_deflater(agreed_.sending).release();
    if (!encoder_) encoder_ = std::make_unique<deflater>(agreed_.sending, true);
    return encoder_.get();
}

codec_stream* deflate_codec::begin_decoding() {
    if (!agreed_.receiving_takeover) return take_inflater(agreed_.receiving_bits).release();
    if (!decoder_) decoder_ = std::make_unique<inflater>(agreed_.receiving_bits, true);
    return decoder_.get();
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
