// SPDX-License-Identifier: MIT
// The exchange with a proxy until it has opened the tunnel: bytes in, bytes out, for each protocol.
// Does not depend on a stream or a clock, and does not expose credentials.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <weft/core/http_head.hpp>
#include <weft/core/uri.hpp>

#include "endpoint/proxy.hpp"

namespace weft {

/// Usage: send `take_output()`, `receive` what arrives, and repeat until `over()`.
class proxy_dialog {
public:
    proxy_dialog(const proxy_dialog&) = delete;
    proxy_dialog& operator=(const proxy_dialog&) = delete;
    virtual ~proxy_dialog() = default;

    /// Creates the dialog that asks `through` for a tunnel to `target`. Fails with `bad_proxy` for
    /// a host that the protocol cannot express.
    static result<std::unique_ptr<proxy_dialog>> make(const proxy& through, const uri& target);

    /// Consumes all of `bytes`.
    ///
    /// Bytes after the proxy's last message are an error: the server sends nothing before this
    /// client has sent something through the tunnel.
    void receive(std::span<const std::byte> bytes);

    /// Returns the bytes to send; each is returned once.
    [[nodiscard]] std::string take_output() { return std::exchange(output_, {}); }

    [[nodiscard]] bool over() const noexcept { return over_; }

    /// Returns why the tunnel is not open; empty if it is.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

    /// Returns the status of an HTTP proxy's response; 0 before it arrives, and always for other
    /// protocols.
    [[nodiscard]] int http_status() const noexcept { return http_status_; }

protected:
    proxy_dialog() = default;

    /// Consumes some bytes; fewer than all only when the dialog is over.
    virtual std::size_t take(std::span<const std::byte> bytes) = 0;

    void say(std::string_view text) { output_.append(text); }
    void end(std::error_code why = {}, int http_status = 0) noexcept {
        over_ = true;
        error_ = why;
        http_status_ = http_status;
    }

private:
    std::string output_;
    std::error_code error_;
    int http_status_ = 0;
    bool over_ = false;
};

} // namespace weft
