// SPDX-License-Identifier: MIT
// The way through a proxy: a stream over the stream to the proxy, once that has opened it. Knows
// neither sockets nor who goes through.
#pragma once

#include <memory>
#include <string>

#include <weft/core/function.hpp>

#include "endpoint/proxy_dialog.hpp"
#include "endpoint/stream_filter.hpp"

namespace weft {

/// Use: `open`, and when it has told that there is no error, like any stream.
class tunnel final : public stream_filter {
public:
    tunnel(std::unique_ptr<stream> to_proxy, std::unique_ptr<proxy_dialog> words) noexcept
        : stream_filter(std::move(to_proxy)), words_(std::move(words)) {}

    /// Why the way is not open, or nothing, and the status that an HTTP proxy has answered.
    using opened = function<void(std::error_code, int http_status)>;

    /// Speaks with the proxy, and tells once how that ended: in a turn, unless it is closed first.
    /// An error that is known at once is returned and not told.
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
    std::error_code speak();
    void tell(std::error_code why, int http_status = 0);

    std::unique_ptr<proxy_dialog> words_; // until they are over
    std::string output_; // that waits to be written
    opened then_;
};

} // namespace weft
