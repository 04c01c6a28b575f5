// SPDX-License-Identifier: MIT
// The base class of endpoints, which a config may replace.
#pragma once

namespace websocketpp {

class endpoint_base {};

} // namespace websocketpp
