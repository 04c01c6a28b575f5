// SPDX-License-Identifier: MIT
// Boost.Asio as an application has it.
#include <boost/asio/steady_timer.hpp>

#include <weft/hosts/boost_asio.hpp>

#include "host_loops/asio_foreign_loop.hpp"

namespace weft::testing {
namespace {

struct boost_asio_tests : boost_asio_names {
    using steady_timer = ::boost::asio::steady_timer;
};

const foreign_loop_registration boost_asio("boost_asio", [] {
    return std::make_unique<asio_foreign_loop<boost_asio_tests>>();
});

} // namespace
} // namespace weft::testing
