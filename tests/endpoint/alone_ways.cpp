// SPDX-License-Identifier: MIT
// The loop by itself, on the engines of all systems.
#include "endpoint/alone_ways.hpp"

namespace weft::testing {
namespace {

const auto run = register_way<alone_run>("run");
const auto run_one = register_way<alone_run_one>("run_one");
const auto poll = register_way<stepped_poll>("poll");
const auto poll_one = register_way<stepped_poll_one>("poll_one");

constexpr auto by_poll = engine_kind::poll;
const auto run_by_poll = register_way<alone_run>("run_by_poll", by_poll);
const auto run_one_by_poll = register_way<alone_run_one>("run_one_by_poll", by_poll);
const auto poll_by_poll = register_way<stepped_poll>("poll_by_poll", by_poll);
const auto poll_one_by_poll = register_way<stepped_poll_one>("poll_one_by_poll", by_poll);

} // namespace
} // namespace weft::testing
