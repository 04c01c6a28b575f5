// SPDX-License-Identifier: MIT
// A source of one large message: a callback, a reader or a coroutine generator that supplies the
// bytes piece by piece while the message is sent. Knows no connection.
#pragma once

#include <weft/core/language.hpp> // before <coroutine>, which says less of a wrong language

#include <coroutine>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include <weft/core/function.hpp>
#include <weft/core/message.hpp>

namespace weft {

/// A piece of a message that is sent from a source.
struct source_piece {
    std::span<const std::byte> bytes = {}; ///< valid until the source is called again or destroyed
    bool is_last = false;                  ///< the message ends after these bytes
};

/// A coroutine that supplies the pieces of a message with `co_yield`: text or bytes, of any size.
/// The message ends when the coroutine returns. It must not use `co_await`.
class piece_generator {
public:
    class promise_type {
    public:
        [[nodiscard]] piece_generator get_return_object() noexcept {
            return piece_generator(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
        [[nodiscard]] std::suspend_always final_suspend() const noexcept { return {}; }
        [[nodiscard]] std::suspend_always yield_value(message piece) noexcept {
            piece_ = piece.bytes();
            return {};
        }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() const { throw; }
        template <class Awaited>
        void await_transform(Awaited&&) = delete;

    private:
        friend class piece_generator;

        std::span<const std::byte> piece_;
    };

    piece_generator(piece_generator&& other) noexcept
        : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    piece_generator& operator=(piece_generator&& other) noexcept {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    ~piece_generator() {
        if (coroutine_) coroutine_.destroy();
    }

    /// Returns the next piece, which is valid until the next call; nothing at the end. Throws what
    /// the coroutine throws.
    [[nodiscard]] std::optional<std::span<const std::byte>> next() {
        if (!coroutine_ || coroutine_.done()) return std::nullopt;
        coroutine_.resume();
        if (coroutine_.done()) return std::nullopt;
        return coroutine_.promise().piece_;
    }

private:
    explicit piece_generator(std::coroutine_handle<promise_type> coroutine) noexcept
        : coroutine_(coroutine) {}

    std::coroutine_handle<promise_type> coroutine_;
};

/// Supplies one message in pieces; see `connection::send_from`. Text must be UTF-8 as a whole;
/// pieces may be cut inside a character.
class message_source {
public:
    /// Calls `next` for each piece, until one is the last. Pieces may have any size, such as that
    /// of a mapped file: a piece of more than 64 KiB is sent in several frames, and not copied
    /// first.
    explicit message_source(function<source_piece()> next, bool is_text = false) noexcept
        : next_(std::move(next)), is_text_(is_text) {}

    /// Resumes the coroutine for each piece.
    explicit message_source(piece_generator pieces, bool is_text = false);

    /// Calls `read` to fill a buffer of `read_size` bytes: it returns the number of bytes, 0 at the
    /// end of the message. If it fails, it must throw; a number above `read_size`, such as the -1
    /// of read(2), counts as a failure, too. Throws std::bad_alloc.
    [[nodiscard]] static message_source reading(function<std::size_t(std::span<std::byte>)> read,
                                                bool is_text = false);

    static constexpr std::size_t read_size = 64 * 1024;

    [[nodiscard]] bool is_text() const noexcept { return is_text_; }

    /// Returns the size of the buffer of `reading`, otherwise 0.
    [[nodiscard]] std::size_t memory_used() const noexcept { return memory_; }

    /// Returns the next piece. Throws what the source throws.
    [[nodiscard]] source_piece next() { return next_(); }

private:
    function<source_piece()> next_;
    std::size_t memory_ = 0;
    bool is_text_;
};

} // namespace weft
