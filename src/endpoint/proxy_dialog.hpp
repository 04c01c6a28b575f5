// SPDX-License-Identifier: MIT
// What a client says to a proxy and hears of it until the way is open: bytes in, bytes out, for
// each protocol. Knows no stream and no clock, and keeps what it may not tell to itself.
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

/// Order of use: send `take_output()`, `receive` what comes, again, until it is `over()`.
class proxy_dialog {
public:
    proxy_dialog(const proxy_dialog&) = delete;
    proxy_dialog& operator=(const proxy_dialog&) = delete;
    virtual ~proxy_dialog() = default;

    /// The dialog with `through` about the way to `target`. Fails with `bad_proxy` for a host that
    /// the protocol cannot name.
    static result<std::unique_ptr<proxy_dialog>> make(const proxy& through, const uri& target);

    /// Takes all of `bytes`.
    ///
    /// Nobody speaks before this client has sent something through the open way, so bytes behind
    /// the proxy's last word are a fault: they would be taken for the server's.
    void receive(std::span<const std::byte> bytes);

    /// What is to be sent; each byte is given once.
    [[nodiscard]] std::string take_output() { return std::exchange(output_, {}); }

    [[nodiscard]] bool over() const noexcept { return over_; }

    /// Why the way is not open; nothing when it is.
    [[nodiscard]] std::error_code error() const noexcept { return error_; }

    /// The status that an HTTP proxy has answered; 0 before, and for others.
    [[nodiscard]] int http_status() const noexcept { return http_status_; }

protected:
    proxy_dialog() = default;

    /// Takes some bytes; fewer than all only when it is over.
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
