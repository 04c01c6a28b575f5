// SPDX-License-Identifier: MIT
// Fuzzes the decompression of a peer's messages: wherever the input is cut, the result must be the
// same message or the same error. Also checks that what Weft compresses can be decompressed again.
//
// Input: one byte for the window bits and for whether context is kept, two bytes for the cuts, then
// two messages of the same connection; a byte before the first one gives its length.
#include <algorithm>
#include <vector>

#include <weft/core/error.hpp>
#include <weft/deflate/permessage_deflate.hpp>

#include "fuzz_input.hpp"

namespace weft::fuzz::compression_target {
namespace {

constexpr std::size_t size_max = 1 << 16; // a session has such a limit, too

struct outcome {
    std::error_code error;
    std::vector<std::byte> plain; // without the output of a call that failed
};

constexpr std::size_t room_max = 4096;

/// Returns true also near the limit, where one run may stop before an error that the other reaches.
bool same(const outcome& a, const outcome& b) {
    const std::size_t longer = std::max(a.plain.size(), b.plain.size());
    if (longer + 2 * room_max > size_max) return true;
    return a.error == b.error && (a.error || a.plain == b.plain);
}

message_codec_ptr codec_for(unsigned choice) {
    deflate_options options;
    options.receiving.window_bits = options.sending.window_bits = 8 + static_cast<int>(choice % 8);
    options.receiving.context_takeover = options.sending.context_takeover = choice >= 128;
    permessage_deflate by(options);
    const std::vector<extension> offers{
        {"permessage-deflate", {{"client_max_window_bits", std::nullopt}}}};
    return by.choose(offers);
}

/// Decompresses until the end, an error, or the limit.
outcome decompress(message_codec& by, byte_view from, cutter cuts, std::size_t room) {
    outcome all;
    codec_stream* const work = by.begin_decoding();
    std::vector<std::byte> to(room);
    bool done = false;
    while (!done && all.plain.size() < size_max) {
        const auto piece = from.empty() ? from : from.first(cuts.next(from.size()));
        const bool last = piece.size() == from.size();
        const auto made = work->run(piece, to, last);
        if (!made) {
            must(made.error() == errc::bad_compressed_data, "it fails for a reason");
            all.error = made.error();
            break;
        }
        must(made->read <= piece.size() && made->written <= to.size(), "it takes what there is");
        must(made->done || made->read != 0 || made->written != 0, "it goes on");
        all.plain.insert(all.plain.end(), to.begin(),
                         to.begin() + static_cast<std::ptrdiff_t>(made->written));
        from = from.subspan(made->read);
        done = made->done && last;
    }
    if (all.plain.size() > size_max) all.plain.resize(size_max);
    work->finish(done);
    return all;
}

std::vector<std::byte> compress(message_codec& by, byte_view from) {
    std::vector<std::byte> to(by.bound(from.size()));
    codec_stream* const work = by.begin_encoding();
    const auto made = work->run(from, to, true);
    must(made && made->done && made->read == from.size(), "the bound is enough");
    work->finish(true);
    to.resize(made->written);
    return to;
}

void run(byte_view bytes) {
    fuzz_input input(bytes);
    const unsigned choice = input.byte();
    const cutter cuts(input);
    const std::vector<byte_view> messages{input.section().rest(), input.rest()};
    const auto whole = codec_for(choice);
    const auto pieces = codec_for(choice);
    for (const auto message : messages) {
        fuzz_input uncut({});
        const auto expected = decompress(*whole, message, cutter(uncut), room_max);
        const auto again = decompress(*pieces, message, cuts, 1 + choice % 100);
        must(same(expected, again), "cuts change nothing");
        if (expected.error || again.error || expected.plain.size() == size_max) break;
    }
    const auto sender = codec_for(choice);
    const auto receiver = codec_for(choice);
    for (const auto message : messages) {
        const auto received = decompress(*receiver, compress(*sender, message), cuts, 512);
        must(!received.error, "what was compressed can be decompressed");
        must(std::ranges::equal(received.plain, message), "and comes back as it was");
    }
}

const fuzz_target compression_target("compression", run);

} // namespace
} // namespace weft::fuzz::compression_target
