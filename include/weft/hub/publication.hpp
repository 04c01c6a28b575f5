// SPDX-License-Identifier: MIT
// One publication as brokers and hubs pass it on, and its position in its topic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <weft/core/function.hpp>
#include <weft/core/message.hpp>

namespace weft {

class connection;

/// A place in the sequence of a topic's publications.
///
/// The first publication of a topic has offset 1, and each further one the next number. The epoch
/// names the sequence: a broker that lost its data begins a new sequence with another epoch.
struct position {
    std::uint64_t offset = 0;
    std::uint64_t epoch = 0;

    bool operator==(const position&) const = default;

    /// Returns the position as text, such as "17-5f3a", for example to send it to a client.
    [[nodiscard]] std::string str() const;

    /// Parses the text that `str` returns; empty for any other text.
    [[nodiscard]] static std::optional<position> parse(std::string_view text) noexcept;
};

/// A message on its way to the subscribers of a topic. Immutable and shared once it was published.
struct publication {
    /// The offset is 0 for a transient publication, which has no number and is not stored.
    position at = {};

    std::string data = {};
    bool is_text = true;

    /// The subject of the message, such as a ticker symbol. A conflating subscription keeps only
    /// the newest publication for each key.
    std::string key = {};

    /// If set, only connections for which this returns true receive the publication. Called on the
    /// thread of each connection. Only for transient publications, and not passed on to other
    /// processes.
    copyable_function<bool(connection&)> filter = {};

    [[nodiscard]] weft::message message() const noexcept {
        return {std::as_bytes(std::span(data.data(), data.size())), is_text};
    }

    /// Returns the bytes that count towards limits on memory.
    [[nodiscard]] std::size_t size() const noexcept { return data.size() + key.size(); }
};

} // namespace weft
