// SPDX-License-Identifier: MIT
// Signals of the process, heard on one loop: a handler writes their numbers into a pipe. POSIX.
#pragma once

#include <span>
#include <system_error>

#include <weft/core/function.hpp>
#include <weft/core/result.hpp>

#include "loop/engine.hpp"
#include "loop/posix/descriptor.hpp"

namespace weft {

class loop_state;

/// While it lives, the dispositions of its signals are its own; one at a time in a process.
///
/// Does not count as work of the loop. Ends with its owner, by `close`.
class signal_watch final : private source {
public:
    using hearer = function<void(int number)>;

    /// Fails with `errc::signals_taken`, `forked`, or what the system says, such as
    /// `invalid_argument` for a signal that cannot be caught; then all is as it was.
    static result<signal_watch*> begin(loop_state& loop, std::span<const int> numbers,
                                       hearer hear);

    /// Gives the signals back what they did before, and dies when the last frame has left it.
    void close() noexcept;

private:
    signal_watch(loop_state& loop, hearer hear) noexcept;
    ~signal_watch() override = default;

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
