// SPDX-License-Identifier: MIT
// The seam to whatever encrypts: endpoints hold one, and know nothing of the library behind it.
#pragma once

#include <memory>
#include <string_view>

#include <weft/stream/stream.hpp>

namespace weft {

/// Puts encryption over streams; weft::tls has one for servers and one for clients.
///
/// Shared by any number of streams, which keep what they need of it alive.
class secure_layer {
public:
    secure_layer(const secure_layer&) = delete;
    secure_layer& operator=(const secure_layer&) = delete;
    virtual ~secure_layer() = default;

    /// A stream over `plain`, which is connected and has not been started.
    ///
    /// `host` is the name or the address that the peer has to prove; a server's layer ignores it.
    /// What fails is told by the stream's `on_error`. Throws std::bad_alloc.
    [[nodiscard]] virtual std::unique_ptr<stream> cover(std::unique_ptr<stream> plain,
                                                        std::string_view host) = 0;

protected:
    secure_layer() noexcept = default;
};

} // namespace weft
