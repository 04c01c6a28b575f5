// SPDX-License-Identifier: MIT
// The types of a protocol processor. A program that creates one does not compile.
#pragma once

#include <websocketpp/processors/processor.hpp>

namespace websocketpp::processor {

template <typename config>
class hybi07 : public processor<config> {
public:
    using processor<config>::processor;
};

} // namespace websocketpp::processor
