// SPDX-License-Identifier: MIT
// A stream that a trusted proxy has made: it begins with the PROXY protocol's header, which says
// who is at its other end. Knows neither sockets nor whom to trust.
#pragma once

#include <memory>
#include <system_error>

#include <weft/core/function.hpp>

#include "endpoint/proxy_header.hpp"
#include "endpoint/stream_filter.hpp"

namespace weft {

class proxy_protocol_stream final : public stream_filter {
public:
    explicit proxy_protocol_stream(std::unique_ptr<stream> from_proxy) noexcept
        : stream_filter(std::move(from_proxy)) {}

    /// Hears once, before a byte is told, who is there: the proxy itself if it does not say. May
    /// throw std::bad_alloc, which ends the stream.
    void on_proxy_header(function<void(const address& who)> hear) { hear_ = std::move(hear); }

    /// The proxy's own until it has said another.
    [[nodiscard]] address remote_address() const override {
        return header_.source() ? *header_.source() : under().remote_address();
    }

private:
    void on_receive(std::span<std::byte> bytes) override;
    void on_eof() override;

    std::error_code read_header(std::span<std::byte>& bytes) noexcept;

    function<void(const address&)> hear_;
    proxy_header header_;
};

} // namespace weft
