// SPDX-License-Identifier: MIT
// Compressing and decompressing one message after the other, and the pool of each thread.
#include "deflate/zlib_streams.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <new>
#include <utility>

#include <weft/core/error.hpp>

namespace weft {
namespace {

/// The end of every message, which is not sent. RFC 7692 §7.2.1.
constexpr std::array<std::byte, 4> message_end{std::byte{0}, std::byte{0}, std::byte{0xff},
                                               std::byte{0xff}};

/// zlib cannot compress for a window of 256 bytes. With run-length matches alone, which reach back
/// one byte, any window suffices.
constexpr int compressor_bits_min = 9;

constexpr std::size_t call_size_max = std::numeric_limits<uInt>::max();

voidpf allocate(voidpf counter, uInt count, uInt size) {
    const std::size_t bytes = std::size_t{count} * size;
    void* const made = ::operator new(bytes, std::nothrow);
    if (made) *static_cast<std::size_t*>(counter) += bytes;
    return made;
}

void release(voidpf, voidpf memory) {
    ::operator delete(memory);
}

void set_input(z_stream& zlib, std::span<const std::byte> from) noexcept {
    zlib.next_in = reinterpret_cast<const Bytef*>(from.data());
    zlib.avail_in = static_cast<uInt>(std::min(from.size(), call_size_max));
}

void set_output(z_stream& zlib, std::span<std::byte> to) noexcept {
    zlib.next_out = reinterpret_cast<Bytef*>(to.data());
    zlib.avail_out = static_cast<uInt>(std::min(to.size(), call_size_max));
}

/// The idle streams of a thread. They have been reset, so no message refers to an earlier one.
template <class Stream>
class pool {
public:
    ~pool() { is_gone = true; }

    template <class Settings>
    std::unique_ptr<Stream> take(const Settings& wanted) {
        for (auto& one : idle_) {
            if (one && one->settings() == wanted) return std::move(one);
        }
        return std::make_unique<Stream>(wanted, false);
    }

    void put(std::unique_ptr<Stream> idle) noexcept {
        std::swap(idle_[0], idle_[1]); // the older one is replaced
        idle_[0] = std::move(idle);
    }

    /// Frees `idle` at the end of the thread, after the pool was destroyed.
    static void give_back(Stream* idle) noexcept {
        std::unique_ptr<Stream> owned(idle);
        if (!is_gone) here().put(std::move(owned));
    }

