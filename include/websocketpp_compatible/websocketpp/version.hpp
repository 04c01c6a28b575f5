// SPDX-License-Identifier: MIT
// The version of WebSocket++ whose interface these headers offer.
#pragma once

#include <string>

namespace websocketpp {

static int const major_version = 0;
static int const minor_version = 8;
static int const patch_version = 2;
static char const prerelease_flag[] = "";
static char const user_agent[] = "WebSocket++/0.8.2";

} // namespace websocketpp
