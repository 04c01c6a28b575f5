// SPDX-License-Identifier: MIT
// Servers, for programs that include this name.
#pragma once

#include <websocketpp/roles/server_endpoint.hpp>
