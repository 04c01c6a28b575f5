// SPDX-License-Identifier: MIT
// Splits the bytes of servers into answers, and compares answers.
#include <weft/testing/answers.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

#include <weft/core/frame.hpp>

namespace weft::testing {
namespace {

using answer_kind = answer::kind;

bool is_websocket_header(std::string_view line) {
    constexpr std::string_view prefix = "sec-websocket-";
    return line.size() > prefix.size() &&
        std::ranges::equal(line.substr(0, prefix.size()), prefix, {}, [](unsigned char c) {
               return static_cast<char>(std::tolower(c));
           });
}

/// Returns the lines of a head that do not depend on the time or on the server's version.
std::string essence_of_head(std::string_view head) {
    std::string kept(head.substr(0, head.find("\r\n")));
    for (auto rest = head.substr(kept.size()); rest.size() > 2;) {
        rest.remove_prefix(2);
        const auto line = rest.substr(0, rest.find("\r\n"));
        if (is_websocket_header(line)) kept.append(", ").append(line);
        rest.remove_prefix(line.size());
    }
    return kept;
}

answer_kind kind_of(const frame_header& header) {
    if ((header.reserved & compressed_bit) != 0) return answer_kind::compressed;
    return header.code == opcode::text ? answer_kind::text : answer_kind::binary;
}

std::string escaped(std::string_view content) {
    constexpr std::size_t shown_max = 200;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : content.substr(0, shown_max)) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            text.append(1, '\\').append(1, c);
        } else if (code < 0x20 || code >= 0x7f) {
            text.append("\\x").append(1, digits[code >> 4]).append(1, digits[code & 0xfU]);
        } else {
            text.push_back(c);
        }
    }
    return '"' + text + '"' +
        (content.size() > shown_max ? "... (" + std::to_string(content.size()) + " bytes)" : "");
}

/// Describes the answers from index `begin` on, which the other side does not have.
std::string unmatched(const std::vector<answer>& all, std::size_t begin, bool missing) {
    const auto number = std::to_string(begin + 1);
    const auto first = to_string(all[begin]);
    if (begin + 1 == all.size()) {
        return "answer " + number + (missing ? " is missing: " : " was not recorded: ") + first;
    }
    return "answers " + number + " to " + std::to_string(all.size()) +
        (missing ? " are missing; the first is " : " were not recorded; the first is ") + first;
}

} // namespace

void answer_reader::receive(std::span<const std::byte> bytes) {
    waiting_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    while (state_ == state::head ? read_head() : state_ == state::frames && read_frame()) {}
    waiting_.erase(0, std::exchange(begin_, 0));
}

bool answer_reader::read_head() {
    constexpr std::string_view protocol = "HTTP/";
    constexpr std::string_view end_of_head = "\r\n\r\n";
    const std::string_view bytes = waiting_;
    if (!protocol.starts_with(bytes.substr(0, protocol.size()))) {
        state_ = state::other;
        return false;
    }
    const auto end = bytes.find(end_of_head);
    if (end == bytes.npos) return false;
    answers_.push_back({answer_kind::response, essence_of_head(bytes.substr(0, end))});
    const bool opened = bytes.substr(std::min(bytes.find(' '), end)).starts_with(" 101");
    state_ = opened ? state::frames : state::other;
    begin_ = end + end_of_head.size();
    return opened;
}

bool answer_reader::read_frame() {
    const auto bytes = std::as_bytes(std::span(waiting_)).subspan(begin_);
    const auto [size, error, header] = decode_frame_header(bytes, role::client);
    if (error != errc{}) state_ = state::other;
    if (error != errc{} || size == 0 || bytes.size() - size < header.length) return false;
    std::string payload = waiting_.substr(begin_ + size, header.length);
    begin_ += size + payload.size();
    if (header.code == opcode::close) {
        answers_.push_back({answer_kind::close, std::move(payload)});
    } else if (!is_control(header.code)) {
        if (header.code != opcode::continuation) message_ = {kind_of(header), {}};
        message_.content += payload;
        if (header.fin) answers_.push_back(std::exchange(message_, {}));
    }
    return true;
}

std::vector<answer> answer_reader::all() const {
    auto made = answers_;
    if (!message_.content.empty() || !waiting_.empty()) {
        made.push_back({answer_kind::bytes, message_.content + waiting_});
    }
    return made;
}

std::string to_string(const answer& what) {
    switch (what.what) {
    case answer_kind::response: return "response " + escaped(what.content);
    case answer_kind::text: return "text " + escaped(what.content);
    case answer_kind::binary: return "binary " + escaped(what.content);
    case answer_kind::compressed: return "compressed message " + escaped(what.content);
    case answer_kind::close: break;
    case answer_kind::bytes: return "bytes " + escaped(what.content);
    }
    if (what.content.size() < 2) return "close without a code";
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(what.content[at]); };
    return "close " + std::to_string(byte(0) * 256 + byte(1)) + ' ' +
        escaped(std::string_view(what.content).substr(2));
}

std::vector<std::string> differences(const std::vector<answer>& recorded,
                                     const std::vector<answer>& received) {
    std::vector<std::string> found;
    const auto [one, other] = std::ranges::mismatch(recorded, received);
    const auto number = static_cast<std::size_t>(one - recorded.begin()) + 1;
    if (one != recorded.end() && other != received.end()) {
        found.push_back("answer " + std::to_string(number) + ": recorded " + to_string(*one) +
                        ", received " + to_string(*other));
    }
    if (recorded.size() > received.size()) {
        found.push_back(unmatched(recorded, received.size(), true));
    } else if (recorded.size() < received.size()) {
        found.push_back(unmatched(received, recorded.size(), false));
    }
    return found;
}

} // namespace weft::testing
