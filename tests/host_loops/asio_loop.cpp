// SPDX-License-Identifier: MIT
// Asio as an application has it.
#include <asio/steady_timer.hpp>

#include <weft/hosts/asio.hpp>

#include "host_loops/asio_foreign_loop.hpp"

namespace weft::testing {
namespace {

struct asio_tests : asio_names {
    using steady_timer = ::asio::steady_timer;
};

const foreign_loop_registration asio("asio", [] {
    return std::make_unique<asio_foreign_loop<asio_tests>>();
});

} // namespace
} // namespace weft::testing
