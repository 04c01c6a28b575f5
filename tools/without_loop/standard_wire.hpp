// SPDX-License-Identifier: MIT
// Standard input and output as inherited. Only `wait` blocks, and no flag that other programs share
// is changed.
#pragma once

#include <signal.h>

#include <cstddef>
#include <span>

#include <weft/core/result.hpp>
#include <weft/core/time.hpp>

namespace weft_tool {

class standard_wire {
public:
    standard_wire();

    struct readiness {
        bool read = false;
        bool write = false;
    };

    /// Waits for one of `wanted`, for a limited time, or for a signal that `signals` permits.
    [[nodiscard]] static readiness wait(readiness wanted, weft::duration at_most,
                                        const sigset_t& signals);

    /// Reads available bytes into `buffer`; 0 at the end of input.
    [[nodiscard]] static weft::result<std::size_t> read(std::span<std::byte> buffer);

    /// Writes what can be written without blocking; the caller must ignore SIGPIPE.
    [[nodiscard]] weft::result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) const;

    /// Ends the output; input continues.
    void end_output() const;

    /// Whether standard error is the connection to the peer, too.
    [[nodiscard]] static bool errors_go_to_peer();

private:
    [[nodiscard]] long write_some(std::span<const std::byte> bytes) const;

    bool output_is_socket_;
};

} // namespace weft_tool
