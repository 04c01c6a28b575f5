// SPDX-License-Identifier: MIT
// The caller's end of an io_stream, and iostreams as its input and output.
#include <weft/stream/io_stream.hpp>

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>
#include <utility>

#include "stream/io_stream_state.hpp"

namespace weft {
namespace {

result<std::size_t> write_to(std::ostream& output,
                             std::span<const std::span<const std::byte>> pieces) {
    std::size_t size = 0;
    for (const auto piece : pieces) {
        output.write(reinterpret_cast<const char*>(piece.data()),
                     static_cast<std::streamsize>(piece.size()));
        size += piece.size();
    }
    if (!output.flush()) return failure(std::make_error_code(std::errc::io_error));
    return size;
}

} // namespace

io_stream::io_stream(weft::driver& owner, write_handler output, io_stream_options options)
    : state_(new state(owner, std::move(output), std::move(options))) {}

io_stream::io_stream(weft::driver& owner, std::ostream& output, io_stream_options options)
    : io_stream(
          owner,
          [&output](std::span<const std::span<const std::byte>> pieces) {
              return write_to(output, pieces);
          },
          std::move(options)) {}

io_stream::~io_stream() {
    if (state_) state_->caller_left();
}

io_stream::io_stream(io_stream&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

io_stream& io_stream::operator=(io_stream&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

std::unique_ptr<stream> io_stream::take_stream() {
    return std::make_unique<end>(*state_);
}

void io_stream::on_shutdown(function<void()> handler) {
    state_->on_shutdown(std::move(handler));
}

std::size_t io_stream::read_some(std::span<const std::byte> bytes) {
    const auto taken = std::min(bytes.size(), state_->room());
    state_->feed(bytes.first(taken));
    return taken;
}

void io_stream::read_all(std::span<const std::byte> bytes) {
    state_->feed(bytes);
}

void io_stream::eof() noexcept {
    state_->eof();
}

void io_stream::fatal_error(std::error_code why) noexcept {
    state_->fatal_error(why);
}

std::size_t io_stream::room() const noexcept {
    return state_->room();
}

void io_stream::writable() noexcept {
    state_->writable();
}

bool io_stream::output_waits() const noexcept {
    return state_->blocked();
}

bool io_stream::closed() const noexcept {
    return state_->closed();
}

std::istream& operator>>(std::istream& in, io_stream& to) {
    if (in.peek() == std::istream::traits_type::eof()) {
        in.setstate(std::ios::failbit);
        return in;
    }
    std::array<char, 4096> buffer;
    for (std::size_t left = io_stream_input_max; left != 0;) {
        const auto there = std::clamp<std::streamsize>(
            in.rdbuf()->in_avail(), left == io_stream_input_max ? 1 : 0,
            static_cast<std::streamsize>(std::min(left, buffer.size())));
        if (there == 0 || !in.read(buffer.data(), there)) break;
        to.read_all(std::as_bytes(std::span(buffer).first(static_cast<std::size_t>(there))));
        left -= static_cast<std::size_t>(there);
    }
    return in;
}

} // namespace weft
