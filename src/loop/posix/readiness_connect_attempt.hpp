// SPDX-License-Identifier: MIT
// One connect(2) to one address, on engines that report readiness. POSIX.
#pragma once

#include "loop/connect_attempt.hpp"
#include "loop/engine.hpp"

namespace weft {

class loop_state;

class readiness_connect_attempt final : public connect_attempt, private source {
public:
    readiness_connect_attempt(loop_state& loop, owner& notified) noexcept
        : loop_(loop), owner_(notified) {}

    std::error_code begin(const address& where, const connect_socket_options& options) override;
    void abandon() noexcept override;
    [[nodiscard]] const address& where() const noexcept override { return where_; }
    [[nodiscard]] owned_socket take() noexcept override;

private:
    ~readiness_connect_attempt() override = default;

    void ready(readiness what) noexcept override;
    void run() noexcept override;
    std::error_code prepare(const address& where, const connect_socket_options& options);
    std::error_code ask(const connect_socket_options& options, const address& where);

    loop_state& loop_;
    owner& owner_;
    address where_;
    owned_socket socket_;
    bool watched_ = false;
};

} // namespace weft
