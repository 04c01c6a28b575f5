// SPDX-License-Identifier: MIT
// A datagram socket, on engines that report readiness. POSIX.
#pragma once

#include <memory>

#include "loop/datagram_port.hpp"
#include "loop/engine.hpp"
#include "loop/posix/socket_file.hpp"
#include "loop/posix/system_calls.hpp"

namespace weft {

class loop_state;

/// Registered edge-triggered; reads until EAGAIN, one datagram at a time. Interest in writing lasts
/// only while a write is blocked. While open it owns a buffer for one datagram.
class readiness_datagram_port final : public datagram_port, private source {
public:
    readiness_datagram_port(loop_state& loop, datagram_events& sink);

    [[nodiscard]] bool is_open() const noexcept override { return static_cast<bool>(descriptor_); }
    [[nodiscard]] native_socket socket() const noexcept override { return descriptor_.get(); }
    std::error_code open(const address& where) override;
    result<address> bind(const address& where) override;
    std::error_code connect(const address& where) override;
    std::error_code adopt(native_socket socket) override;
    std::error_code begin() noexcept override;
    std::error_code send(std::span<const std::byte> bytes, const address& to) noexcept override;
    void pause() noexcept override;
    void resume() noexcept override;
    void close() noexcept override;
    void retire() noexcept override;
    [[nodiscard]] address local_address() const override;

private:
    ~readiness_datagram_port() override;

    void ready(readiness what) noexcept override;
    void run() noexcept override;
    void finish_turn() noexcept override;

    [[nodiscard]] bool has_events() const noexcept;
    void receive();
    void failed(std::error_code why);
    void update_interest() noexcept;

    loop_state& loop_;
    datagram_events& sink_;
    owned_descriptor descriptor_;
    socket_file file_;
    std::unique_ptr<std::byte[]> room_;
    interest known_{}; // as the engine knows it
    bool registered_ = false;
    bool readable_ = false;
    bool writable_ = false;
    bool blocked_ = false;
    bool paused_ = false;
    int errors_ = 0; // consecutive errors of reading
};

} // namespace weft
