// SPDX-License-Identifier: MIT
// The conformance suite over a connection on a memory pipe, with handlers or a coroutine, and
// without any loop.
#include "conformance/echo_connection.hpp"

namespace weft::testing {
namespace {

[[maybe_unused]] const bool registered_connection =
    register_conformance("connection", [](role ours) {
        return std::make_unique<echo_connection>(ours, 64 * 1024);
    });

[[maybe_unused]] const bool registered_narrow =
    register_conformance("connection_in_a_narrow_pipe", [](role ours) {
        return std::make_unique<echo_connection>(ours, 1000);
    });

[[maybe_unused]] const bool registered_coroutine =
    register_conformance("connection_by_coroutine", [](role ours) {
        return std::make_unique<echo_connection>(ours, 1000, nullptr, nullptr, echo_by::coroutine);
    });

} // namespace
} // namespace weft::testing