    static pool& here() {
        static thread_local pool of_thread;
        return of_thread;
    }

private:
    static thread_local bool is_gone;
    std::array<std::unique_ptr<Stream>, 2> idle_;
};

template <class Stream>
thread_local bool pool<Stream>::is_gone = false;

} // namespace

zlib_stream::zlib_stream(bool kept) noexcept : kept_(kept) {
    zlib_.zalloc = allocate;
    zlib_.zfree = release;
    zlib_.opaque = &allocated_;
}

// --- compressing

deflater::deflater(const deflate_settings& settings, bool kept)
    : zlib_stream(kept), settings_(settings) {
    const int bits = std::max(settings.window_bits, compressor_bits_min);
    const int strategy = bits == settings.window_bits ? Z_DEFAULT_STRATEGY : Z_RLE;
    const int status = deflateInit2(&zlib_, settings.level, Z_DEFLATED, -bits,
                                    settings.memory_level, strategy);
    if (status != Z_OK) throw std::bad_alloc();
}

deflater::~deflater() {
    deflateEnd(&zlib_);
}

/// zlib's conservative bound for all settings, and the end of the message.
std::size_t deflater::bound(std::size_t size) noexcept {
    constexpr std::size_t ends = 32;
    return size + (size + 7) / 8 + (size + 63) / 64 + ends;
}

result<codec_stream::progress> deflater::run(std::span<const std::byte> from,
                                             std::span<std::byte> to, bool last) {
    const auto made = compress(from, to, last);
    read_ += made.read;
    written_ += made.written;
    return made;
}

/// Flushes at the end of each part, so that the part is output completely and ends at a byte
/// boundary. The flush of the last part ends with `message_end`, which is removed: so it may exceed
/// `to`, into `beyond`, if the rest fits.
codec_stream::progress deflater::compress(std::span<const std::byte> from,
                                          std::span<std::byte> to, bool last) {
    progress made;
    do {
        const auto rest = from.subspan(made.read);
        set_input(zlib_, rest);
        set_output(zlib_, to.subspan(made.written));
        const auto in = zlib_.avail_in;
        const auto out = zlib_.avail_out;
        deflate(&zlib_, in == rest.size() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
        made.read += in - zlib_.avail_in;
        made.written += out - zlib_.avail_out;
    } while (made.written != to.size() && (made.read != from.size() || zlib_.avail_out == 0));
    if (made.read != from.size()) return made;
    std::array<std::byte, 16> beyond;
    std::size_t written_beyond = 0;
    if (zlib_.avail_out == 0 && last) {
        set_output(zlib_, beyond);
        deflate(&zlib_, Z_SYNC_FLUSH);
        written_beyond = beyond.size() - zlib_.avail_out;
    }
    if (zlib_.avail_out == 0) return made;
    made.done = true;
    if (!last) return made;
    const std::size_t all = made.written + written_beyond;
    if (all == 0) { // nothing new since the last flush: an empty block. RFC 7692 §7.2.3.6
        to[0] = std::byte{0};
        made.written = 1;
        return made;
    }
    const std::size_t kept = all - message_end.size();
    made.done = kept <= to.size();
    made.written = std::min(kept, to.size());
    return made;
}

void deflater::finish(bool complete) noexcept {
    if (complete) {
        counters_->sent.fetch_add(read_, std::memory_order_relaxed);
        counters_->sent_compressed.fetch_add(written_, std::memory_order_relaxed);
    }
    if (!kept_ || !complete) deflateReset(&zlib_);
    if (!kept_) pool<deflater>::give_back(this);
}

// --- decompressing

inflater::inflater(int window_bits, bool kept) : zlib_stream(kept), window_bits_(window_bits) {
    if (inflateInit2(&zlib_, -window_bits) != Z_OK) throw std::bad_alloc();
}

inflater::~inflater() {
    inflateEnd(&zlib_);
}

/// Returns what is to be decompressed next: the rest of the payload, then the end of the message.
std::span<const std::byte> inflater::next_input(std::span<const std::byte> rest, bool last) {
    if (!rest.empty() || !last) return rest;
    return std::span(message_end).subspan(tail_read_);
}

result<codec_stream::progress> inflater::run(std::span<const std::byte> from,
                                             std::span<std::byte> to, bool last) {
    const auto made = decompress(from, to, last);
    if (!made) return made;
    read_ += made->read;
    written_ += made->written;
    return made;
}

result<codec_stream::progress> inflater::decompress(std::span<const std::byte> from,
                                                    std::span<std::byte> to, bool last) {
    progress made;
    for (;;) {
        const auto rest = from.subspan(made.read);
        if (rest.empty() && last && ended_) {
            made.done = true;
            return made;
        }
        set_input(zlib_, next_input(rest, last));
        set_output(zlib_, to.subspan(made.written));
        const std::size_t in = zlib_.avail_in;
        const std::size_t out = zlib_.avail_out;
        const int status = inflate(&zlib_, Z_SYNC_FLUSH);
        const std::size_t read = in - zlib_.avail_in;
        (rest.empty() ? tail_read_ : made.read) += read;
        made.written += out - zlib_.avail_out;
        if (status == Z_MEM_ERROR) throw std::bad_alloc();
        if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
            return failure(errc::bad_compressed_data);
        }
        if (read != 0) ended_ = false;
        if (status == Z_STREAM_END) {
            // More may follow a final block, and may refer to what came before. RFC 7692 §7.2.3.4
            inflateResetKeep(&zlib_);
            ended_ = true;
        }
        if (made.written == to.size()) return made; // there may be more
        if (made.read != from.size()) continue;
        if (!last) break;
        if (!ended_ && tail_read_ == message_end.size()) break;
    }
    constexpr int at_end_of_block = 128;
    if (last && (zlib_.data_type & at_end_of_block) == 0) {
        return failure(errc::bad_compressed_data); // the message ends within a block
    }
    made.done = true;
    return made;
}

void inflater::finish(bool complete) noexcept {
    if (complete) {
        counters_->received.fetch_add(written_, std::memory_order_relaxed);
        counters_->received_compressed.fetch_add(read_, std::memory_order_relaxed);
    }
    tail_read_ = 0;
    ended_ = false;
    if (kept_) return;
    inflateReset(&zlib_);
    pool<inflater>::give_back(this);
}

std::unique_ptr<deflater> take_deflater(const deflate_settings& settings) {
    return pool<deflater>::here().take(settings);
}

std::unique_ptr<inflater> take_inflater(int window_bits) {
    return pool<inflater>::here().take(window_bits);
}

} // namespace weft
