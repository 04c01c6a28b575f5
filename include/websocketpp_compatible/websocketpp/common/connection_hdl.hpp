// SPDX-License-Identifier: MIT
// The handle of a connection: an identifier that does not keep the connection alive.
#pragma once

#include <websocketpp/common/memory.hpp>

namespace websocketpp {

/// Identifies a connection. `endpoint::get_con_from_hdl` returns the connection; order handles with
/// `std::owner_less`.
typedef lib::weak_ptr<void> connection_hdl;

} // namespace websocketpp
