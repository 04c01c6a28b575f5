// SPDX-License-Identifier: MIT
// Splits what a server sent on one connection into a response and messages, and compares them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/language.hpp>

namespace weft::testing {

/// The response to the handshake, a message, or a close frame.
struct answer {
    enum class kind : std::uint8_t {
        response, ///< the status line, and the headers whose names begin with Sec-WebSocket-
        text,
        binary,
        compressed, ///< a message with RSV1, as it was sent
        close,      ///< `content` is the payload: two bytes of the code, then the reason
        bytes       ///< anything else: neither a response nor frames
    };

    kind what = kind::bytes;
    std::string content = {};

    friend bool operator==(const answer&, const answer&) = default;
};

/// Splits the bytes that a server sends into answers. Joins fragments, and leaves out pings and
/// pongs, because both depend on time.
class answer_reader {
public:
    void receive(std::span<const std::byte> bytes);

    /// Returns the complete answers.
    [[nodiscard]] const std::vector<answer>& answers() const noexcept { return answers_; }

    /// Returns all answers, including an incomplete one, whose bytes are the last answer.
    [[nodiscard]] std::vector<answer> all() const;

private:
    enum class state : std::uint8_t { head, frames, other };

    bool read_head();
    bool read_frame();

    state state_ = state::head;
    std::string waiting_;
    std::size_t begin_ = 0; // of the bytes in `waiting_` that were not read yet
    answer message_;        // a message whose last fragment has not come
    std::vector<answer> answers_;
};

/// Compares answers. Describes the first that differs, and how many are missing or were not
/// recorded, each in one line. Returns nothing if all are the same.
[[nodiscard]] std::vector<std::string> differences(const std::vector<answer>& recorded,
                                                   const std::vector<answer>& received);

/// Returns a description of an answer in one line, such as `text "hello"`. Cuts long content.
[[nodiscard]] std::string to_string(const answer& what);

} // namespace weft::testing
