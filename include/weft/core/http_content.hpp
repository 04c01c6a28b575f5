// SPDX-License-Identifier: MIT
// What an answer to a request for a file needs: a safe path, an entity tag (ETag), and the check of
// If-None-Match. Reads no file.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <weft/core/http_head.hpp>

namespace weft {

/// Returns the file that `path`, the path of a request, names below a folder: percent-decoded, with
/// `/` between its parts and none at the front, such as "css/a b.css". Empty for "/".
///
/// Returns nothing if the path could name something else than it shows: if it is malformed, or if a
/// part is empty, begins with a dot (hidden files, "." and ".."), or contains `/`, `\`, `:` or a
/// control character after decoding. A final slash is dropped. A file of that name may still be a
/// symbolic link to anywhere.
[[nodiscard]] std::optional<std::string> safe_file_path(std::string_view path);

/// Returns a strong entity tag for `content`, in quotes: it changes when the content does. RFC 9110
/// §8.8.3.
[[nodiscard]] std::string entity_tag(std::string_view content);

/// Returns whether the client has this version already, by its If-None-Match: then answer with 304
/// and the same ETag. Only for GET and HEAD. RFC 9110 §13.1.2.
[[nodiscard]] bool has_entity(const http_head& request, std::string_view tag) noexcept;

} // namespace weft
