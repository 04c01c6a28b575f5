// SPDX-License-Identifier: MIT
// A stream over the stream to or from a proxy: all but the beginning passes through as it is.
// Knows nothing of what is said at the beginning.
#pragma once

#include <memory>
#include <utility>

#include <weft/stream/stream.hpp>

namespace weft {

class proxied_stream : public stream, protected stream_events {
public:
    void pause() noexcept final { proxy_->pause(); }
    void resume() noexcept final { proxy_->resume(); }
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept final {
        return proxy_->write(pieces);
    }
    void half_close() noexcept final { proxy_->half_close(); }
    void close() noexcept final { proxy_->close(); }
    [[nodiscard]] address local_address() const final { return proxy_->local_address(); }
    [[nodiscard]] address remote_address() const override { return proxy_->remote_address(); }

protected:
    explicit proxied_stream(std::unique_ptr<stream> proxy) noexcept
        : stream(proxy->driver()), proxy_(std::move(proxy)) {}

    [[nodiscard]] stream& proxy() const noexcept { return *proxy_; }

private:
    std::unique_ptr<stream> proxy_;
};

} // namespace weft
