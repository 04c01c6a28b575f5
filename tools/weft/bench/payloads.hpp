// SPDX-License-Identifier: MIT
// The messages that `weft bench` sends. They differ from each other, so that compression saves no
// more than it does with a real stream of similar messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <weft/core/message.hpp>

namespace weft_tool {

/// Messages of one size, as views into one piece of memory.
class bench_payloads {
public:
    /// Text is made of words and digits, binary messages of random bytes. Messages that will be
    /// `compressed` are taken from more memory than the window of permessage-deflate (32 KiB);
    /// others from little memory, which stays in the processor's cache.
    bench_payloads(std::size_t size, bool binary, bool compressed);

    /// Returns the message of this number, which is valid as long as this object.
    [[nodiscard]] weft::message message(std::uint64_t number) const noexcept {
        return {view(number), !binary_};
    }

    /// Returns whether `answer` has the size of that message, and the same beginning.
    [[nodiscard]] bool is_echo(weft::message answer, std::uint64_t number) const noexcept;

private:
    [[nodiscard]] std::span<const std::byte> view(std::uint64_t number) const noexcept {
        const auto begin = static_cast<std::size_t>(number * step_) & mask_;
        return std::as_bytes(std::span(bytes_)).subspan(begin, size_);
    }

    std::size_t size_;
    std::uint64_t step_; // odd, so that messages begin everywhere
    std::size_t mask_;   // of the offsets at which they begin
    bool binary_;
    std::string bytes_;
};

} // namespace weft_tool
