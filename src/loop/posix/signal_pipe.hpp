// SPDX-License-Identifier: MIT
// Signals of the process, heard on one loop: a handler writes their numbers into a pipe. POSIX.
#pragma once

#include "loop/engine.hpp"
#include "loop/posix/descriptor.hpp"
#include "loop/system.hpp"

namespace weft {

/// While it lives, the dispositions of its signals are its own; one at a time in a process.
class signal_pipe final : public signal_watch, private source {
public:
    using hearer = function<void(int number)>;

    /// As `begin_signal_watch`.
    static result<signal_watch*> begin(loop_state& loop, std::span<const int> numbers,
                                       hearer hear);

    void close() noexcept override;

private:
    signal_pipe(loop_state& loop, hearer hear) noexcept;
    ~signal_pipe() override = default;

    std::error_code open(std::span<const int> numbers) noexcept;
    void restore() noexcept;
    void ready(readiness what) noexcept override;
    void run() noexcept override;

    loop_state& loop_;
    hearer hear_;
    owned_descriptor arrivals_;
    bool watched_ = false;
    bool ended_ = false;
};

} // namespace weft
