// SPDX-License-Identifier: MIT
// Makes the payloads, which are the same in each run.
#include "weft/bench/payloads.hpp"

#include <algorithm>
#include <cstring>

#include "weft/bench/quick_random.hpp"

namespace weft_tool {
namespace {

/// Appends a JSON object with varying values, and a comma.
void append_record(std::string& text, quick_random& numbers) {
    static constexpr const char* words[] = {"temperature", "pressure", "position", "speed",
                                            "account",     "order",    "price",    "quantity"};
    text.append("{\"name\":\"").append(words[numbers.next() % 8]).append("\",\"value\":");
    text.append(std::to_string(numbers.next() % 1'000'000)).append("},");
}

} // namespace

bench_payloads::bench_payloads(std::size_t size, bool binary, bool compressed)
    : size_(size), step_(size | 1U), mask_((compressed ? 128 : 2) * 1024 - 1), binary_(binary) {
    quick_random numbers(0x9e3779b97f4a7c15); // the same payloads in each run
    const auto wanted = mask_ + 1 + size;
    bytes_.reserve(wanted + 64);
    while (bytes_.size() < wanted) {
        if (binary) {
            bytes_.push_back(static_cast<char>(numbers.next() >> 56));
        } else {
            append_record(bytes_, numbers);
        }
    }
}

bool bench_payloads::is_echo(weft::message answer, std::uint64_t number) const noexcept {
    constexpr std::size_t compared_max = 64;
    if (answer.size() != size_ || answer.is_text() == binary_) return false;
    const auto compared = std::min(size_, compared_max);
    return compared == 0 || std::memcmp(answer.bytes().data(), view(number).data(), compared) == 0;
}

} // namespace weft_tool
