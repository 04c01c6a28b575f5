// SPDX-License-Identifier: MIT
// The body of a plain HTTP request: where it ends, by Content-Length or in chunks (RFC 9112 §6,
// §7.1). Strict, as two readers that see another end can be played against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/core/http_head.hpp>
#include <weft/core/result.hpp>
#include <weft/core/session_options.hpp>

namespace weft {

class request_body {
public:
    /// No body: `done` at once.
    request_body() = default;

    /// The body that `request` announces. Fails with `bad_request` when that is ambiguous, with
    /// `unknown_transfer_coding`, or with `body_too_large`.
    static result<request_body> framed_by(const http_request& request,
                                          const session_limits& limits);

    /// Takes bytes up to the end of the body, and appends to `body` what it holds; returns how many
    /// it took: fewer than there are only when it is done or has failed. Trailers are dropped.
    [[nodiscard]] std::size_t feed(std::span<const std::byte> bytes, std::string& body);

    [[nodiscard]] bool done() const noexcept { return at_ == step::done; }

    /// Why it failed: `bad_request` for chunks that are malformed, `body_too_large`, or for
    /// extensions and trailers `header_too_large` and `too_many_headers`.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

private:
    enum class step : std::uint8_t { counted, size, chunk, chunk_end, trailer, done };

    std::size_t take_content(std::span<const std::byte> bytes, std::string& body);
    std::size_t take_line(std::string_view text, std::size_t body_size);
    void end_line(std::string_view line, std::size_t body_size);
    std::error_code read_size(std::string_view line, std::size_t body_size);
    std::error_code judge_trailer(std::string_view line);
    [[nodiscard]] std::size_t line_size_max() const noexcept;

    std::string line_;        // the one in progress, of a chunk's size or a trailer
    std::uint64_t left_ = 0;  // of the content, or of the chunk
    std::size_t body_max_ = 0;
    std::size_t spare_ = 0;    // bytes that extensions and trailers may still have
    std::size_t trailers_ = 0; // lines that may still come
    std::error_code error_;
    step at_ = step::done;
};

} // namespace weft
