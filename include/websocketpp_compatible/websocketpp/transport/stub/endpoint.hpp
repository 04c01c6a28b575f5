// SPDX-License-Identifier: MIT
// The transport of the minimal configs, to be replaced by a derived config.
#pragma once

#include <websocketpp/transport/iostream/endpoint.hpp>

namespace websocketpp::transport::stub {

/// Moves no bytes: a connection fails with `output_stream_required`.
template <typename config>
using endpoint = iostream::endpoint<config>;

} // namespace websocketpp::transport::stub
