// SPDX-License-Identifier: MIT
// Standard input and output as they were inherited: nothing here waits but `wait`, and no flag that
// others share is changed.
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

    /// Waits for one of `wanted`, at most for so long, or for a signal that `signals` lets through.
    [[nodiscard]] static readiness wait(readiness wanted, weft::duration at_most,
                                        const sigset_t& signals);

    /// Reads what is there into `buffer`; 0 at the end of the input.
    [[nodiscard]] static weft::result<std::size_t> read(std::span<std::byte> buffer);

    /// Writes what can be written without waiting; whoever calls it ignores SIGPIPE.
    [[nodiscard]] weft::result<std::size_t>
    write(std::span<const std::span<const std::byte>> pieces) const;

    /// Ends the output; input goes on.
    void end_output() const;

    /// Whether what is said on standard error would be heard by the peer.
    [[nodiscard]] static bool peer_hears_errors();

private:
    [[nodiscard]] long write_some(std::span<const std::byte> bytes) const;

    bool output_is_socket_;
};

} // namespace weft_tool
