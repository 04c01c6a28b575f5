// SPDX-License-Identifier: MIT
// A tunnel through a proxy: a stream on top of the stream to the proxy. Does not depend on sockets
// or on the protocol inside the tunnel.
#pragma once

#include <memory>
#include <string>

#include <weft/core/function.hpp>

#include "endpoint/proxy_dialog.hpp"
#include "endpoint/stream_filter.hpp"

namespace weft {

/// Usage: call `open`; once it has reported no error, use this like any stream.
class tunnel final : public stream_filter {
public:
    tunnel(std::unique_ptr<stream> to_proxy, std::unique_ptr<proxy_dialog> dialog) noexcept
        : stream_filter(std::move(to_proxy)), dialog_(std::move(dialog)) {}

    /// Called with the reason why the tunnel is not open (empty if it is), and the status of an
    /// HTTP proxy's response (0 for none).
    using opened = function<void(std::error_code, int http_status)>;

    /// Runs the dialog with the proxy, and calls `then` once, in a turn, unless the tunnel is
    /// closed first. If an error is known at once, returns it and does not call `then`.
    [[nodiscard]] std::error_code open(opened then);

    void start(stream_events& sink) noexcept override;

private:
    bool wants_bytes() noexcept override;
    void on_receive(std::span<std::byte> bytes) override;
    void on_eof() override;
    void on_writable() override;
    void on_error(std::error_code why) override;

    template <class Step>
    void take(Step&& step) noexcept;
    std::error_code write_output();
    void report(std::error_code why, int http_status = 0);

    std::unique_ptr<proxy_dialog> dialog_; // until the dialog is over
    std::string output_; // waits to be written
    opened then_;
};

} // namespace weft
