// SPDX-License-Identifier: MIT
// A stream that a trusted proxy has made: it begins with the PROXY protocol's header, which says
// who is at its other end. Knows neither sockets nor whom to trust.
#pragma once

#include <memory>
#include <system_error>

#include <weft/core/function.hpp>
#include <weft/stream/stream.hpp>

#include "endpoint/proxy_header.hpp"

namespace weft {

class announced_stream final : public stream, private stream_events {
public:
    explicit announced_stream(std::unique_ptr<stream> from_proxy) noexcept
        : stream(from_proxy->driver()), proxy_(std::move(from_proxy)) {}

    /// Hears once, before a byte is told, who is there: the proxy itself if it does not say. May
    /// throw std::bad_alloc, which ends the stream.
    void on_announced(function<void(const address& who)> hear) { hear_ = std::move(hear); }

    void start(stream_events& sink) noexcept override {
        sink_ = &sink;
        proxy_->start(*this);
    }
    void pause() noexcept override { proxy_->pause(); }
    void resume() noexcept override { proxy_->resume(); }
    result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) noexcept override {
        return proxy_->write(pieces);
    }
    void half_close() noexcept override { proxy_->half_close(); }
    void close() noexcept override { proxy_->close(); }
    [[nodiscard]] address local_address() const override { return proxy_->local_address(); }

    /// The proxy's own until it has said another.
    [[nodiscard]] address remote_address() const override {
        return header_.source() ? *header_.source() : proxy_->remote_address();
    }

private:
    bool wants_bytes() noexcept override { return sink_->wants_bytes(); }
    void on_receive(std::span<std::byte> bytes) override;
    void on_eof() override;
    void on_writable() override { sink_->on_writable(); }
    void on_error(std::error_code why) override { sink_->on_error(why); }

    std::error_code read_header(std::span<std::byte>& bytes) noexcept;

    std::unique_ptr<stream> proxy_;
    function<void(const address&)> hear_;
    proxy_header header_;
    stream_events* sink_ = nullptr;
};

} // namespace weft
