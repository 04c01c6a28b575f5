// SPDX-License-Identifier: MIT
// A random source that is not random: for tests that compare bytes.
#pragma once

namespace websocketpp::random::none {

template <typename int_type>
struct int_generator {
    int_type operator()() { return 0; }
};

} // namespace websocketpp::random::none
