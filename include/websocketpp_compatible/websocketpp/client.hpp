// SPDX-License-Identifier: MIT
// Clients, for programs that include this name.
#pragma once

#include <websocketpp/roles/client_endpoint.hpp>
