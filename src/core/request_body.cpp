// SPDX-License-Identifier: MIT
// Reader for request bodies. Parses chunk-size and trailer lines when they are complete, and copies
// the content. The bytes of these lines are limited.
#include "core/request_body.hpp"

#include <algorithm>
#include <charconv>

#include <weft/core/error.hpp>

#include "core/handshake_fields.hpp"

namespace weft {
namespace {

constexpr std::string_view chunk_line_end = "\r\n";
constexpr std::size_t digits_max = 16; // of a chunk's size, which has 64 bits

bool is_line_byte(char byte) noexcept {
    return is_field_byte(byte) || byte == '\r' || byte == '\n';
}

// RFC 9112 §6.1, §6.3: only `chunked` is supported. Another coding before it is valid but unknown;
// all other values leave the body's end ambiguous.
std::error_code judge_coding(const http_request& request) {
    constexpr std::string_view name = "Transfer-Encoding";
    if (request.version_minor() < 1 || request.header_count("Content-Length") != 0) {
        return errc::bad_request;
    }
    if (request.header_count(name) == 1 &&
        equal_ignoring_case(*request.header(name), "chunked")) {
        return {};
    }
    std::string_view last;
    std::size_t chunked = 0;
    std::size_t others = 0;
    bool tokens = true;
    for_each_value(request, name, [&](std::string_view value) {
        for_each_list_item(value, [&](std::string_view item) {
            ++(equal_ignoring_case(item, "chunked") ? chunked : others);
            tokens = tokens && is_token(item);
            last = item;
        });
    });
    const bool in_order =
        tokens && chunked == 1 && others != 0 && equal_ignoring_case(last, "chunked");
    return in_order ? errc::unknown_transfer_coding : errc::bad_request;
}

result<std::size_t> content_length(const http_request& request) {
    const auto text = request.header("Content-Length");
    if (!text) return std::size_t{0};
    if (request.header_count("Content-Length") != 1) return failure(errc::bad_request);
    std::size_t length = 0;
    const auto* const end = text->data() + text->size();
    const auto parsed = std::from_chars(text->data(), end, length);
    if (parsed.ptr != end || text->empty()) return failure(errc::bad_request);
    if (parsed.ec == std::errc::result_out_of_range) return failure(errc::body_too_large);
    if (parsed.ec != std::errc{}) return failure(errc::bad_request);
    return length;
}

} // namespace

result<request_body> request_body::framed_by(const http_request& request,
                                             const session_limits& limits) {
    request_body body;
    body.room_ = limits.body_size_max;
    if (request.header_count("Transfer-Encoding") != 0) {
        if (const auto why = judge_coding(request)) return failure(why);
        body.spare_ = limits.header_size_max;
        body.trailers_ = limits.header_count_max;
        body.at_ = step::size;
        return body;
    }
    const auto length = content_length(request);
    if (!length) return failure(length.error());
    if (*length > limits.body_size_max) return failure(errc::body_too_large);
    body.left_ = *length;
    body.at_ = *length == 0 ? step::done : step::counted;
    return body;
}

request_body::part request_body::next(std::span<const std::byte> bytes) {
    part taken;
    while (!done() && !error_ && taken.content.empty() && taken.consumed < bytes.size()) {
        const auto rest = bytes.subspan(taken.consumed);
        if (at_ == step::counted || at_ == step::chunk) {
            taken.content = take_content(rest);
            taken.consumed += taken.content.size();
        } else {
            taken.consumed +=
                take_line({reinterpret_cast<const char*>(rest.data()), rest.size()});
        }
    }
    return taken;
}

std::size_t request_body::feed(std::span<const std::byte> bytes, std::string& body) {
    std::size_t used = 0;
    while (!done() && !error_ && used < bytes.size()) {
        const part taken = next(bytes.subspan(used));
        body.append(reinterpret_cast<const char*>(taken.content.data()), taken.content.size());
        used += taken.consumed;
    }
    return used;
}

std::span<const std::byte> request_body::take_content(std::span<const std::byte> bytes) noexcept {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= size;
    if (left_ == 0) at_ = at_ == step::chunk ? step::chunk_end : step::done;
    return bytes.first(size);
}

// Adds a piece of a line. As in a head, the first invalid byte determines the error, however the
// input was split.
std::size_t request_body::take_line(std::string_view text) {
    const auto end = text.find('\n');
    const bool whole = end != text.npos;
    const auto piece = text.substr(0, whole ? end + 1 : end);
    const auto fits = piece.substr(0, line_size_max() - line_.size());
    if (!std::ranges::all_of(fits, is_line_byte)) {
        error_ = errc::bad_request;
    } else if (fits.size() < piece.size()) {
        error_ = at_ == step::chunk_end ? errc::bad_request : errc::header_too_large;
    } else {
        line_ += piece;
        if (whole) end_line(line_);
    }
    return piece.size();
}

std::size_t request_body::line_size_max() const noexcept {
    if (at_ == step::chunk_end) return chunk_line_end.size();
    const std::size_t needed = (at_ == step::size ? digits_max : 0) + chunk_line_end.size();
    return needed + std::min(spare_, SIZE_MAX - needed);
}

void request_body::end_line(std::string_view line) {
    if (!line.ends_with(chunk_line_end)) {
        error_ = errc::bad_request;
        return;
    }
    line.remove_suffix(chunk_line_end.size());
    if (at_ == step::size) {
        error_ = read_size(line);
    } else if (at_ == step::trailer) {
        error_ = judge_trailer(line);
    } else if (line.empty()) {
        at_ = step::size;
    } else {
        error_ = errc::bad_request;
    }
    line_.clear();
}

// RFC 9112 §7.1: 1*HEXDIG [ chunk-ext ]. Ignores the content of an extension.
std::error_code request_body::read_size(std::string_view line) {
    const auto* const end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data(), end, left_, 16);
    const auto digits = static_cast<std::size_t>(stop - line.data());
    const auto extension = line.substr(digits);
    const bool separated = trim(extension).starts_with(';');
    if (error != std::errc{} || digits > digits_max || (!extension.empty() && !separated) ||
        !is_field_value(extension)) {
        return errc::bad_request;
    }
    if (extension.size() > spare_) return errc::header_too_large;
    spare_ -= extension.size();
    if (left_ > room_) return errc::body_too_large;
    room_ -= static_cast<std::size_t>(left_);
    at_ = left_ == 0 ? step::trailer : step::chunk;
    return {};
}

// RFC 9110 §6.5.1: a recipient may discard trailers. They must still be well-formed.
std::error_code request_body::judge_trailer(std::string_view line) {
    if (line.empty()) {
        at_ = step::done;
        return {};
    }
    if (trailers_ == 0) return errc::too_many_headers;
    if (line.size() > spare_) return errc::header_too_large;
    --trailers_;
    spare_ -= line.size();
    const auto colon = line.find(':');
    const bool in_order = colon != line.npos && is_token(line.substr(0, colon)) &&
                          is_field_value(line.substr(colon + 1));
    return in_order ? std::error_code{} : make_error_code(errc::bad_request);
}

} // namespace weft
