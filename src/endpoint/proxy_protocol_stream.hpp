// SPDX-License-Identifier: MIT
// A stream from a trusted proxy. It begins with a PROXY protocol header, which contains the
// client's address. Does not depend on sockets or on which peers are trusted.
#pragma once

#include <memory>
#include <optional>
#include <system_error>

#include <weft/core/function.hpp>

#include "endpoint/proxy_header.hpp"
#include "endpoint/stream_filter.hpp"

namespace weft {

class proxy_protocol_stream final : public stream_filter {
public:
    explicit proxy_protocol_stream(std::unique_ptr<stream> from_proxy) noexcept
        : stream_filter(std::move(from_proxy)) {}

    /// Sets a function to call once, before any bytes are delivered, with the client's address, or
    /// the proxy's if the header contains none. It may throw std::bad_alloc, which ends the stream.
    void on_proxy_header(function<void(const address& who)> handler) {
        handler_ = std::move(handler);
    }

    /// Returns the client's address; the proxy's before the header has arrived, or if it contains
    /// none.
    [[nodiscard]] address remote_address() const override {
        return header_.source() ? *header_.source() : under().remote_address();
    }

    [[nodiscard]] std::optional<phase> error_phase() const noexcept override {
        return malformed_ ? std::optional(phase::proxy) : stream_filter::error_phase();
    }

private:
    void on_receive(std::span<std::byte> bytes) override;
    void on_eof() override;

    [[nodiscard]] std::error_code read_header(std::span<std::byte>& bytes) noexcept;

    function<void(const address&)> handler_;
    proxy_header header_;
    bool malformed_ = false; // the header, or it is missing
};

} // namespace weft
