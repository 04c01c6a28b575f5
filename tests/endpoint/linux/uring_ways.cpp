// SPDX-License-Identifier: MIT
// The loop by itself on io_uring(7). Those whose names begin with "uring" are left to the full run.
#include "endpoint/alone_ways.hpp"

namespace weft::testing {
namespace {

constexpr auto by_uring = engine_kind::io_uring;
const auto uring_run = register_way<alone_run>("run_by_uring", by_uring);

const auto uring_run_one = register_way<alone_run_one>("uring_run_one", by_uring);
const auto uring_poll = register_way<stepped_poll>("uring_poll", by_uring);
const auto uring_poll_one = register_way<stepped_poll_one>("uring_poll_one", by_uring);

} // namespace
} // namespace weft::testing
