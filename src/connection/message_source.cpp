// SPDX-License-Identifier: MIT
// Makes sources of generators and readers.
#include <weft/connection/message_source.hpp>

#include <memory>
#include <stdexcept>

namespace weft {

message_source::message_source(piece_generator pieces, bool is_text)
    : next_([from = std::move(pieces)]() mutable {
          const auto piece = from.next();
          return source_piece{piece.value_or(std::span<const std::byte>()), !piece};
      }),
      is_text_(is_text) {}

message_source message_source::reading(function<std::size_t(std::span<std::byte>)> read,
                                       bool is_text) {
    auto buffer = std::make_unique_for_overwrite<std::byte[]>(read_size);
    auto next = [by = std::move(read), to = std::move(buffer)]() mutable {
        const std::span<std::byte> room(to.get(), read_size);
        const std::size_t size = by(room);
        if (size > read_size) throw std::length_error("a reader has returned more than its buffer");
        return source_piece{room.first(size), size == 0};
    };
    message_source made(std::move(next), is_text);
    made.memory_ = read_size;
    return made;
}

} // namespace weft
