// SPDX-License-Identifier: MIT
// A stream that a trusted proxy has made: it begins with the PROXY protocol's header, which says
// who is at its other end. Knows neither sockets nor whom to trust.
#pragma once

#include <memory>
#include <system_error>

#include <weft/core/function.hpp>

#include "endpoint/covering_stream.hpp"
#include "endpoint/proxy_header.hpp"

namespace weft {

class announced_stream final : public covering_stream {
public:
    explicit announced_stream(std::unique_ptr<stream> from_proxy) noexcept
        : covering_stream(std::move(from_proxy)) {}

    /// Hears once, before a byte is told, who is there: the proxy itself if it does not say. May
    /// throw std::bad_alloc, which ends the stream.
    void on_announced(function<void(const address& who)> hear) { hear_ = std::move(hear); }

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
