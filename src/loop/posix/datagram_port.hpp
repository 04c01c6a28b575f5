// SPDX-License-Identifier: MIT
// A socket of datagrams, on engines that report readiness. POSIX.
#pragma once

#include <memory>
#include <span>
#include <system_error>

#include <weft/core/address.hpp>
#include <weft/core/result.hpp>

#include "loop/engine.hpp"
#include "loop/posix/descriptor.hpp"
#include "loop/posix/socket_file.hpp"

namespace weft {

class loop_state;

/// Who hears what comes, inside a turn. From each of these the port may be closed and buried.
class datagram_events {
public:
    [[nodiscard]] virtual bool wants_datagrams() noexcept = 0;
    virtual void on_datagram(std::span<std::byte> bytes, const address& from) = 0;

    /// A `send` that would have blocked can be repeated.
    virtual void on_writable() noexcept = 0;

    /// Something did not work; the port goes on, unless nothing has worked for long.
    virtual void on_error(std::error_code why) noexcept = 0;

protected:
    ~datagram_events() = default;
};

/// Registered as an edge; it reads until EAGAIN, one datagram at a time. Interest in writing lasts
/// while a write is blocked. While open it is work of the loop, and owns room for one datagram.
class datagram_port final : private source {
public:
    datagram_port(loop_state& loop, datagram_events& sink);
    ~datagram_port() override;

    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(descriptor_); }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.get(); }

    /// Makes a socket for addresses like `where`; nothing hears it before `begin`.
    std::error_code open(const address& where);
    result<address> bind(const address& where);
    std::error_code connect(const address& where);

    /// Takes over a datagram socket; on error it is not taken.
    std::error_code adopt(int descriptor);

    /// Lets it hear what comes.
    std::error_code begin() noexcept;

    /// One datagram, to the connected peer if there is no address; may block.
    std::error_code send(std::span<const std::byte> bytes, const address& to) noexcept;

    void pause() noexcept;
    void resume() noexcept;
    void close() noexcept;
    void bury() noexcept;

    [[nodiscard]] address local_address() const;

private:
    void ready(readiness what) noexcept override;
    void run() noexcept override;
    void finish_turn() noexcept override;

    [[nodiscard]] bool has_news() const noexcept;
    void receive();
    void failed(std::error_code why);
    void update_interest() noexcept;

    loop_state& loop_;
    datagram_events& sink_;
    owned_descriptor descriptor_;
    socket_file file_;
    std::unique_ptr<std::byte[]> room_;
    interest known_{}; // to the engine
    bool registered_ = false;
    bool readable_ = false;
    bool writable_ = false;
    bool blocked_ = false;
    bool paused_ = false;
    int errors_ = 0; // that reading has met in a row
};

} // namespace weft
