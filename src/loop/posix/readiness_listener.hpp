// SPDX-License-Identifier: MIT
// A listening socket, on engines that report readiness. POSIX.
#pragma once

#include <memory>
#include <system_error>

#include <weft/loop/listen_options.hpp>

#include "loop/engine.hpp"
#include "loop/listener.hpp"
#include "loop/posix/bound_socket.hpp"

namespace weft {

class loop_state;

class readiness_listener final : public listener, private source {
public:
    /// See `network::listen` and `network::adopt_listener`.
    static result<listener*> open(loop_state& loop, const address& where, listen_options options,
                                  accepted then, starved otherwise = {});
    static result<listener*> adopt(loop_state& loop, int descriptor, accepted then,
                                   starved otherwise = {});

    void close() noexcept override;
    native_socket give_back() noexcept override;
    [[nodiscard]] const address& where() const noexcept override { return bound_.where; }
    [[nodiscard]] bool is_starved() const noexcept override { return starved_; }
    void retry_accept() noexcept override;

private:
    class retry;

    readiness_listener(loop_state& loop, accepted then, starved otherwise);
    ~readiness_listener() override;

    std::error_code begin(bound_socket& bound) noexcept;
    void leave() noexcept;
    void ready(readiness what) noexcept override;
    void run() noexcept override;
    std::error_code accept_one();
    void starve(std::error_code why);

    loop_state& loop_;
    bound_socket bound_;
    accepted then_;
    starved otherwise_;
    std::unique_ptr<retry> retry_; // armed while starved
    bool starved_ = false;
};

} // namespace weft
