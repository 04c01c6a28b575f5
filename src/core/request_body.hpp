// SPDX-License-Identifier: MIT
// Reader for the body of a plain HTTP request, with Content-Length or in chunks (RFC 9112 §6,
// §7.1). Strict, because requests can be smuggled if two readers disagree about the end of a body.
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
    /// Creates a reader for a request without a body: `done()` at once.
    request_body() = default;

    /// Returns a reader for the body that the headers of `request` announce. Fails with
    /// `bad_request` if they are ambiguous, with `unknown_transfer_coding`, or with
    /// `body_too_large`.
    static result<request_body> framed_by(const http_request& request,
                                          const session_limits& limits);

    /// What `next` has consumed.
    struct part {
        std::size_t consumed = 0;
        std::span<const std::byte> content = {}; // a view into the input
    };

    /// Consumes bytes up to the end of the next content in `bytes`, or of the body. Drops trailers.
    ///
    /// If the part has no content and fewer than all bytes are consumed, it is done or has failed.
    [[nodiscard]] part next(std::span<const std::byte> bytes);

    /// Consumes bytes up to the end of the body, and appends the content to `body`.
    ///
    /// Returns how many bytes it consumed; fewer than `bytes.size()` only if it is done or failed.
    [[nodiscard]] std::size_t feed(std::span<const std::byte> bytes, std::string& body);

    [[nodiscard]] bool done() const noexcept { return at_ == step::done; }

    /// Returns why it failed: `bad_request` for malformed chunks, `body_too_large`, or for chunk
    /// extensions and trailers `header_too_large` or `too_many_headers`.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

private:
    enum class step : std::uint8_t { counted, size, chunk, chunk_end, trailer, done };

    std::span<const std::byte> take_content(std::span<const std::byte> bytes) noexcept;
    std::size_t take_line(std::string_view text);
    void end_line(std::string_view line);
    std::error_code read_size(std::string_view line);
    std::error_code judge_trailer(std::string_view line);
    [[nodiscard]] std::size_t line_size_max() const noexcept;

    std::string line_;        // the chunk-size or trailer line in progress
    std::uint64_t left_ = 0;  // bytes left of the content, or of the chunk
    std::size_t room_ = 0;     // bytes that the body may still have, in later chunks
    std::size_t spare_ = 0;    // bytes left for extensions and trailers
    std::size_t trailers_ = 0; // lines left for trailers
    std::error_code error_;
    step at_ = step::done;
};

} // namespace weft
