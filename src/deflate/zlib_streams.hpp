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

/// A zlib state whose memory comes from `operator new`, and is counted.
class zlib_memory {
protected:
    zlib_memory() noexcept;

    void begin_counting(deflate_counters& counters) noexcept {
        counters_ = &counters;
        read_ = written_ = 0;
    }

    z_stream zlib_ = {};
    std::size_t allocated_ = 0;
    deflate_counters* counters_ = nullptr; // of the message in progress
    std::uint64_t read_ = 0;               // bytes of the message in progress
    std::uint64_t written_ = 0;
};

/// Compresses messages.
class deflater final : public codec_stream, private zlib_memory {
public:
    /// Throws std::bad_alloc. If `kept`, `finish` leaves the stream to its owner; otherwise it goes
    /// to the thread's pool.
    deflater(const deflate_settings& settings, bool kept);
    ~deflater();
    deflater(const deflater&) = delete;
    deflater& operator=(const deflater&) = delete;

    /// Begins a message, whose bytes `finish` adds to `counters`.
    void begin(deflate_counters& counters) noexcept { begin_counting(counters); }

    [[nodiscard]] result<progress> run(std::span<const std::byte> from, std::span<std::byte> to,
                                       bool last) override;
    void finish(bool complete) noexcept override;
    [[nodiscard]] std::size_t memory_used() const noexcept override { return allocated_; }

    [[nodiscard]] const deflate_settings& settings() const noexcept { return settings_; }
    [[nodiscard]] static std::size_t bound(std::size_t size) noexcept;

private:
    [[nodiscard]] progress compress(std::span<const std::byte> from, std::span<std::byte> to,
                                    bool last);

    deflate_settings settings_;
    bool kept_;
};

/// Decompresses messages.
class inflater final : public codec_stream, private zlib_memory {
public:
    /// As for a deflater.
    inflater(int window_bits, bool kept);
    ~inflater();
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;

    /// Begins a message, whose bytes `finish` adds to `counters`.
    void begin(deflate_counters& counters) noexcept { begin_counting(counters); }

    [[nodiscard]] result<progress> run(std::span<const std::byte> from, std::span<std::byte> to,
                                       bool last) override;
    void finish(bool complete) noexcept override;
    [[nodiscard]] std::size_t memory_used() const noexcept override { return allocated_; }

    [[nodiscard]] int settings() const noexcept { return window_bits_; }

private:
    [[nodiscard]] result<progress> decompress(std::span<const std::byte> from,
                                              std::span<std::byte> to, bool last);
    [[nodiscard]] std::span<const std::byte> next_input(std::span<const std::byte> rest, bool last);
    void begin_next_stream();

    int window_bits_;
    bool kept_;
    bool ended_ = false;         // a final block was the last input
    std::size_t tail_read_ = 0;  // bytes of the end of the message that were decompressed
};

/// Takes one from the thread's pool, or makes one. Throws std::bad_alloc.
[[nodiscard]] std::unique_ptr<deflater> take_deflater(const deflate_settings& settings);
[[nodiscard]] std::unique_ptr<inflater> take_inflater(int window_bits);

} // namespace weft
