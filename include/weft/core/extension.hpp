// SPDX-License-Identifier: MIT
// Parser for Sec-WebSocket-Extensions (RFC 6455 §9.1), and the interface that negotiates an
// extension for sessions. Knows no particular extension.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/core/message_codec.hpp>
#include <weft/core/result.hpp>

namespace weft {

/// A parameter of an extension, such as `server_max_window_bits=10`.
struct extension_parameter {
    std::string name;
    std::optional<std::string> value = {}; ///< a token, without its quotes

    friend bool operator==(const extension_parameter&, const extension_parameter&) = default;
};

/// One element of Sec-WebSocket-Extensions. Parameters keep their order and may repeat a name;
/// the extension defines what a repeated name means.
struct extension {
    std::string name;
    std::vector<extension_parameter> parameters = {};

    friend bool operator==(const extension&, const extension&) = default;
};

/// Parses the value of Sec-WebSocket-Extensions. If there are several such headers, the caller
/// joins them by commas.
///
/// Skips empty elements (RFC 9110 §5.6.1). Fails with `errc::bad_extension` if the value does not
/// match the grammar of RFC 6455 §9.1. The content of a quoted value must be a token.
[[nodiscard]] result<std::vector<extension>> parse_extensions(std::string_view value);

/// Negotiates an extension that encodes messages, such as compression.
///
/// Set it as `session_options::extension`. One object serves any number of sessions on one thread
/// and must outlive their handshakes. May throw std::bad_alloc and nothing else.
class extension_negotiator {
public:
    virtual ~extension_negotiator() = default;

    /// Client: returns the value of Sec-WebSocket-Extensions, in order of preference. Empty to
    /// offer nothing.
    [[nodiscard]] virtual std::string offer() = 0;

    /// Server: chooses one of the client's offers, which are in the client's order of preference.
    /// Returns null to decline; otherwise the response contains `message_codec::agreed`.
    [[nodiscard]] virtual message_codec_ptr choose(std::span<const extension> offers) = 0;

    /// Client: checks the server's answer. Any error, such as `errc::unexpected_extension` or
    /// `errc::bad_extension`, fails the connection (RFC 6455 §4.1).
    [[nodiscard]] virtual result<message_codec_ptr> confirm(const extension& answer) = 0;
};

} // namespace weft
