// SPDX-License-Identifier: MIT
// An engine without descriptors, in virtual time. Its clock is moved by tests, and by waiting.
#pragma once

#include <weft/loop/virtual_clock.hpp>

#include "loop/engine.hpp"

namespace weft {

class virtual_engine final : public engine {
public:
    /// Sockets of `sockets` do not work, because `add` rejects every descriptor.
    virtual_engine(virtual_clock* clock, weft::network& sockets) noexcept
        : clock_(clock ? clock : &own_), network_(sockets) {}

    [[nodiscard]] engine_kind kind() const noexcept override {
        return engine_kind::virtual_time;
    }
    [[nodiscard]] time_point now() const noexcept override { return clock_->now(); }
    [[nodiscard]] weft::network& network() noexcept override { return network_; }
    std::error_code add(int descriptor, source& target, interest in) noexcept override;
    std::error_code modify(int, source&, interest) noexcept override { return {}; }
    void remove(int) noexcept override {}
    void drained(int, interest) noexcept override {}
    bool wait(time_point deadline) override;
    void wake() noexcept override {}
    result<int> descriptor() override;
    void set_timer(time_point) noexcept override {}

private:
    virtual_clock own_;
    virtual_clock* clock_;
    weft::network& network_;
};

} // namespace weft
