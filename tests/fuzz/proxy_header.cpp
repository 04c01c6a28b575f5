// SPDX-License-Identifier: MIT
// What a proxy says of its client: the PROXY protocol's header in both versions, and
// X-Forwarded-For. Whatever the cuts the same is read; what was read can be written and read again.
//
// Input: what to read, two bytes of cuts, then the header.
#include <optional>
#include <string>
#include <vector>

#include <weft/core/error.hpp>

#include "connection/forwarded_for.hpp"
#include "endpoint/proxy_header.hpp"
#include "fuzz_input.hpp"

namespace weft::fuzz::proxy_header_target {
namespace {

byte_view as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

struct outcome {
    proxy_header::state state = proxy_header::state::more;
    std::optional<address> source;
    std::size_t used = 0;
};

outcome read(byte_view bytes, cutter cuts) {
    proxy_header header;
    std::size_t used = 0;
    while (!bytes.empty() && header.status() == proxy_header::state::more) {
        const auto piece = bytes.first(cuts.next(bytes.size()));
        const auto taken = header.feed(piece);
        must(taken <= piece.size(), "a reader takes what there is");
        must(taken == piece.size() || header.status() != proxy_header::state::more,
             "a reader that wants more takes all");
        used += taken;
        bytes = bytes.subspan(piece.size());
    }
    must(used <= proxy_header::size_max, "a header is limited");
    must(!header.source() || header.status() == proxy_header::state::done,
         "only a whole header names somebody");
    return {header.status(), header.source(), used};
}

outcome read_whole(byte_view bytes) {
    fuzz_input uncut({});
    return read(bytes, cutter(uncut));
}

/// The line of version 1 for `source`.
std::string line_for(const address& source) {
    const bool is_ipv6 = source.kind() == address::family::ipv6;
    const auto host = source.host();
    return std::string("PROXY ") + (is_ipv6 ? "TCP6 " : "TCP4 ") + host + ' ' + host + ' ' +
        std::to_string(source.port()) + " 0\r\n";
}

/// The specification's own layout of version 2: where its length, its source and its port stand.
void check_binary(const outcome& whole, byte_view header) {
    const auto at = [&](std::size_t index) { return std::to_integer<unsigned>(header[index]); };
    must(header.size() == 16 + at(14) * 256 + at(15), "a header is as long as it says");
    must(at(12) == 0x20 || at(12) == 0x21, "it is of version 2");
    const bool is_ipv6 = at(13) == 0x21;
    const bool names = at(12) == 0x21 && (at(13) == 0x11 || is_ipv6);
    must(whole.source.has_value() == names, "it names a source when it says so");
    if (!names) return;
    const std::size_t size = is_ipv6 ? 16 : 4;
    for (std::size_t i = 0; i < size; ++i)
        must(whole.source->bytes()[i] == at(16 + i), "and this one");
    const std::size_t port = 16 + 2 * size;
    must(whole.source->port() == at(port) * 256 + at(port + 1), "with its port");
}

void try_proxy_protocol(byte_view bytes, cutter cuts) {
    const auto whole = read_whole(bytes);
    const auto pieces = read(bytes, cuts);
    must(whole.state == pieces.state, "cuts do not change the verdict");
    must(whole.source == pieces.source, "cuts do not change the source");
    if (whole.state != proxy_header::state::done) return;
    must(whole.used == pieces.used, "cuts do not change the end");
    const auto header = bytes.first(whole.used);
    must(read_whole(header.first(header.size() - 1)).state == proxy_header::state::more,
         "a header ends with its last byte");
    if (fuzz_input::as_text(header).starts_with('P')) {
        must(header.size() <= 107 && fuzz_input::as_text(header).ends_with("\r\n"),
             "version 1 is a line");
    } else {
        check_binary(whole, header);
    }
    if (!whole.source) return;
    const auto again = read_whole(as_bytes(line_for(*whole.source)));
    must(again.state == proxy_header::state::done && again.source == whole.source,
         "a source reads as it is written");
}

// --- X-Forwarded-For

/// Each line of the input is a field's value.
void try_forwarded_for(fuzz_input input) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    while (input.size() != 0)
        head.append("X-Forwarded-For: ").append(input.text_until('\n')).append("\r\n");
    head.append("\r\n");
    http_head_parser parser(http_kind::request);
    if (parser.feed(as_bytes(head)) != head.size()) return;
    if (parser.status() != http_head_parser::state::done) return;
    const auto request = parser.take_request();
    const auto from = address::ipv4({10, 0, 0, 1}, 1);
    const std::vector<address_prefix> trusted = {*address_prefix::parse("10.0.0.0/8"),
                                                 *address_prefix::parse("fd00::/8")};
    const auto nobody = forwarded_for(request, from, {});
    const auto found = forwarded_for(request, from, trusted);
    for (const auto* one : {&nobody, &found}) {
        must(*one || one->error() == errc::bad_forwarded_for, "it is refused for a reason");
        must(!*one || (*one)->is_ip() || (*one)->kind() == address::family::none,
             "it names somebody or nobody");
    }
    must(!found || nobody, "the nearest entry is read whoever is trusted");
    must(!nobody || is_one_of(trusted, *nobody) || (found && *found == *nobody),
         "who is not trusted is the last to be believed");
    if (request.header_count("X-Forwarded-For") == 0) {
        must(found && *found == from, "without the header it is who has sent it");
    }
}

void run(byte_view bytes) {
    fuzz_input input(bytes);
    const unsigned what = input.byte();
    const cutter cuts(input);
    if (what % 4 == 3) return try_forwarded_for(input);
    try_proxy_protocol(input.rest(), cuts);
}

const fuzz_target proxy_header_target("proxy_header", run);

} // namespace
} // namespace weft::fuzz::proxy_header_target
