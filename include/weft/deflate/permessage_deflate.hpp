// SPDX-License-Identifier: MIT
// Compression of messages with permessage-deflate (RFC 7692), on zlib: the options, and the object
// that negotiates it for servers and clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <weft/core/extension.hpp>
#include <weft/core/language.hpp>

namespace weft {

struct deflate_counters;

/// The compression of one direction.
struct deflate_direction {
    /// The size of the compression window is 2 to this power, in bytes: 8 (256 bytes) to 15 (32
    /// KiB). A larger window compresses better and needs more memory on both sides.
    int window_bits = 15;

    /// Whether a compressed message may refer to earlier messages of the connection. If so, small
    /// similar messages become much smaller, but the connection owns a compressor (or a
    /// decompressor) from its first compressed message until its end. If not, the connection needs
    /// one only while it works on a message, and an idle connection needs no memory for
    /// compression.
    bool context_takeover = false;
};

/// Options of compression. A compressor takes about `4 * 2^window_bits + 512 * 2^memory_level`
/// bytes plus 6 KiB: 262 KiB with the defaults. A decompressor takes about `2^window_bits` bytes
/// plus 7 KiB: 39 KiB with the defaults.
struct deflate_options {
    deflate_direction sending = {};   ///< what this side compresses
    deflate_direction receiving = {}; ///< what the peer compresses
    int level = 6;                    ///< zlib's compression level: 1 (fast) to 9 (small)
    int memory_level = 8;             ///< zlib's memLevel of a compressor: 1 to 9
    std::size_t size_min = 64; ///< shorter messages are compressed only with `compression::on`
};

/// Bytes of all complete messages that connections have compressed and decompressed so far.
struct deflate_totals {
    std::uint64_t sent = 0;                ///< before compression
    std::uint64_t sent_compressed = 0;     ///< after it, without frame headers
    std::uint64_t received = 0;            ///< after decompression
    std::uint64_t received_compressed = 0; ///< before it
};

/// Negotiates permessage-deflate. To turn compression on for a route or a client:
///
///     options.connection.extension = std::make_shared<weft::permessage_deflate>();
///
/// A server accepts the first valid offer of the client. Its answer never exceeds its own options,
/// and may reduce what the client offered, as RFC 7692 §7.1 permits. A server may limit the
/// client's window only if the client's offer permits it; otherwise `receiving.window_bits` has no
/// effect. A client offers its options, and fails the connection with `errc::unexpected_extension`
/// or `errc::bad_extension` if the answer exceeds them.
///
/// Any number of connections may share one object, on any threads. Connections without context
/// takeover share compressors and decompressors: each thread keeps up to two of each, until the
/// thread ends.
class permessage_deflate final : public extension_negotiator {
public:
    /// Throws std::invalid_argument, with the name of the option, if an option is out of range.
    explicit permessage_deflate(const deflate_options& options = {});
    ~permessage_deflate() override;
    permessage_deflate(const permessage_deflate&) = delete;
    permessage_deflate& operator=(const permessage_deflate&) = delete;

    [[nodiscard]] std::string offer() override;
    [[nodiscard]] message_codec_ptr choose(std::span<const extension> offers) override;
    [[nodiscard]] result<message_codec_ptr> confirm(const extension& answer) override;

    /// Returns the totals of all connections that have used this object. May be called on any
    /// thread. Messages that were sent uncompressed do not count.
    [[nodiscard]] deflate_totals totals() const noexcept;

private:
    class shared_codecs;

    deflate_options options_;
    std::unique_ptr<shared_codecs> codecs_;
    std::shared_ptr<deflate_counters> counters_; // shared with the codecs, which may live longer
};

} // namespace weft
