// SPDX-License-Identifier: MIT
// Delivers the process's signals to one loop: a signal handler writes their numbers into a pipe.
// POSIX.
#pragma once

#include <memory>

#include "loop/engine.hpp"
#include "loop/posix/system_calls.hpp"
#include "loop/system.hpp"

namespace weft {

/// Replaces the dispositions of its signals while it exists. A process can have one at a time.
class signal_pipe final : public signal_watch, private source {
public:
    using signal_handler = function<void(int number)>;

    /// See `begin_signal_watch`.
    static result<signal_watch*> begin(loop_state& loop, std::span<const int> numbers,
                                       signal_handler handler);

    std::error_code replace(std::span<const int> numbers, signal_handler handler) override;
    void close() noexcept override;

private:
    signal_pipe(loop_state& loop, signal_handler handler);
    ~signal_pipe() override = default;

    std::error_code open(std::span<const int> numbers) noexcept;
    void restore() noexcept;
    void ready(readiness what) noexcept override;
    void run() noexcept override;

    loop_state& loop_;
    std::shared_ptr<signal_handler> handler_; // shared, as it may replace itself while it runs
    owned_descriptor arrivals_;
    bool watched_ = false;
    bool ended_ = false;
};

} // namespace weft
