// SPDX-License-Identifier: MIT
// zlib's raw deflate as `codec_stream`s: one compresses messages and one decompresses them. RFC
// 7692 §7.2.
#pragma once

#define ZLIB_CONST
#include <zlib.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <weft/core/message_codec.hpp>

namespace weft {

/// What the memory of a compressor depends on.
struct deflate_settings {
    int window_bits = 15;
    int level = 6;
    int memory_level = 8;

    friend bool operator==(const deflate_settings&, const deflate_settings&) = default;
};

/// Counts bytes of messages; several threads may add to it.
struct deflate_counters {
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> sent_compressed{0};
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> received_compressed{0};
};

/// What a compressor and a decompressor share: a zlib state, whose memory comes from `operator new`
/// and is counted, and the bytes of the message in progress.
class zlib_stream : public codec_stream {
public:
    zlib_stream(const zlib_stream&) = delete;
    zlib_stream& operator=(const zlib_stream&) = delete;

    /// Begins a message, whose bytes `finish` adds to `counters`.
    void begin(deflate_counters& counters) noexcept {
        counters_ = &counters;
        read_ = written_ = 0;
    }

    [[nodiscard]] std::size_t memory_used() const noexcept override { return allocated_; }

protected:
    /// If `kept`, `finish` leaves the stream to its owner; otherwise it goes to the thread's pool.
    explicit zlib_stream(bool kept) noexcept;
    ~zlib_stream() = default;

    z_stream zlib_ = {};
    std::size_t allocated_ = 0;
    deflate_counters* counters_ = nullptr; // of the message in progress
    std::uint64_t read_ = 0;               // bytes of the message in progress
    std::uint64_t written_ = 0;
    bool kept_;
};

/// Compresses messages.
class deflater final : public zlib_stream {
public:
    /// Throws std::bad_alloc.
    deflater(const deflate_settings& settings, bool kept);
    ~deflater();

    [[nodiscard]] result<progress> run(std::span<const std::byte> from, std::span<std::byte> to,
                                       bool last) override;
    void finish(bool complete) noexcept override;

    /// Forgets all earlier messages: the next one does not refer to them.
    void forget() noexcept { deflateReset(&zlib_); }

    [[nodiscard]] const deflate_settings& settings() const noexcept { return settings_; }
    [[nodiscard]] static std::size_t bound(std::size_t size) noexcept;

private:
    [[nodiscard]] progress compress(std::span<const std::byte> from, std::span<std::byte> to,
                                    bool last);

    deflate_settings settings_;
};

/// Decompresses messages.
class inflater final : public zlib_stream {
public:
    /// Throws std::bad_alloc.
    inflater(int window_bits, bool kept);
    ~inflater();

    [[nodiscard]] result<progress> run(std::span<const std::byte> from, std::span<std::byte> to,
                                       bool last) override;
    void finish(bool complete) noexcept override;

    [[nodiscard]] int settings() const noexcept { return window_bits_; }

private:
    [[nodiscard]] result<progress> decompress(std::span<const std::byte> from,
                                              std::span<std::byte> to, bool last);
    [[nodiscard]] std::span<const std::byte> next_input(std::span<const std::byte> rest, bool last);

    int window_bits_;
    bool ended_ = false;        // the last input ended with a final block
    std::size_t tail_read_ = 0; // bytes of the end of the message that were decompressed
};

/// Takes a compressor with these settings from the thread's pool, or makes one. Throws
/// std::bad_alloc.
[[nodiscard]] std::unique_ptr<deflater> take_deflater(const deflate_settings& settings);
[[nodiscard]] std::unique_ptr<inflater> take_inflater(int window_bits);

} // namespace weft
