// SPDX-License-Identifier: MIT
//
// The client's side of the wire, prepared before anything is measured: the upgrade request and
// masked frames (RFC 6455 §4.1, §5.2). Written apart from Weft, so that it can check Weft.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::load {

/// The answer to the key in `upgrade_request`, from RFC 6455 §1.3.
inline constexpr std::string_view expected_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// With `deflate`, offers permessage-deflate without context takeover (RFC 7692 §7.1.1).
std::string upgrade_request(std::string_view path, unsigned port, bool deflate);

/// Bytes of one masked client frame with that much payload.
std::size_t client_frame_size(std::size_t payload_size);

/// The same bytes on every run.
std::string random_payload(std::size_t size);

/// `count` binary frames with that payload back to back, each with a masking key of its own. A
/// compressed payload is marked as such.
std::string client_frames(std::string_view payload, std::size_t count, bool compressed);

}  // namespace weft::load
