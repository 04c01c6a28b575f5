// SPDX-License-Identifier: MIT
// Paths of files, and entity tags.
#include <weft/core/http_content.hpp>

#include <algorithm>

#include <weft/core/base64.hpp>
#include <weft/core/sha1.hpp>

#include "core/percent_encoding.hpp"

namespace weft {
namespace {

bool is_safe(char each) noexcept {
    const auto code = static_cast<unsigned char>(each);
    return code >= 0x20 && code != 0x7f && each != '/' && each != '\\' && each != ':';
}

/// Decodes one part of a path; nothing if it is malformed or not safe.
std::optional<std::string> decode_part(std::string_view part) {
    auto decoded = percent_decoded(part);
    if (!decoded || decoded->empty() || decoded->front() == '.') return std::nullopt;
    if (!std::ranges::all_of(*decoded, is_safe)) return std::nullopt;
    return decoded;
}

/// Takes the next entity tag off a list, without `W/`; empty at its end, or if it is malformed.
/// Commas may be part of a tag.
std::string_view next_tag(std::string_view& list) noexcept {
    const auto begin = list.find_first_not_of(" \t,");
    if (begin == list.npos) return {};
    list.remove_prefix(begin);
    if (list.starts_with("W/")) list.remove_prefix(2);
    if (!list.starts_with('"')) return {};
    const auto end = list.find('"', 1);
    if (end == list.npos) return {};
    const auto tag = list.substr(0, end + 1);
    list.remove_prefix(end + 1);
    return tag;
}

bool lists(std::string_view list, std::string_view tag) noexcept {
    if (list == "*") return true;
    for (auto each = next_tag(list); !each.empty(); each = next_tag(list)) {
        if (each == tag) return true;
    }
    return false;
}

} // namespace

std::optional<std::string> safe_file_path(std::string_view path) {
    if (!path.starts_with('/')) return std::nullopt;
    path.remove_prefix(1);
    if (path == "/") return std::nullopt; // an empty part
    if (path.ends_with('/')) path.remove_suffix(1);
    std::string file;
    while (!path.empty()) {
        const auto size = std::min(path.find('/'), path.size());
        const auto part = decode_part(path.substr(0, size));
        if (!part || size + 1 == path.size()) return std::nullopt; // or an empty last part
        file.append(file.empty() ? "" : "/").append(*part);
        path.remove_prefix(std::min(size + 1, path.size()));
    }
    return file;
}

std::string entity_tag(std::string_view content) {
    return '"' + base64_encode(sha1(std::as_bytes(std::span(content)))) + '"';
}

bool has_entity(const http_head& request, std::string_view tag) noexcept {
    if (tag.starts_with("W/")) tag.remove_prefix(2); // a weak comparison
    for (std::size_t i = 0; i < request.size(); ++i) {
        const auto [name, value] = request.at(i);
        if (equal_ignoring_case(name, "If-None-Match") && lists(value, tag)) return true;
    }
    return false;
}

} // namespace weft
